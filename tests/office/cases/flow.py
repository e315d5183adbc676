"""A case taken from hand to hand, as far as a test wants it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from anlao.office.benefits.holders import ElderHolder
from anlao.office.cases import asking, deciding, verifying
from anlao.office.cases.asking import Asker
from anlao.office.cases.models import Case
from anlao.office.registry.models import Elder
from tests.office.county import VILLAGE_A1, elder

ALLOWANCE, SUPPORT = "old-age-allowance", "concentrated-support"
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
VILLAGE, TOWN, APPROVER = "village_worker", "clerk_a", "approver"


def needy(name: str = "叶素珍") -> Elder:
    """Return an elder to whom a place in an institution is due."""
    return elder(
        name,
        VILLAGE_A1,
        born=date(1950, 4, 1),
        economic_status="tekun",
        prefers_concentrated=True,
    )


def asked(her: Elder, *, day: date = TODAY, at: datetime = NOW) -> Case:
    return asking.apply(
        holder=ElderHolder(her),
        provision=SUPPORT,
        way_in="village",
        asker=Asker("self"),
        day=day,
        by=VILLAGE,
        at=at,
    )


def show_all(case: Case) -> None:
    for paper in asking.lacking(case):
        asking.show(number=case.pk, paper=paper.zh, what="原件已核", by=VILLAGE, at=NOW)


def verifying_(her: Elder) -> Case:
    case = asked(her)
    show_all(case)
    return verifying.complete(number=case.pk, by=TOWN, at=NOW, day=TODAY)


def check_all(case: Case) -> None:
    for kind in verifying.unchecked(case):
        verifying.check(
            number=case.pk,
            kind=kind,
            on=TODAY,
            agrees=True,
            text="情况属实",
            by=TOWN,
            at=NOW,
            day=TODAY,
        )


def on_notice(her: Elder) -> Case:
    case = verifying_(her)
    check_all(case)
    return verifying.post(
        number=case.pk, place="村务公开栏", first=TODAY, by=TOWN, at=NOW, day=TODAY
    )


LATER = TODAY + timedelta(days=7)
LATER_AT = NOW + timedelta(days=7)


def to_approve(her: Elder) -> Case:
    case = on_notice(her)
    return verifying.pass_on(number=case.pk, by=TOWN, at=LATER_AT, day=LATER)


def opened(her: Elder) -> Case:
    case = to_approve(her)
    return deciding.approve(number=case.pk, by=APPROVER, at=LATER_AT, day=LATER)
