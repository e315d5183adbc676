"""Which lists of recipients a county shows: settings with their source, in `FOLDER/disclosure/`.

A county without a file of its own goes by `terms.yaml` beside this module, and shows none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from anlao.office.shared.county_settings import Part, Reader

_USUAL = Path(__file__).with_name("terms.yaml")


class Lists(Part):
    """``items``: the provisions that are listed; ``amounts``: with the money.

    ``months``: how many a list stays up after its own month or year; ``fewest``: a village with
    fewer names in a list is shown by its township only.
    """

    items: tuple[str, ...]
    amounts: bool
    months: Annotated[int, Field(ge=1, le=60)]
    fewest: Annotated[int, Field(ge=1, le=100)]
    source: Annotated[str, Field(min_length=1)]


class Terms(Part):
    lists: Lists


_READER = Reader("disclosure", Terms, usual=_USUAL)


def terms_of(division: str) -> Terms:
    """Return what the county of a division shows. Raises TermsRefused."""
    return _READER.of(division)
