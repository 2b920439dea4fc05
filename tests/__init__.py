"""Suites by what they need; what they share is in `tests.support`."""
