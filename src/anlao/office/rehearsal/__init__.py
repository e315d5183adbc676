"""A county to try the office on: who works there, what they pay out, where elders live."""
