"""Elders: search, file, entitlements with reasons, and recording facts. Every look is logged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Header, Path, Query, Router
from ninja import Status as Answer

from anlao.office.benefits import deciding
from anlao.office.benefits import queries as benefits
from anlao.office.benefits.queries import FactLabel
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.benefits.values import read_value
from anlao.office.interfaces.api.asking import elder_of, known_by, needs
from anlao.office.interfaces.api.gate import token_of
from anlao.office.interfaces.api.problems import Problem
from anlao.office.interfaces.api.schemas import (
    LARGEST,
    MONTH,
    Day,
    EntitlementsOut,
    FileOut,
    Found,
    HistoryOut,
    Language,
    Purpose,
    RecordIn,
    RecordOut,
    SearchIn,
    Value,
)
from anlao.office.organisations import roles, tokens
from anlao.office.registry import files, operations, search
from anlao.office.registry.models import STATUSES, Elder, Status

router = Router(tags=["elders"])
Why = Annotated[Purpose, Header(alias="Purpose")]
Number = Annotated[int, Path(ge=1, le=LARGEST)]


@router.post("/elders/search", response=Found)
@needs(roles.SEE_ELDERS)
def find(request: HttpRequest, sent: SearchIn, purpose: Why) -> dict[str, Any]:
    """Find elders by what is known of them; as a body, so that no address holds a number."""
    token = token_of(request)
    found = search.find(
        sent.q,
        scope=tokens.scope_for(token, roles.SEE_ELDERS),
        today=timezone.localdate(),
        by=str(token),
        purpose=purpose,
    )
    return {"items": [shown_elder(elder) for elder in found.elders], "more": found.more}


@router.get("/elders/{number}", response=FileOut)
@needs(roles.SEE_ELDERS)
def file(
    request: HttpRequest,
    number: Number,
    purpose: Why,
    day: Day | None = None,
    known: Day | None = None,
) -> dict[str, Any]:
    """A file as of a day (else today), as it was known at the end of a day (else now)."""
    elder, known_at = elder_of(number), known_by(known)
    day = day or timezone.localdate()
    seen = files.read(elder, day=day, known_at=known_at, by=str(token_of(request)), purpose=purpose)
    sections = [_section(row.kind, row.status) for row in seen.rows]
    return {"elder": shown_elder(elder), "day": day, "known_at": known_at, "sections": sections}


@router.get("/elders/{number}/history", response=HistoryOut)
@needs(roles.SEE_ELDERS)
def history(request: HttpRequest, number: Number, purpose: Why) -> dict[str, Any]:
    """Every row ever recorded, corrections too."""
    elder = elder_of(number)
    seen = files.read_history(elder, by=str(token_of(request)), purpose=purpose)
    rows = [
        _section(entry.kind, entry.row) | {"known_until": entry.row.known.upper}
        for entry in seen.entries
    ]
    return {"elder": elder.pk, "rows": rows}


@router.get("/elders/{number}/entitlements", response=EntitlementsOut)
@needs(roles.SEE_ELDERS)
def entitlements(
    request: HttpRequest,
    number: Number,
    purpose: Why,
    month: Annotated[str | None, Query(pattern=MONTH)] = None,
    known: Day | None = None,
    language: Language = "zh",
) -> dict[str, Any]:
    """What she is entitled to in a month by her county's rulebook, with the reasons."""
    elder, known_at = elder_of(number), known_by(known)
    first = date.fromisoformat(f"{month}-01") if month else timezone.localdate()
    files.note_read(elder, "read_entitlements", by=str(token_of(request)), purpose=purpose)
    try:
        found = benefits.entitlements(
            elder, deciding.month_of(first), known_at=known_at, language=language
        )
    except NoRulebook as refusal:
        raise Problem(404, f"{refusal} / no rulebook is in force", kind="no-rulebook") from None
    return {
        "elder": elder.pk,
        "month": str(found.month),
        "rulebook": found.title,
        "document": found.document,
        "known_at": known_at,
        "summary": found.summary,
        "provisions": [
            {
                "provision": item.provision,
                "name": item.name,
                "outcome": item.outcome,
                "verdict": item.verdict,
                "reasons": list(item.sentences),
                "clause": item.clause,
            }
            for item in found.found
        ],
    }


