"""Applications in several states for the county to try the office on."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from anlao.office.benefits.holders import ElderHolder, FileHolder
from anlao.office.benefits.models import Award, Finding
from anlao.office.benefits.provisions import AUTOMATIC, ON_REQUEST, rules_of
from anlao.office.cases import asking, deciding, verifying
from anlao.office.cases.asking import Asker
from anlao.office.cases.models import Case
from anlao.office.registry.models import Elder
from anlao.office.shared import scope
from anlao.office.workforce.registers import CAREGIVERS

_CLERK, _TOWN, _APPROVER = "clerk", "town1", "approver"
_AGO = timedelta(days=20)


def take_some(county: str, *, day: date, at: datetime) -> dict[str, int]:
    """Take applications as far as each state; return their numbers by state.

    Nothing where the county's rulebook pays nothing on request.
    """
    wanted = _paid(county, ON_REQUEST)
    if wanted is None:
        return {}
    with scope.within(scope.WHOLE_OFFICE):
        receive = Award.objects.filter(provision=wanted, known__upper_inf=True)
        living = Elder.objects.filter(
            state=Elder.State.LIVING, division_code__startswith=county
        ).exclude(pk__in=receive.values("elder"))
        first, second, third, fourth = living.order_by("-pk")[:4]
        found = _found(county, day, at)
        asked = _asked(first, wanted, day, at)
        verified = _verified(_asked(second, wanted, day, at), day, at)
        posted = _posted(_verified(_asked(third, wanted, day, at), day, at), day, at)
        refused = _refused(fourth, wanted, day, at)
        found |= _of_a_caregiver(county, day, at)
    return found | {
        "asked": asked.pk,
        "verifying": verified.pk,
        "notice": posted.pk,
        "rejected": refused.pk,
    }


def _of_a_caregiver(county: str, day: date, at: datetime) -> dict[str, int]:
    """Take the application of the first caregiver for what the county gives to such."""
    first = CAREGIVERS.model.objects.filter(division_code__startswith=county).order_by("pk").first()
    if first is None:
        return {}
    holder = FileHolder(CAREGIVERS, first)
    given = [rule.id for rule in holder.rules() if rule.kind == "cash"]
    if not given:
        return {}
    case = asking.apply(
        holder=holder,
        provision=given[0],
        way_in="counter",
        asker=Asker("self"),
        day=day,
        by=_CLERK,
        at=at,
    )
    return {"file": case.pk}


def _found(county: str, day: date, at: datetime) -> dict[str, int]:
    """Open cases for some who are entitled and receive nothing; approve the first."""
    automatic = _paid(county, AUTOMATIC)
    if automatic is None:
        return {}
    rows = Finding.objects.filter(
        kind=Finding.Kind.NOT_RECEIVING,
        provision=automatic,
        decided__is_latest=True,
        division_code__startswith=county,
        elder__state=Elder.State.LIVING,
    ).select_related("elder")
    numbers = [
        asking.find(
            elder=row.elder,
            provision=automatic,
            day=day,
            by="nightly",
            at=at,
            ground=f"{day:%Y-%m} 判定：符合未领",
        ).pk
        for row in rows.order_by("pk")[:5]
    ]
    if not numbers:
        return {}
    deciding.approve(number=numbers[0], by=_APPROVER, at=at, day=day)
    return {"open": numbers[0], "approval": numbers[-1]}


def _paid(county: str, application: str) -> str | None:
    """Return the first provision in money that is come by in a way."""
    rules = rules_of(county)
    found = (one.id for one in rules if one.kind == "cash" and one.application == application)
    return next(found, None)


def _asked(elder: Elder, provision: str, day: date, at: datetime) -> Case:
    return asking.apply(
        holder=ElderHolder(elder),
        provision=provision,
        way_in="counter",
        asker=Asker("agent", "叶小明", "儿子"),
        day=day,
        by=_CLERK,
        at=at,
        ground="委托书",
    )


def _verified(case: Case, day: date, at: datetime) -> Case:
    """Show the papers, accept the application, and match the data."""
    for paper in asking.lacking(case):
        asking.show(number=case.pk, paper=paper.zh, what="原件已核", by=_CLERK, at=at)
    case = verifying.complete(number=case.pk, by=_TOWN, at=at, day=day)
    return verifying.check(
        number=case.pk,
        kind="data_match",
        on=day,
        agrees=True,
        text="与低保名单一致",
        by=_TOWN,
        at=at,
        day=day,
    )


def _posted(case: Case, day: date, at: datetime) -> Case:
    verifying.check(
        number=case.pk,
        kind="household_visit",
        on=day,
        agrees=True,
        text="上门核实，情况属实",
        by=_TOWN,
        at=at,
        day=day,
    )
    return verifying.post(number=case.pk, place="村务公开栏", first=day, by=_TOWN, at=at, day=day)


def _refused(elder: Elder, provision: str, day: date, at: datetime) -> Case:
    """Take a case all the way to a refusal, begun some weeks ago."""
    earlier, earlier_at = day - _AGO, at - _AGO
    case = _posted(
        _verified(_asked(elder, provision, earlier, earlier_at), earlier, earlier_at),
        earlier,
        earlier_at,
    )
    verifying.pass_on(number=case.pk, by=_TOWN, at=at, day=day)
    return deciding.reject(
        number=case.pk, reason="不是低保或低保边缘家庭", by=_APPROVER, at=at, day=day
    )
