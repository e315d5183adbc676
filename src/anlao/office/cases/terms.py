"""How an office handles applications: settings, each with its source, in `FOLDER/cases/`.

An office without a file of its own goes by `terms.yaml` beside this module.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from anlao.office.shared.county_settings import Part, Reader, Sourced

_ELDER = "elder"
_USUAL = Path(__file__).with_name("terms.yaml")
Application = Literal["on_request", "proactive", "automatic"]
Opens = Literal["month_after_approval", "first_month_due", "application_month"]
_Days = Annotated[int, Field(ge=1, le=365)]


class Route(Part):
    """What lies between the application and its approval. ``notice_days``: 0, no public notice."""

    verify: list[Literal["data_match", "household_visit", "site_visit"]]
    notice_days: Annotated[int, Field(ge=0, le=60)]
    opens: Opens | None = None
    """From which month; None: as is usual for its kind."""


class Remedy(Part):
    """A right that the papers tell of."""

    zh: str
    en: str
    source: str


class NoticeOnline(Part):
    """Whether the portal tells what is on public notice, and of which provisions it says the name.

    A name such as that of the support of the destitute tells how poor somebody is.
    """

    shown: bool
    items: tuple[str, ...]
    source: str


class Terms(Sourced):
    """The settings of an office. ``…_within``: working days; ``find``: kinds of provisions.

    ``files``: the way of what institutions, residents, centres and caregivers apply for.
    ``alive_grace_days``: after the due day, before anybody proposes to suspend; None: a county that
    has not said so proposes nothing.
    """

    WITH_THEIR_OWN: ClassVar = frozenset({"provisions", "notice_online"})
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

    def route(self, provision: str, application: str, kind: str = _ELDER) -> Route:
        """Return the way of a provision, with its month of opening filled in.

        ``kind``: whose it is, as rulebooks name the subject.
        """
        how: Application = application  # type: ignore[assignment]
        usual = self.paths[how] if kind == _ELDER else self.files
        found = self.provisions.get(provision) or usual
        return found.model_copy(update={"opens": found.opens or self.opens[how]})


_READER = Reader("cases", Terms, usual=_USUAL)


def terms_of(division: str) -> Terms:
    """Return how the county of a division handles applications. Raises TermsRefused."""
    return _READER.of(division)
