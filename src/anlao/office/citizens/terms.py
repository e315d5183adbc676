"""How an office hands out access cards: settings, each with its source, in `FOLDER/citizens/`.

An office without a file of its own goes by `terms.yaml` beside this module.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated

import yaml
from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from anlao.office.registry.operations import COUNTY_DIGITS

_USUAL = Path(__file__).with_name("terms.yaml")


class TermsRefused(ValueError):
    """Raised for a file of settings that cannot be used; says which file and why."""


class Terms(BaseModel):
    """``tries``: wrong codes that lock a card for ``locked_minutes``. ``idle_minutes``: after which
    a page left alone asks again. ``names_of_readers``: whether an elder is told the names of
    whoever read her file, or only their offices.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    valid_months: Annotated[int, Field(ge=1, le=60)]
    tries: Annotated[int, Field(ge=3, le=10)]
    locked_minutes: Annotated[int, Field(ge=5, le=1440)]
    idle_minutes: Annotated[int, Field(ge=5, le=60)]
    names_of_readers: bool
    sources: dict[str, str]

    @model_validator(mode="after")
    def _every_setting_has_a_source(self) -> Terms:
        named = {"sources"} | set(self.sources)
        if lacking := sorted(set(type(self).model_fields) - named):
            raise ValueError(f"no source is named for {', '.join(lacking)}")
        return self


def terms_of(division: str) -> Terms:
    """Return how the county of a division handles cards. Raises TermsRefused."""
    own = Path(settings.DATA.path) / "citizens" / f"{division[:COUNTY_DIGITS]}.yaml"
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
