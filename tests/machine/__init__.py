"""A state machine that makes the extension's public calls in any order, in any trouble."""
