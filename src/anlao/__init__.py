"""anlao (安老): who is entitled to which elderly-care service, in which month, by which clause."""

from __future__ import annotations
