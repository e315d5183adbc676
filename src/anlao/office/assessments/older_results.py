"""Results made under an older standard: kept as they were, read in the levels of today's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anlao.office.assessments.instrument.model import Instrument, Settings


class NotAnOlderResult(ValueError):
    """Raised when the instrument has no mapping, or the level is none of its levels."""

    code = "not-an-older-result"

    def __init__(self, instrument_id: str, level: int) -> None:
        super().__init__(f"level {level} of {instrument_id} cannot be read in another standard")
        self.instrument_id = instrument_id
        self.level = level


@dataclass(frozen=True, slots=True)
class ReadLevel:
    """A level with where it came from; the original is never overwritten.

    ``mapping``: the named setting under which ``level`` was read from ``original_level``.
    """

    level: int
    instrument: str
    original_level: int
    original_instrument: str
    assessed_on: date
    mapping: str


def read_older(
    *, instrument: Instrument, level: int, assessed_on: date, settings: Settings
) -> ReadLevel:
    """Return the level in the standard that the older one maps into. Raises NotAnOlderResult."""
    if not instrument.level_mappings:
        raise NotAnOlderResult(instrument.id, level)
    mapping = str(settings["level_mapping"])
    table = instrument.level_mappings[mapping]
    if level not in table:
        raise NotAnOlderResult(instrument.id, level)
    return ReadLevel(
        level=table[level],
        instrument=instrument.maps_into,
        original_level=level,
        original_instrument=instrument.id,
        assessed_on=assessed_on,
        mapping=mapping,
    )
