"""Which lists of recipients a county shows: settings with their source, in `FOLDER/disclosure/`.

A county without a file of its own goes by `terms.yaml` beside this module, and shows none.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated

import yaml
from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, ValidationError

_USUAL = Path(__file__).with_name("terms.yaml")
_COUNTY_DIGITS = 6


class TermsRefused(ValueError):
    """Raised for a file of settings that cannot be used; says which file and why."""


class Lists(BaseModel):
    """``items``: the provisions that are listed; ``amounts``: with the money.

    ``months``: how many a list stays up after its own month or year; ``fewest``: a village with
    fewer names in a list is shown by its township only.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    items: tuple[str, ...]
    amounts: bool
    months: Annotated[int, Field(ge=1, le=60)]
    fewest: Annotated[int, Field(ge=1, le=100)]
    source: Annotated[str, Field(min_length=1)]


class Terms(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    lists: Lists


def terms_of(division: str) -> Terms:
    """Return what the county of a division shows. Raises TermsRefused."""
    own = Path(settings.DATA.path) / "disclosure" / f"{division[:_COUNTY_DIGITS]}.yaml"
    file = own if own.exists() else _USUAL
    return _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _read(file: Path, _changed: int) -> Terms:
    try:
        return Terms.model_validate(yaml.safe_load(file.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise TermsRefused(f"{file.name}: {error}") from error
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise TermsRefused(f"{file.name}: {where}: {first['msg']}") from None
