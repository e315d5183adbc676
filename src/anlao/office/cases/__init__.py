"""Applications: from asking for a benefit to the day it opens, stops, goes on and ends."""

from __future__ import annotations
