"""Measures anlao beside other engines on the same rules and people, equality proved first."""
