"""Pairs of eyes on a run: looked through by one, approved by others, or sent back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anlao.office.payments.locking import lock, note
from anlao.office.payments.models import Run, Signature
from anlao.office.payments.refusals import CHANGED, RunRefused
from anlao.office.payments.terms import terms_of


def review(run: Run, *, digest: str, remark: str, by: str, at: datetime) -> None:
    """Sign that a run was looked through. ``digest``: of what was looked at. Raises RunRefused."""
    with transaction.atomic():
        held = lock(run)
        _refuse_signing(held, digest, Run.State.PREVIEWED, by)
        _sign(held, Signature.Part.REVIEW, remark, by, at)
        held.state = Run.State.REVIEWED
        held.save(update_fields=["state"])
        note("review_run", held, by, purpose=remark)


def approve(run: Run, *, digest: str, remark: str, by: str, at: datetime) -> bool:
    """Sign that a run be paid; return whether enough have. Raises RunRefused.

    Once enough have, `settle` makes it so.
    """
    with transaction.atomic():
        held = lock(run)
        _refuse_signing(held, digest, Run.State.REVIEWED, by)
        _sign(held, Signature.Part.APPROVAL, remark, by, at)
        note("approve_run", held, by, purpose=remark)
        return len(approvals(held)) >= terms_of(held.division_code).approvers(held.fen)


def send_back(run: Run, *, reason: str, by: str) -> None:
    """Give a reviewed run back to whoever made it. Raises RunRefused."""
    with transaction.atomic():
        held = lock(run)
        if held.state != Run.State.REVIEWED:
            raise RunRefused("只有待审批的批次可以退回", "only a reviewed run is sent back")
        held.state, held.note, held.digest = Run.State.OPEN, reason, ""
        held.save(update_fields=["state", "note", "digest"])
        note("send_back_run", held, by, purpose=reason)


def _refuse_signing(run: Run, digest: str, state: str, by: str) -> None:
    if run.state != state or run.digest != digest:
        raise CHANGED
    if run.made_by == by:
        raise RunRefused(
            "经办人不能复核、审批自己的批次", "whoever made a run neither reviews nor approves it"
        )
    if run.signatures.filter(digest=run.digest, by=by).exists():
        raise RunRefused("您已签过这一批次", "you have signed this run already")


def _sign(run: Run, part: str, remark: str, by: str, at: datetime) -> None:
    Signature(
        run=run,
        division_code=run.division_code,
        part=part,
        digest=run.digest,
        note=remark,
        by=by,
        at=at,
    ).save(force_insert=True)


def approvals(run: Run) -> list[Signature]:
    """Return who has approved a run as it stands, in the order of signing."""
    return list(
        run.signatures.filter(part=Signature.Part.APPROVAL, digest=run.digest).order_by("pk")
    )
