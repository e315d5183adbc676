"""How an office hands out access cards: settings, each with its source, in `FOLDER/citizens/`.

An office without a file of its own goes by `terms.yaml` beside this module.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from anlao.office.shared.county_settings import Reader, Sourced

_USUAL = Path(__file__).with_name("terms.yaml")


class Terms(Sourced):
    """``tries``: wrong codes that lock a card for ``locked_minutes``. ``idle_minutes``: after which
    a page left alone asks again. ``names_of_readers``: whether an elder is told the names of
    whoever read her file, or only their offices.
    """

    valid_months: Annotated[int, Field(ge=1, le=60)]
    tries: Annotated[int, Field(ge=3, le=10)]
    locked_minutes: Annotated[int, Field(ge=5, le=1440)]
    idle_minutes: Annotated[int, Field(ge=5, le=60)]
    names_of_readers: bool


_READER = Reader("citizens", Terms, usual=_USUAL)


def terms_of(division: str) -> Terms:
    """Return how the county of a division handles cards. Raises TermsRefused."""
    return _READER.of(division)
