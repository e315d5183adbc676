"""What the plain reference engine says, were one fact otherwise: for the page that supposes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from anlao.office.database.folder import DataFolder

_OLD = 90
_RATES = """
severe_disability_care_rate: {0: 60, 1: 500, 2: 250, 3: 125}
tekun_care_standard: {able: 200, partial: 600, unable: 1200}
"""


@contextmanager
def local_rates(folder: DataFolder) -> Iterator[None]:
    """Let the county's care subsidy have its local rate for a while, so that it has a sum."""
    file = folder.rates / "suichang.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(_RATES, "utf-8")
    try:
        yield
    finally:
        file.unlink()


def expected(county: str, avoid: list[int], today: date, folder: DataFolder) -> dict[str, Any]:
    """Return the first elder for whom each of three facts changes a sum, and what it then is.

    By fact: how it is written, and for each provision what is decided now and then.
    ``avoid``: elders of whom other tests tell.
    """
    from django.utils import timezone

    from anlao.office.benefits.models import Decision
    from anlao.office.registry.models import Elder
    from anlao.office.shared import scope

    at = timezone.now()
    with scope.within(scope.WHOLE_OFFICE), local_rates(folder):
        cared_for = Decision.objects.filter(provision="care-subsidy", decided__is_latest=True)
        living = Elder.objects.filter(state="living", division_code__startswith=county)
        wanted = living.filter(pk__in=cared_for.values("elder")).exclude(pk__in=avoid)
        for elder in wanted.order_by("-pk"):
            found = {name: _asked(elder, name, today, at) for name in _written(today)}
            if all(found.values()):
                return {"pk": elder.pk, "asked": found}
    raise LookupError("none of these elders has a sum that all three facts change")


def _written(today: date) -> dict[str, list[str]]:
    """Return the values that are tried, by fact, as the page writes them."""
    return {
        "birth_date": [today.replace(year=today.year - _OLD, month=1, day=1).isoformat()],
        "capability_level": ["3", "0"],
        "economic_status": ["ordinary"],
    }


def _asked(elder: Any, name: str, today: date, at: datetime) -> dict[str, Any] | None:
    now = dict(_decisions(elder, {}, today, at))
    for written in _written(today)[name]:
        value: Any = written
        if name == "birth_date":
            value = date.fromisoformat(written)
        elif name == "capability_level":
            value = int(written)
        then = dict(_decisions(elder, {name: value}, today, at))
        if any(now[key]["fen"] != then[key]["fen"] for key in now):
            told = {key: [now[key], then[key]] for key in now}
            return {"written": written, "decisions": told}
    return None


def _decisions(
    elder: Any, instead: dict[str, Any], today: date, at: datetime
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return what the reference engine decides of each provision, by its name."""
    from anlao.office.benefits import queries
    from anlao.office.benefits.rulebooks import program_for
    from anlao.rules.engines import reference

    month = queries.month_of(today)
    held = queries.facts_of_months(elder, month, known_at=at)
    tables = program_for(elder.division_code).month(month)
    for one in reference.decide(tables, lambda shift: {**held(shift), **instead}):
        told = {"outcome": one.outcome, "fen": one.fen, "unit": one.unit}
        yield one.provision.label.zh, told
