"""Processes that share a suite.

crew    each plays every n-th telling
troupe  each holds what it takes to play, until the suite ends
"""
