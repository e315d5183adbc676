"""What there is to tell, found in the rows that other rooms wrote: one small function a cause.

step 12 of case 7: approve  ->  Happened("granted", "step:12", "elder:3", {provision, day, …})
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final

from django.db.models import Exists, Max, Min, OuterRef, Sum
from django.utils import timezone

from anlao.office.benefits.holders import ELDER, ElderHolder, Holder, holder_of
from anlao.office.benefits.provisions import MONTHLY
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.cases import queries as cases
from anlao.office.cases import states
from anlao.office.cases.models import Case, Objection, Pause, Ruling, Step
from anlao.office.cases.terms import terms_of as case_terms
from anlao.office.payments.models import Answer, Recovery, RecoveryStep, Transfer
from anlao.office.payments.reasons import in_words

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that concerns somebody. ``zh``, ``en``: what templates may say of it.

    ``is_for_family``: it goes to her family where she has died.
    """

    cause: str
    reference: str
    subject: str
    at: datetime
    tell: Callable[[Holder], tuple[Words, Words]]
    about: str = ""
    care_of: str = ""
    is_for_family: bool = False
    holder: Holder | None = field(default=None, compare=False)

    def to(self) -> Holder | None:
        """Return whom it concerns; None where the scope hides it."""
        return self.holder or holder_of(self.subject)


@dataclass(frozen=True, slots=True)
class Look:
    """Where and since when to look. ``division``: with all below."""

    division: str
    since: datetime
    day: date


Find = Callable[[Look], Iterator[Happened]]


def _steps(
    look: Look, *, cause: str, acts: tuple[str, ...], states_now: tuple[str, ...] = (),
    living: bool = False, after: str = "",
) -> Iterator[Happened]:  # fmt: skip
    """Find steps of cases. ``states_now``: only while the case is in one of these still."""
    found = Step.objects.filter(
        act__in=acts, at__gte=look.since, division_code__startswith=look.division
    )
    if states_now:
        found = found.filter(case__state__in=states_now)
    if after:
        found = found.filter(after=after)
    for step in found.select_related("case__elder").order_by("pk").iterator(500):
        case = step.case
        care_of = (
            f"{case.agent_name}（{case.agent_relation}）" if case.asked_by_kind == "agent" else ""
        )
        yield Happened(
            cause,
            f"step:{step.pk}",
            case.subject,
            step.at,
            partial(_of_step, step),
            about=case.number,
            care_of=care_of,
            is_for_family=not living,
            holder=ElderHolder(case.elder) if case.elder else None,
        )


def _of_step(step: Step, holder: Holder) -> tuple[Words, Words]:
    case = step.case
    common = {"number": case.number, "reason": step.reason, "due": _day(case.deadline_on)}
    zh, en = _provision(holder, case.provision)
    money: tuple[str, str] = ("", "")
    match step.act:
        case "approve" | "reject":
            ruling = Ruling.objects.filter(case=case, at__lte=step.at).order_by("-pk").first()
            if ruling is not None:
                common |= {"day": _day(ruling.opens_on), "clause": ruling.clause}
                common["reason"] = ruling.reason or step.reason
                money = _money(ruling.fen, ruling.unit)
        case "suspend":
            pause = Pause.objects.filter(case=case, at__lte=step.at).order_by("-pk").first()
            common["day"] = _day(pause.from_day if pause else None)
        case "resume":
            pause = Pause.objects.filter(case=case, at__lte=step.at).order_by("-pk").first()
            common["day"] = _day(pause.until_day if pause else None)
        case "terminate":
            common["day"] = _day(_ended_on(case, holder) or timezone.localdate(step.at))
        case "uphold" | "overturn":
            answered = Objection.objects.filter(case=case, against="ruling", answered_at=step.at)
            said = answered.order_by("-pk").first()
            common["reason"] = said.answer if said else step.reason
    return zh | common | {"amount": money[0]}, en | common | {"amount": money[1]}


def _ended_on(case: Case, holder: Holder) -> date | None:
    """Return the first day on which it is no longer received, by its own award."""
    ends = [
        row.valid.upper
        for row in holder.held(case.provision)
        if row.case_number == case.pk and row.valid.upper is not None
    ]
    return max(ends, default=None)


