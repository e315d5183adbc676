"""How an office handles applications: settings, each with its source, in `FOLDER/cases/`.

An office without a file of its own goes by `terms.yaml` beside this module.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from anlao.office.registry.operations import COUNTY_DIGITS

_ELDER = "elder"
_USUAL = Path(__file__).with_name("terms.yaml")
Application = Literal["on_request", "proactive", "automatic"]
Opens = Literal["month_after_approval", "first_month_due", "application_month"]
_Days = Annotated[int, Field(ge=1, le=365)]


class TermsRefused(ValueError):
    """Raised for a file of settings that cannot be used; says which file and why."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Route(_Part):
    """What lies between the application and its approval. ``notice_days``: 0, no public notice."""

    verify: list[Literal["data_match", "household_visit", "site_visit"]]
    notice_days: Annotated[int, Field(ge=0, le=60)]
    opens: Opens | None = None
    """From which month; None: as is usual for its kind."""


class Remedy(_Part):
    """A right that the papers tell of."""

    zh: str
    en: str
    source: str


class NoticeOnline(_Part):
    """Whether the portal tells what is on public notice, and of which provisions it says the name.

    A name such as that of the support of the destitute tells how poor somebody is.
    """

    shown: bool
    items: tuple[str, ...]
    source: str


class Terms(_Part):
    """The settings of an office. ``…_within``: working days; ``find``: kinds of provisions.

    ``files``: the way of what institutions, residents, centres and caregivers apply for.
    ``alive_grace_days``: after the due day, before anybody proposes to suspend; None: a county that
    has not said so proposes nothing.
    """

    paths: dict[Application, Route]
    files: Route
    provisions: dict[str, Route]
    opens: dict[Application, Opens]
    arrears_months: Annotated[int, Field(ge=0, le=120)]
    complete_within: _Days
    supply_within: _Days
    verify_within: _Days
    decide_within: _Days
    review_within: _Days
    alive_every_months: Annotated[int, Field(ge=1, le=60)]
    alive_ahead_days: Annotated[int, Field(ge=0, le=365)]
    alive_grace_days: Annotated[int, Field(ge=0, le=365)] | None = None
    find: list[Literal["cash", "service"]]
    find_again_months: Annotated[int, Field(ge=1, le=120)]
    find_at_once: Annotated[int, Field(ge=0)]
    notice_online: NoticeOnline = NoticeOnline(shown=False, items=(), source="没有写明，不公开")
    reconsideration: Remedy
    lawsuit: Remedy
    sources: dict[str, str]

    @model_validator(mode="after")
    def _every_setting_has_a_source(self) -> Terms:
        named = {"provisions", "sources", "notice_online"} | set(self.sources)
        if self.alive_grace_days is None:
            named.add("alive_grace_days")
        if lacking := sorted(set(type(self).model_fields) - named):
            raise ValueError(f"no source is named for {', '.join(lacking)}")
        return self

    def route(self, provision: str, application: str, kind: str = _ELDER) -> Route:
        """Return the way of a provision, with its month of opening filled in.

        ``kind``: whose it is, as rulebooks name the subject.
        """
        how: Application = application  # type: ignore[assignment]
        usual = self.paths[how] if kind == _ELDER else self.files
        found = self.provisions.get(provision) or usual
        return found.model_copy(update={"opens": found.opens or self.opens[how]})


def terms_of(division: str) -> Terms:
    """Return how the county of a division handles applications. Raises TermsRefused."""
    own = Path(settings.DATA.path) / "cases" / f"{division[:COUNTY_DIGITS]}.yaml"
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
