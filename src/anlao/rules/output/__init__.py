"""Results on their way out: decisions as CSV or Parquet, written aside and renamed at the end."""

from __future__ import annotations
