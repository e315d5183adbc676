"""The command ``anlao``: translates a command line into one call of the engine, and back."""

from __future__ import annotations
