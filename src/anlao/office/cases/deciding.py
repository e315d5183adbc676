"""Approval and refusal, with all that they rest on kept; and what the elder can do against them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from anlao.office.benefits import provisions
from anlao.office.benefits.deciding import month_of
from anlao.office.benefits.freezing import Frozen, digest
from anlao.office.benefits.holders import Doing
from anlao.office.benefits.queries import Entitlement
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.cases import states
from anlao.office.cases.models import Case, Check, Objection, Ruling, Step
from anlao.office.cases.moving import Refused, locked, move, refuse_unless
from anlao.office.cases.terms import terms_of
from anlao.office.cases.verifying import close_objection
from anlao.office.jobs.progress import UNSEEN, Progress


@dataclass(frozen=True, slots=True)
class Prospect:
    """What an approval today would mean. ``opens_on``: None where it is not due."""

    frozen: Frozen
    opens_on: date | None

    @property
    def is_due(self) -> bool:
        return self.frozen.outcome == "yes"


def prospect(case: Case, *, day: date, known_at: datetime) -> Prospect:
    """Return what an approval on a day would open, and what it would rest on.

    Raises NoRulebook and LookupError.
    """
    opens = _opens_on(case, day, known_at)
    decided_for = _decided_for(case, opens, day)
    frozen = case.holder.freeze(case.provision, decided_for, known_at=known_at)
    return Prospect(frozen, opens if frozen.outcome == "yes" else None)


@dataclass(frozen=True, slots=True)
class Glance:
    """What an approval today would mean, as far as a list shows it."""

    item: Entitlement
    opens_on: date | None

    @property
    def is_due(self) -> bool:
        return self.item.outcome == "yes"


def glance(case: Case, *, day: date, known_at: datetime, language: str) -> Glance | None:
    """Return what an approval on a day would open; None where no rulebook knows it."""
    try:
        opens = _opens_on(case, day, known_at)
        month = month_of(_decided_for(case, opens, day))
        item = case.holder.entitlement(case.provision, month, known_at=known_at, language=language)
    except NoRulebook:
        return None
    return Glance(item, opens if item.outcome == "yes" else None) if item else None


@transaction.atomic
def approve(*, number: int, by: str, at: datetime, day: date) -> Case:
    """Approve a case: the ruling is kept and the benefit opens. Raises NotNow and Refused."""
    case = locked(number)
    refuse_unless(case, "approve")
    refuse_maker(case, by)
    found = _prospect(case, day, at)
    if not found.is_due or found.opens_on is None:
        raise Refused(
            f"规则册的判定不是“符合”，不能批准：{found.frozen.zh.verdict}",
            f"The rulebook does not grant it: {found.frozen.en.verdict}",
        )
    frozen = found.frozen
    _rule(case, "approved", frozen, by, at, day, opens_on=found.opens_on)
    award = case.holder.open(
        case.provision,
        fen=frozen.fen if frozen.unit == provisions.MONTHLY else None,
        case=case.pk,
        start=found.opens_on,
        doing=Doing(by, at),
    )
    if frozen.unit == provisions.ONCE:
        until = provisions.first_of_next_month(found.opens_on)
        case.holder.end(award, until, Doing(by, at, "once"))
    told = {"opens_on": found.opens_on.isoformat(), "fen": frozen.fen}
    move(case, "approve", by=by, at=at, day=day, told=told)
    return case


@transaction.atomic
def reject(*, number: int, reason: str, by: str, at: datetime, day: date) -> Case:
    """Refuse a case, by its clause and for a reason. Raises NotNow and Refused."""
    case = locked(number)
    refuse_unless(case, "reject")
    refuse_maker(case, by)
    if len(reason) < 2:
        raise Refused("请写明不予批准的理由", "Say why it is refused")
    frozen = _prospect(case, day, at).frozen
    _rule(case, "rejected", frozen, by, at, day, reason=reason)
    move(case, "reject", by=by, at=at, day=day, reason=reason)
    return case


@transaction.atomic
def send_back(*, number: int, reason: str, by: str, at: datetime, day: date) -> Case:
    """Return a case to be verified anew; what was checked counts no more. Raises NotNow."""
    case = locked(number)
    if len(reason) < 2:
        raise Refused("请写明退回理由", "Say why it is returned")
    move(case, "send_back", by=by, at=at, day=day, reason=reason, round=case.round + 1)
    return case


@transaction.atomic
def object_to(*, number: int, who: str, text: str, by: str, at: datetime, day: date) -> Case:
    """Record an objection to a refusal; the office looks at it again. Raises NotNow."""
    case = locked(number)
    if len(text) < 2 or not who:
        raise Refused("请写明异议人和理由", "Say who objects, and why")
    Objection.objects.create(case=case, against="ruling", day=day, who=who, text=text, at=at, by=by)
    move(case, "object", by=by, at=at, day=day, reason=text)
    return case


@transaction.atomic
def review(*, number: int, is_upheld: bool, text: str, by: str, at: datetime, day: date) -> Case:
    """Answer an objection: the refusal stands, or (``is_upheld``) the case is decided anew.

    By another than who refused. Raises NotNow and Refused.
    """
    case = locked(number)
    act = "overturn" if is_upheld else "uphold"
    refuse_unless(case, act)
    refuse_maker(case, by)
    if latest(case).by == by:
        raise Refused("复核须由作出决定以外的人进行", "Whoever refused it does not review it")
    if len(text) < 2:
        raise Refused("请写明复核意见", "Say what the review found")
    objection = Objection.objects.get(case=case, against="ruling", answered_at=None)
    close_objection(objection, is_upheld=is_upheld, text=text, by=by, at=at)
    move(case, act, by=by, at=at, day=day, reason=text)
    return case


@dataclass(frozen=True, slots=True)
class Each:
    """What came of approving several. ``refused``: number, and why in both languages."""

    approved: list[int]
    refused: list[tuple[int, str, str]]


def approve_each(
    numbers: Sequence[int], *, by: str, at: datetime, day: date, progress: Progress = UNSEEN
) -> Each:
    """Approve one case after the other, each as if it were alone; a refusal stops no other."""
    found = Each([], [])
    for done, number in enumerate(numbers):
        progress.step(done, len(numbers), f"正在审批 {done + 1}", f"approving {done + 1}")
        try:
            approve(number=number, by=by, at=at, day=day)
        except Refused as refusal:
            found.refused.append((number, refusal.zh, refusal.en))
        except states.NotNow as refusal:
            found.refused.append((number, str(refusal), "It is in another state by now."))
        except Case.DoesNotExist:
            found.refused.append((number, "不在您的范围", "It is not in your area."))
        else:
            found.approved.append(number)
    return found


def latest(case: Case) -> Ruling:
    """Return the last decision on a case. Raises Ruling.DoesNotExist."""
    found: Ruling = Ruling.objects.filter(case=case).latest("pk")
    return found


def refuse_maker(case: Case, by: str) -> None:
    """Raise Refused where somebody worked on a case that she would decide."""
    made = Step.objects.filter(case=case, by=by, act__in=states.MAKING)
    if made.exists() or Check.objects.filter(case=case, by=by).exists():
        raise Refused("经办过这件申请的人不能审批", "Whoever worked on a case does not decide it")


def _prospect(case: Case, day: date, known_at: datetime) -> Prospect:
    try:
        return prospect(case, day=day, known_at=known_at)
    except (NoRulebook, LookupError) as error:
        raise Refused("规则册没有这一事项", "The rulebook has no such provision") from error


def _decided_for(case: Case, opens: date | None, day: date) -> date:
    """Return a day of the month that counts: to come, the present one, or that of the finding.

    The last that is over, where nobody can tell a month before its end.
    """
    if "month" in case.path:
        return date.fromisoformat(case.path["month"])
    if case.holder.is_told_at_the_end:
        return provisions.first_of_month(day) - timedelta(days=1)
    return max(opens or day, day)


def _opens_on(case: Case, day: date, known_at: datetime) -> date | None:
    """Return the first day of a benefit approved on a day, after any that ended before."""
    if "month" in case.path:
        return date.fromisoformat(case.path["month"])
    match case.path["opens"]:
        case "first_month_due":
            most = terms_of(case.division_code).arrears_months
            first = case.holder.opens_in(case.provision, last=day, most=most, known_at=known_at)
        case "application_month":
            first = provisions.first_of_month(case.asked_on)
        case _:
            first = provisions.first_of_next_month(day)
    ends = [row.valid.upper for row in case.holder.held(case.provision)]
    return max([first, *filter(None, ends)]) if first else None


def _rule(
    case: Case,
    outcome: str,
    frozen: Frozen,
    by: str,
    at: datetime,
    day: date,
    *,
    opens_on: date | None = None,
    reason: str = "",
) -> None:
    kept = frozen.as_json()
    Ruling.objects.create(
        case=case,
        outcome=outcome,
        day=day,
        opens_on=opens_on,
        fen=frozen.fen if outcome == "approved" else None,
        unit=frozen.unit,
        clause=frozen.clause,
        reason=reason,
        frozen=kept,
        digest=digest(kept),
        at=at,
        by=by,
    )
