"""What is due, what is being received, where the two do not agree; forecasts."""

from __future__ import annotations

from anlao.office.benefits.models.awards import Award
from anlao.office.benefits.models.decisions import DecidedMonth, Decision
from anlao.office.benefits.models.file_awards import FileAward
from anlao.office.benefits.models.findings import Finding
from anlao.office.benefits.models.forecasts import Forecast

__all__ = ("Award", "DecidedMonth", "Decision", "FileAward", "Finding", "Forecast")