@router.post("/elders/{number}/facts", response={201: RecordOut})
@needs(roles.RECORD_FACTS)
def record(request: HttpRequest, number: Number, sent: RecordIn) -> Answer[dict[str, Any]]:
    """Record facts from a day on, or correct them; what was known stays readable."""
    elder, now = elder_of(number), timezone.now()
    token = token_of(request)
    if "hukou" in sent.facts and token.division_id is None:
        raise Problem(403, "户籍须由有区划的令牌登记 / registration needs a token with a division")
    facts = _facts(elder, sent.facts)
    try:
        made = operations.record(
            elder=elder,
            facts=facts,
            start=sent.start,
            until=sent.until,
            ground=operations.Ground(sent.evidence, token.organisation),
            by=str(token),
            at=now,
        )
    except operations.NothingToRecord as refusal:
        detail = f"{refusal} / this is recorded already"
        raise Problem(409, detail, kind="nothing-to-record") from None
    except operations.Contradiction as refusal:
        detail = f"{refusal} / this cannot hold beside what is recorded"
        raise Problem(409, detail, kind="contradiction") from None
    except operations.SpanRefused as refusal:
        raise Problem(422, f"{refusal} / it ends before it begins") from None
    return Answer(201, {"elder": number, "known_at": now, "rows": [_row(row) for row in made]})


def _facts(elder: Elder, sent: Mapping[str, Value]) -> dict[str, Any]:
    """Return facts as they are stored. Raises Problem for a name or value that is none."""
    held = {name for kind in STATUSES for name in kind.FACTS}
    labels = {name: one for name, one in benefits.labels(elder).items() if name in held}
    found = {}
    for name, value in sent.items():
        if name not in labels:
            raise Problem(422, f"没有信息项 {name[:60]} / there is no such fact")
        try:
            found[name] = _read(labels[name], value)
        except ValueError:
            detail = f"{name} 的值不合规 / the value of {name} does not fit"
            raise Problem(422, detail) from None
    return found


def _read(label: FactLabel, value: Value) -> Any:
    """Return a value as it is stored; JSON has types of its own, which must fit."""
    if value is None:
        return None
    wanted: type = {"bool": bool, "level": int}.get(label.type, str)
    if type(value) is not wanted:
        raise ValueError(value)
    return read_value(label, str(value).lower() if isinstance(value, bool) else str(value))


def shown_elder(elder: Elder) -> dict[str, Any]:
    """Return who an elder is, as far as the API tells."""
    return {
        "id": elder.pk,
        "file_number": elder.file_number,
        "name": elder.name,
        "sex": elder.sex,
        "birth_date": elder.birth_date,
        "state": elder.state,
        "division": elder.division_code,
        "place": files.place_of(elder.division_code),
        "identity_mask": elder.identity_mask,
        "phone_mask": elder.phone_mask,
    }


def _section(kind: type[Status], status: Status | None) -> dict[str, Any]:
    return {
        "section": kind._meta.model_name,
        "facts": {name: _plain(getattr(status, name, None)) for name in kind.FACTS},
        "valid_from": status and status.valid.lower,
        "valid_until": status and status.valid.upper,
        "known_since": status and status.known.lower,
        "source": status.source.name if status and status.source else None,
        "evidence": status and status.evidence,
        "recorded_by": status and status.recorded_by,
    }


def _row(row: Status) -> dict[str, Any]:
    return {
        "section": row._meta.model_name,
        "facts": {name: _plain(getattr(row, name)) for name in row.FACTS},
        "valid_from": row.valid.lower,
        "valid_until": row.valid.upper,
    }


def _plain(value: Any) -> Value:
    """Return a fact as JSON has it; unknown is null, whatever its type."""
    if value in (None, ""):
        return None
    return value if isinstance(value, bool | int | str) else str(value)
