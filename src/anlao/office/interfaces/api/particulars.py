"""The head of a file: name, identity number and telephone, amended, and what it said before."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Header, Path, Router
from ninja import Status as Answer

from anlao import identity_numbers
from anlao.faults import Fault
from anlao.office.interfaces.api.asking import elder_of, needs
from anlao.office.interfaces.api.elders import shown_elder
from anlao.office.interfaces.api.gate import token_of
from anlao.office.interfaces.api.problems import Problem
from anlao.office.interfaces.api.schemas import (
    LARGEST,
    AmendedOut,
    AmendIn,
    FormerOut,
    Purpose,
)
from anlao.office.organisations import roles
from anlao.office.registry import files, particulars
from anlao.office.registry.identity import NumberTaken
from anlao.office.registry.models import FormerParticular
from anlao.office.registry.operations import NothingToRecord
from anlao.office.registry.particulars import AmendmentRefused, Particular, Reason, What, Why

router = Router(tags=["elders"])
Number = Annotated[int, Path(ge=1, le=LARGEST)]


@router.get("/elders/{number}/particulars", response=list[FormerOut])
@needs(roles.SEE_ELDERS)
def former_particulars(
    request: HttpRequest, number: Number, purpose: Annotated[Purpose, Header(alias="Purpose")]
) -> list[dict[str, Any]]:
    """Names and numbers that stood in a file before, the latest first."""
    elder = elder_of(number)
    files.note_read(elder, "read_particulars", by=str(token_of(request)), purpose=purpose)
    return [_row(row) for row in particulars.former(elder)]


@router.post("/elders/{number}/particulars", response={201: AmendedOut})
@needs(roles.RECORD_FACTS)
def amend_particulars(
    request: HttpRequest, number: Number, sent: AmendIn
) -> Answer[dict[str, Any]]:
    """Amend name, identity number or telephone; what stood there is kept."""
    elder = elder_of(number)
    try:
        made = particulars.amend(
            elder=elder,
            changes=_changes(sent),
            reason=Reason(Why(sent.why), sent.evidence),
            by=str(token_of(request)),
            at=timezone.now(),
        )
    except NothingToRecord as refusal:
        raise Problem(409, f"{refusal} / nothing is new", kind="nothing-to-record") from None
    except NumberTaken as refusal:
        raise Problem(409, str(refusal), kind="number-taken") from None
    except AmendmentRefused as refusal:
        raise Problem(422, str(refusal)) from None
    return Answer(201, {"elder": shown_elder(elder), "former": [_row(row) for row in made]})


def _changes(sent: AmendIn) -> dict[What, Particular]:
    """Return what was sent. Raises Problem for a number that is none."""
    found: dict[What, Particular] = {}
    if sent.name is not None:
        found[What.NAME] = sent.name
    if "identity_number" in sent.model_fields_set:
        found[What.IDENTITY_NUMBER] = None
        if sent.identity_number is not None:
            number = identity_numbers.read(sent.identity_number, day=timezone.localdate())
            if isinstance(number, Fault):
                raise Problem(422, f"{number.text('zh')} / {number.text('en')}")
            found[What.IDENTITY_NUMBER] = number
    if "phone" in sent.model_fields_set:
        found[What.PHONE] = sent.phone
    return found


def _row(row: FormerParticular) -> dict[str, Any]:
    return {
        "what": row.what,
        "shown": row.shown,
        "why": row.why,
        "evidence": row.evidence,
        "replaced_by": row.replaced_by,
        "replaced_at": row.replaced_at,
    }
