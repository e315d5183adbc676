"""Completeness, verification and the public notice."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from anlao.office.cases import states
from anlao.office.cases.asking import lacking
from anlao.office.cases.models import Case, Check, Objection, Posting
from anlao.office.cases.moving import Refused, locked, move, note_only, refuse_unless


@transaction.atomic
def ask_more(*, number: int, reason: str, by: str, at: datetime, day: date) -> Case:
    """Return a case to whoever asked, for what is lacking; all of it is told at once."""
    case = locked(number)
    if len(reason) < 2:
        raise Refused("请一次性写明需补正的内容", "Say at once all that is lacking")
    move(case, "ask_more", by=by, at=at, day=day, reason=reason)
    return case


@transaction.atomic
def complete(*, number: int, by: str, at: datetime, day: date) -> Case:
    """Accept an application whose papers are all there. Raises NotNow and Refused.

    One that needs no verification goes on at once.
    """
    case = locked(number)
    refuse_unless(case, "complete")
    if left := lacking(case):
        raise Refused(
            f"材料还缺：{'、'.join(row.zh for row in left)}",
            f"Still to be shown: {', '.join(row.en for row in left)}",
        )
    move(case, "complete", by=by, at=at, day=day)
    if not case.path["verify"] and not case.path["notice_days"]:
        move(case, "pass_on", by=by, at=at, day=day)
    return case


@transaction.atomic
def check(
    *, number: int, kind: str, on: date, agrees: bool, text: str, by: str, at: datetime, day: date
) -> Case:
    """Record a data match or a visit to the household. Raises Refused."""
    case = locked(number)
    if case.state != states.VERIFYING:
        raise states.NotNow("check", case.state)
    if on > day:
        raise Refused("核实日期还没有到", "That day has not come yet")
    if len(text) < 2:
        raise Refused("请写明核实情况", "Say what was found")
    Check.objects.create(
        case=case, kind=kind, round=case.round, day=on, agrees=agrees, text=text, at=at, by=by
    )
    note_only(case, "check", by=by, told={"kind": kind, "agrees": agrees})
    return case


def unchecked(case: Case) -> list[str]:
    """Return the kinds of verification that are asked for and not done in this round."""
    done = set(Check.objects.filter(case=case, round=case.round).values_list("kind", flat=True))
    return [kind for kind in case.path["verify"] if kind not in done]


@transaction.atomic
def post(*, number: int, place: str, first: date, by: str, at: datetime, day: date) -> Case:
    """Put a verified case on public notice, from a day on. Raises NotNow and Refused."""
    case = locked(number)
    refuse_unless(case, "post")
    _refuse_unchecked(case)
    days = case.path["notice_days"]
    if not days:
        raise Refused("这一事项不需公示", "No public notice is asked for")
    if first < day or len(place) < 2:
        raise Refused("请写明公示地点，起始日期不早于今天", "Name the place, and a day to come")
    last = first + timedelta(days=days - 1)
    Posting.objects.create(
        case=case, round=case.round, first_day=first, last_day=last, place=place, at=at, by=by
    )
    told = {"first": first.isoformat(), "last": last.isoformat()}
    move(case, "post", by=by, at=at, day=day, told=told, until=last)
    return case


@transaction.atomic
def pass_on(*, number: int, by: str, at: datetime, day: date) -> Case:
    """Hand a case that is verified, and was on notice where that is asked for, to the approver."""
    case = locked(number)
    refuse_unless(case, "pass_on")
    if case.state == states.VERIFYING:
        _refuse_unchecked(case)
        if case.path["notice_days"]:
            raise Refused("须先公示", "It goes on public notice first")
    else:
        last = Posting.objects.get(case=case, round=case.round).last_day
        if day <= last:
            raise Refused(f"公示至 {last}，尚未期满", f"It is on notice through {last}")
        if Objection.objects.filter(case=case, answered_at=None).exists():
            raise Refused("还有异议没有答复", "An objection is not answered yet")
    move(case, "pass_on", by=by, at=at, day=day)
    return case


@transaction.atomic
def object_to_notice(
    *, number: int, who: str, text: str, by: str, at: datetime, day: date
) -> Objection:
    """Record what somebody has against a case on notice. Raises NotNow."""
    case = locked(number)
    if case.state != states.NOTICE:
        raise states.NotNow("object", case.state)
    if len(text) < 2 or not who:
        raise Refused("请写明异议人和内容", "Say who objects, and to what")
    made: Objection = Objection.objects.create(
        case=case, against="notice", day=day, who=who, text=text, at=at, by=by
    )
    note_only(case, "object_to_notice", by=by)
    return made


@transaction.atomic
def answer(*, number: int, is_upheld: bool, text: str, by: str, at: datetime, day: date) -> Case:
    """Answer the objection to a notice; one that is right sends the case back to be verified."""
    case = locked(number)
    objection = Objection.objects.filter(case=case, against="notice", answered_at=None).first()
    if objection is None or case.state != states.NOTICE:
        raise Refused("没有待答复的异议", "No objection waits for an answer")
    if len(text) < 2:
        raise Refused("请写明调查结果和答复", "Say what was found and answered")
    close_objection(objection, is_upheld=is_upheld, text=text, by=by, at=at)
    if is_upheld:
        Objection.objects.filter(case=case, answered_at=None).update(
            is_upheld=True, answer=text, answered_by=by, answered_at=at
        )
        move(case, "verify_again", by=by, at=at, day=day, reason=text, round=case.round + 1)
    else:
        note_only(case, "answer", by=by, reason=text[:200])
    return case


def close_objection(
    objection: Objection, *, is_upheld: bool, text: str, by: str, at: datetime
) -> None:
    """Write the answer under an objection."""
    objection.is_upheld, objection.answer = is_upheld, text
    objection.answered_by, objection.answered_at = by, at
    objection.save(update_fields=["is_upheld", "answer", "answered_by", "answered_at"])


def _refuse_unchecked(case: Case) -> None:
    if left := unchecked(case):
        names = [KINDS[kind] for kind in left]
        raise Refused(
            f"还没有：{'、'.join(zh for zh, _ in names)}",
            f"Not yet: {', '.join(en for _, en in names)}",
        )


KINDS = {
    "data_match": ("数据核对", "data match"),
    "household_visit": ("入户核查", "household visit"),
    "site_visit": ("实地核查", "visit on site"),
}
