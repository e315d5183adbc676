"""New files, deaths and moves: what touches everything that is open, and can be taken back."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Header, Path, Router
from ninja import Status as Answer

from anlao import identity_numbers
from anlao.faults import Fault
from anlao.office.benefits.values import place_code
from anlao.office.interfaces.api.asking import elder_of, needs
from anlao.office.interfaces.api.elders import shown_elder
from anlao.office.interfaces.api.gate import token_of
from anlao.office.interfaces.api.problems import Problem
from anlao.office.interfaces.api.schemas import (
    LARGEST,
    DeathIn,
    ElderIn,
    ElderOut,
    JourneyOut,
    MoveIn,
    Purpose,
    UndoIn,
)
from anlao.office.journeys import operations
from anlao.office.journeys.models import Journey
from anlao.office.journeys.operations import Signed
from anlao.office.organisations import roles, tokens
from anlao.office.registry import files, opening
from anlao.office.registry.identity import NumberTaken
from anlao.office.registry.operations import Ground, NothingToRecord

router = Router(tags=["journeys"])
Number = Annotated[int, Path(ge=1, le=LARGEST)]


@router.post("/elders", response={201: ElderOut})
@needs(roles.RECORD_FACTS)
def open_file(request: HttpRequest, sent: ElderIn) -> Answer[dict[str, Any]]:
    """Open the file of an elder who has none yet; whoever may have one already is told of."""
    village = _place(sent.village)
    if not tokens.scope_for(token_of(request), roles.RECORD_FACTS).covers(village):
        raise Problem(403, "该村不在令牌的范围内 / the village lies outside the token's area")
    number = identity_numbers.read(sent.identity_number, day=timezone.localdate())
    if isinstance(number, Fault):
        raise Problem(422, "身份证号不合规 / the identity number is wrong")
    if sent.sex != number.sex or sent.birth_date != number.birth_date:
        detail = "出生日期或性别与身份证号不符 / birth or sex is not that of the number"
        raise Problem(422, detail)
    new = opening.NewElder(sent.name, number, sent.birth_date, sent.sex, village, sent.phone)
    if opening.look_alike(new) and not sent.is_somebody_else:
        detail = "可能已有档案，请先查找 / there may be a file: search first"
        raise Problem(409, detail, kind="may-have-a-file")
    signed = _signed(request, sent.evidence)
    try:
        made = opening.open_file(new, facts={}, ground=signed.ground, by=signed.by, at=signed.at)
    except NumberTaken as refusal:
        raise Problem(409, str(refusal), kind="number-taken") from None
    return Answer(201, shown_elder(made))


@router.get("/elders/{number}/journeys", response=list[JourneyOut])
@needs(roles.SEE_ELDERS)
def journeys(
    request: HttpRequest, number: Number, purpose: Annotated[Purpose, Header(alias="Purpose")]
) -> list[dict[str, Any]]:
    """Deaths, moves and merges of a file, the latest first."""
    elder = elder_of(number)
    files.note_read(elder, "read_history", by=str(token_of(request)), purpose=purpose)
    return [_journey(one) for one in operations.of(elder)]


@router.post("/elders/{number}/deaths", response={201: JourneyOut})
@needs(roles.RECORD_FACTS)
def report_death(request: HttpRequest, number: Number, sent: DeathIn) -> Answer[dict[str, Any]]:
    """Record a death; whoever has her on a list has so no longer from the day after."""
    _needs_division(request)
    elder, signed = elder_of(number), _signed(request, sent.evidence)
    try:
        made = operations.die(elder=elder, day=sent.day, signed=signed)
    except operations.DayRefused as refusal:
        raise Problem(422, f"{refusal} / the day cannot be") from None
    except NothingToRecord as refusal:
        raise Problem(409, f"{refusal} / recorded already", kind="nothing-to-record") from None
    return Answer(201, _journey(made))


@router.post("/elders/{number}/moves", response={201: JourneyOut})
@needs(roles.RECORD_FACTS)
def report_move(request: HttpRequest, number: Number, sent: MoveIn) -> Answer[dict[str, Any]]:
    """Record that the registration moved; the file follows inside the county."""
    _needs_division(request)
    elder, signed = elder_of(number), _signed(request, sent.evidence)
    to = _place(sent.to)
    try:
        made = operations.move(
            elder=elder, to=to, day=sent.day, lives_there=sent.lives_there, signed=signed
        )
    except operations.DayRefused as refusal:
        raise Problem(422, f"{refusal} / the day cannot be") from None
    except NothingToRecord as refusal:
        raise Problem(409, f"{refusal} / recorded already", kind="nothing-to-record") from None
    return Answer(201, _journey(made))


@router.post("/elders/{number}/journeys/{journey}/undo", response=JourneyOut)
@needs(roles.RECORD_FACTS)
def undo_journey(
    request: HttpRequest, number: Number, journey: Number, sent: UndoIn
) -> dict[str, Any]:
    """Take back a death or a move with all that it changed, while nothing lies on top."""
    _needs_division(request)
    elder = elder_of(number)
    mine = Journey.objects.filter(elder=elder).exclude(kind=Journey.Kind.MERGE)
    found = mine.filter(pk=journey).first()
    if found is None:
        raise Problem(404, "没有这次办理 / there is no such journey of hers")
    by, now = str(token_of(request)), timezone.now()
    try:
        operations.undo(journey=found, reason=sent.reason, by=by, at=now)
    except operations.UndoneAlready as refusal:
        raise Problem(409, f"{refusal} / taken back already", kind="undone-already") from None
    except operations.ChangedSince as refusal:
        raise Problem(409, f"{refusal} / changed since", kind="changed-since") from None
    found.undone_at = now
    return _journey(found)


def _needs_division(request: HttpRequest) -> None:
    if token_of(request).division_id is None:
        raise Problem(403, "须由有区划的令牌办理 / this needs a token with a division")


def _place(code: str) -> str:
    try:
        return place_code(code)
    except ValueError:
        raise Problem(422, f"没有区划 {code} / there is no division {code}") from None


def _signed(request: HttpRequest, evidence: str) -> Signed:
    token = token_of(request)
    return Signed(str(token), timezone.now(), Ground(evidence, token.organisation))


def _journey(row: Journey) -> dict[str, Any]:
    return {
        "id": row.pk,
        "elder": row.elder_id,
        "kind": row.kind,
        "day": row.day,
        "reason": row.reason,
        "made_by": row.made_by,
        "made_at": row.made_at,
        "undone_at": row.undone_at,
    }
