"""Pairs of eyes on a run: looked through by one, approved by others, or sent back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anlao.office.payments import queries
from anlao.office.payments.locking import lock, note
from anlao.office.payments.models import Run, Signature
from anlao.office.payments.refusals import CHANGED, RunRefused
from anlao.office.payments.terms import terms_of
from anlao.places import divisions


def review(run: Run, *, digest: str, remark: str, by: str, at: datetime) -> None:
    """Sign that a run was looked through. ``digest``: of what was looked at. Raises RunRefused.

    Asked in the scope of the whole county: of townships outside it nothing is known.
    """
    with transaction.atomic():
        held = lock(run)
        _refuse_signing(held, digest, Run.State.PREVIEWED, by)
        _refuse_unstamped(held)
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


def _refuse_unstamped(run: Run) -> None:
    if run.kind not in terms_of(run.division_code).stamped:
        return
    missing = [one.code for one in queries.unstamped(run)]
    if missing:
        named = [(found.name if (found := divisions.find(code)) else code) for code in missing]
        raise RunRefused(
            f"以下乡镇（街道）的盖章确认表还没有收到：{'、'.join(named)}。"
            "请收齐本批次现有名单的盖章件后再复核",
            f"the stamped lists of these townships are not here yet: {', '.join(named)}; "
            "bring each list as it stands now, stamped, and review then",
        )


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