def _recoveries(look: Look) -> Iterator[Happened]:
    """Find what runs charged, one for each run and payee."""
    rows = (
        RecoveryStep.objects.filter(
            kind=RecoveryStep.Kind.CHARGED,
            at__gte=look.since,
            division_code__startswith=look.division,
        )
        .values("recovery", "line__run")
        .annotate(fen=Sum("fen"), at=Max("at"), note=Min("note"))
        .order_by("at", "recovery")
    )
    subjects = dict(
        Recovery.objects.filter(division_code__startswith=look.division).values_list(
            "pk", "subject"
        )
    )
    for row in rows:
        subject = subjects.get(row["recovery"])
        if subject is None:
            continue
        number = f"R{row['recovery']:06d}"
        amounts, reasons = _money(int(row["fen"]), ""), in_words(row["note"])
        zh, en = (
            {"number": number, "reason": reason, "amount": amount}
            for reason, amount in zip(reasons, amounts, strict=True)
        )
        yield Happened(
            "recovery",
            f"recovery:{row['recovery']}:{row['line__run']}",
            subject,
            row["at"],
            partial(_as_said, (zh, en)),
            about=number,
            is_for_family=True,
        )


def _returned(look: Look) -> Iterator[Happened]:
    """Find payments that a bank returned and that were not sent anew."""
    again = Transfer.objects.filter(line=OuterRef("line")).exclude(state=Transfer.State.RETURNED)
    read_at = dict(
        Answer.objects.filter(read_at__gte=look.since)
        .values_list("run")
        .annotate(at=Max("read_at"))
    )
    rows = (
        Transfer.objects.filter(
            state=Transfer.State.RETURNED,
            run__in=list(read_at),
            division_code__startswith=look.division,
        )
        .exclude(Exists(again))
        .select_related("line")
        .order_by("pk")
    )
    for transfer in rows.iterator(500):
        yield Happened(
            "payment_returned",
            f"transfer:{transfer.reference}",
            transfer.line.payee,
            read_at[transfer.run_id],
            partial(_of_transfer, transfer),
            about=transfer.reference,
            is_for_family=True,
        )


def _of_transfer(transfer: Transfer, holder: Holder) -> tuple[Words, Words]:
    line = transfer.line
    # an institution is paid for its residents: the provision is theirs, the account its own
    whose = holder if line.subject == holder.subject else (holder_of(line.subject) or holder)
    zh, en = _provision(whose, line.provision)
    amount = _money(transfer.fen, "")
    once = line.period == "once"
    return (
        zh | {"amount": amount[0], "period": "一次性" if once else line.period},
        en | {"amount": amount[1], "period": "once" if once else line.period},
    )


def _life_due(look: Look) -> Iterator[Happened]:
    """Find whose life is to be confirmed soon, or was to be: one message for each day due."""
    terms = case_terms(look.division)
    found = cases.life_due(terms, look.day).filter(division_code__startswith=look.division)
    at = timezone.make_aware(datetime.combine(look.day, time()))
    for due in cases.as_due(found.iterator(500), terms, look.day):
        # a day that is over is no day to come by: the days of grace begin with the letter
        late = look.day + timedelta(days=terms.alive_grace_days or 0)
        said = {"due": _day(due.due_on if due.due_on >= look.day else late)}
        yield Happened(
            "life_due",
            f"alive:{due.elder.pk}:{due.due_on}",
            f"{ELDER}:{due.elder.pk}",
            at,
            partial(_as_said, (said, said)),
            holder=ElderHolder(due.elder),
        )


FINDS: Final[tuple[Find, ...]] = (
    partial(
        _steps, cause="benefit_found", acts=("find",), after=states.PROPOSED,
        states_now=(states.PROPOSED,), living=True,
    ),
    partial(
        _steps, cause="more_asked", acts=("ask_more",), states_now=(states.RETURNED,), living=True
    ),
    partial(_steps, cause="granted", acts=("approve",)),
    partial(_steps, cause="refused", acts=("reject",)),
    partial(_steps, cause="suspended", acts=("suspend",)),
    partial(_steps, cause="resumed", acts=("resume",)),
    partial(_steps, cause="terminated", acts=("terminate",)),
    partial(_steps, cause="objection_answered", acts=("uphold", "overturn")),
    _recoveries,
    _returned,
    _life_due,
)  # fmt: skip


def _as_said(words: tuple[Words, Words], _holder: Holder) -> tuple[Words, Words]:
    return words


def _provision(holder: Holder, provision: str) -> tuple[dict[str, str], dict[str, str]]:
    try:
        rule = holder.rule(provision)
    except NoRulebook:
        rule = None
    if rule is None:
        return {"provision": provision}, {"provision": provision}
    clause = {"clause": str(rule.clause)}
    return {"provision": rule.name("zh")} | clause, {"provision": rule.name("en")} | clause


def _money(fen: int | None, unit: str) -> tuple[str, str]:
    """Return an amount in words; nothing where there is no money in it."""
    if fen is None:
        return "", ""
    yuan = f"{fen // 100:,}.{fen % 100:02d}"
    if unit == MONTHLY:
        return f"每月{yuan}元", f"{yuan} yuan a month"
    return f"{yuan}元", f"{yuan} yuan"


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
