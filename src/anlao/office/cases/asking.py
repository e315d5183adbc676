"""How a case begins: asked for, found by the office, or received before there were cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from anlao.office.benefits.holders import ElderHolder, Holder
from anlao.office.benefits.provisions import AUTOMATIC, ONCE, Rule
from anlao.office.cases import states
from anlao.office.cases.models import Case, Shown
from anlao.office.cases.moving import Refused, deadline, locked, move, note, note_only
from anlao.office.cases.terms import terms_of
from anlao.office.registry.models import Elder


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks. ``kind``: self, agent (with name and relation), village or office."""

    kind: str = "self"
    agent_name: str = ""
    agent_relation: str = ""


ITSELF = Asker("office")


@transaction.atomic
def apply(
    *,
    holder: Holder,
    provision: str,
    way_in: str,
    asker: Asker,
    day: date,
    by: str,
    at: datetime,
    ground: str = "",
) -> Case:
    """Open a case that somebody asked for. Raises Refused.

    ``ground``: why she lets somebody else ask, or what paper came in. Whoever asks for another
    shows it.
    """
    rule = _rule(holder, provision, day)
    if asker.kind == "agent" and not (asker.agent_name and asker.agent_relation):
        raise Refused("请写明代办人姓名和与老人的关系", "Name the agent and the relation")
    if asker.kind != "self" and len(ground) < 2:
        raise Refused(
            "代为申请的，请写明依据（委托书、代办事由）", "Say on what ground somebody else asks"
        )
    case = _begun(holder, rule, states.ASKED, way_in, asker, day, ground)
    for zh, en in rule.evidence:
        Shown.objects.create(case=case, zh=zh, en=en, at=at, by=by)
    note(case, "apply", before="", by=by, at=at, reason=ground, told={"way_in": way_in})
    return case


@transaction.atomic
def find(
    *,
    elder: Elder,
    provision: str,
    day: date,
    by: str,
    at: datetime,
    ground: str,
    month: date | None = None,
) -> Case:
    """Open a case because the nightly decide found her entitled and not receiving.

    What is automatic goes to the approver; the rest waits for her word. Raises Refused.
    ``month``: in which it was found; what is paid once is decided for that one, however late.
    """
    holder = ElderHolder(elder)
    rule = _rule(holder, provision, day)
    state = states.APPROVAL if rule.application == AUTOMATIC else states.PROPOSED
    once = month if rule.unit == ONCE else None
    case = _begun(holder, rule, state, "finding", ITSELF, day, ground, once)
    if state == states.PROPOSED:
        for zh, en in rule.evidence:
            Shown.objects.create(case=case, zh=zh, en=en, at=at, by=by)
    note(case, "find", before="", by=by, at=at, reason=ground)
    return case


@transaction.atomic
def adopt(*, elder: Elder, provision: str, day: date, by: str, at: datetime) -> Case:
    """Open a case for what she receives by a list, so that it can be suspended or ended here."""
    holder = ElderHolder(elder)
    award = holder.running(provision)
    if award is None:
        raise Refused("没有正在发放的这项待遇", "She does not receive this")
    rule = holder.rule(provision)
    if rule is None:
        raise Refused("规则册没有这一事项", "The rulebook has no such provision")
    case = _begun(holder, rule, states.OPEN, "list", ITSELF, day, award.evidence)
    note(case, "adopt", before="", by=by, at=at, reason=award.evidence)
    return case


@transaction.atomic
def confirm(*, number: int, how: str, by: str, at: datetime, day: date) -> Case:
    """Record that the elder or her agent agrees to what was proposed. Raises NotNow."""
    case = locked(number)
    if len(how) < 2:
        raise Refused("请写明谁以何种方式确认", "Say who agreed, and how")
    move(case, "confirm", by=by, at=at, day=day, reason=how, confirmed_on=day)
    return case


@transaction.atomic
def show(*, number: int, paper: str, what: str, by: str, at: datetime) -> Case:
    """Record that a paper was shown. Raises Refused."""
    case = locked(number)
    asked = Shown.objects.filter(case=case, zh=paper, note="").first()
    if asked is None or case.state not in (states.ASKED, states.RETURNED):
        raise Refused("这件申请不再收材料", "No papers are taken now")
    Shown.objects.create(case=case, zh=asked.zh, en=asked.en, note=what, at=at, by=by)
    note_only(case, "show", by=by, reason=what, told={"paper": paper})
    return case


@transaction.atomic
def supply(*, number: int, reason: str, by: str, at: datetime, day: date) -> Case:
    """Record that what was lacking has come. Raises NotNow."""
    case = locked(number)
    move(case, "supply", by=by, at=at, day=day, reason=reason)
    return case


@transaction.atomic
def withdraw(*, number: int, reason: str, by: str, at: datetime, day: date) -> Case:
    """End a case that nobody wants any more. Raises NotNow."""
    case = locked(number)
    move(case, "withdraw", by=by, at=at, day=day, reason=reason)
    return case


def lacking(case: Case) -> list[Shown]:
    """Return the papers that are asked for and were not shown yet."""
    rows = list(Shown.objects.filter(case=case).order_by("pk"))
    shown = {row.zh for row in rows if row.note}
    return [row for row in rows if not row.note and row.zh not in shown]


def _rule(holder: Holder, provision: str, day: date) -> Rule:
    if not holder.is_there(day):
        raise Refused("该档案不在册（已故、迁出、并档或已注销）", "The file is not on the register")
    rule = holder.rule(provision)
    if rule is None:
        raise Refused("本县规则册没有这一事项", "The county's rulebook has no such provision")
    if holder.running(provision) is not None:
        raise Refused("已在领取这项待遇", "This is received already")
    return rule


def _begun(
    holder: Holder,
    rule: Rule,
    state: str,
    way_in: str,
    asker: Asker,
    day: date,
    ground: str,
    month: date | None = None,
) -> Case:
    route = terms_of(holder.division).route(rule.id, rule.application, holder.kind)
    path: dict[str, Any] = route.model_dump() | {"application": rule.application}
    if month is not None:
        path["month"] = month.isoformat()
    until = deadline(state, holder.division, day)
    try:
        with transaction.atomic():
            made: Case = Case.objects.create(
                subject=holder.subject,
                elder=holder.elder,
                division_code=holder.division,
                provision=rule.id,
                state=state,
                way_in=way_in,
                asked_on=day,
                asked_by_kind=asker.kind,
                agent_name=asker.agent_name,
                agent_relation=asker.agent_relation,
                ground=ground,
                path=path,
                deadline_on=until.day if until else None,
                deadline_note=",".join(map(str, until.not_loaded)) if until else "",
            )
    except IntegrityError as error:
        if "case_one_live" in str(error):
            raise Refused(
                "这项待遇已有一件申请在办或在领；一次性待遇再次申请的，请先终止上一件",
                "A case for this is open already; what is given once is ended before the next",
            ) from None
        raise
    made.refresh_from_db()
    return made
