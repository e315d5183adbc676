"""Reads a rulebook folder and checks it; every problem is reported at once."""
