"""What is due (decisions), what is being received (awards), and where the two do not agree."""

from __future__ import annotations

from anlao.office.benefits.models.awards import Award
from anlao.office.benefits.models.decisions import DecidedMonth, Decision
from anlao.office.benefits.models.findings import Finding

__all__ = ("Award", "DecidedMonth", "Decision", "Finding")
