"""What an elder says is wrong in her file, and what the office answers.

Nothing is corrected here: a clerk records the fact as she records any other, then answers.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from anlao.office.citizens.models import Correction
from anlao.office.registry.models import STATUSES, Elder, Status
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

_LEAST = 2
State = Correction.State


class CorrectionRefused(ValueError):
    """Raised where it cannot be asked or answered so; the message says why, in two languages."""


@transaction.atomic
def ask(
    *, elder: Elder, fact: str, said: str, shows: str, day: date, by: str, at: datetime
) -> Correction:
    """Ask for a correction. Raises CorrectionRefused; one about the same fact waits at a time."""
    if kind_of(fact) is None:
        raise CorrectionRefused("请选哪一项写错了 / Choose what is wrong")
    if len(said) < 1 or len(shows) < _LEAST:
        raise CorrectionRefused(
            "请写明正确的内容和能说明的材料 / Say what is right, and what shows it"
        )
    if Correction.objects.filter(elder=elder, fact=fact, state=State.OPEN).exists():
        raise CorrectionRefused(
            "这一项已经提出过，正在处理 / This was asked for already and is being looked at"
        )
    made: Correction = Correction.objects.create(
        elder=elder, division_code=elder.division_code, fact=fact, said=said, shows=shows,
        day=day, by=by, at=at,
    )  # fmt: skip
    _record("ask_correction", made, by=by)
    return made


@transaction.atomic
def answer(*, number: int, is_right: bool, text: str, by: str, at: datetime) -> Correction:
    """Answer a request of one's area, once. Raises CorrectionRefused.

    ``is_right``: only when the fact was recorded anew since she asked.
    """
    made: Correction | None = (
        Correction.objects.select_for_update(of=("self",))
        .select_related("elder")
        .filter(pk=number, state=State.OPEN)
        .first()
    )
    if made is None:
        raise CorrectionRefused("已经答复过 / It was answered already")
    if len(text) < _LEAST:
        raise CorrectionRefused("请写明答复 / Say what the answer is")
    if is_right and not _is_recorded(made):
        raise CorrectionRefused(
            "请先在“登记与更正”中登记这一项，再答复已更正 / "
            "Record the fact first, on the page Record; then say that it was corrected"
        )
    made.state = State.ACCEPTED if is_right else State.DECLINED
    made.answer, made.answered_by, made.answered_at = text, by, at
    made.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    _record("answer_correction", made, by=by, purpose=text)
    return made


def of(elder: Elder) -> list[Correction]:
    """Return all that was asked for, the latest first."""
    return list(Correction.objects.filter(elder=elder).order_by("-pk"))


def waiting() -> QuerySet[Correction]:
    """Return what waits for an answer in the area of the transaction, the oldest first."""
    found: QuerySet[Correction] = Correction.objects.filter(state=State.OPEN)
    return found.select_related("elder").order_by("day", "pk")


def kind_of(fact: str) -> type[Status] | None:
    """Return where the file keeps a fact; None for what it does not keep."""
    return next((kind for kind in STATUSES if fact in kind.FACTS), None)


def _is_recorded(made: Correction) -> bool:
    kind = kind_of(made.fact)
    assert kind is not None
    rows = kind._default_manager.filter(elder=made.elder, known__startswith__gt=made.at)
    return rows.exists()


def _record(act: str, made: Correction, *, by: str, purpose: str = "") -> None:
    after = {"correction": made.pk, "fact": made.fact, "state": str(made.state)}
    audit.record(
        Act(act, f"elder:{made.elder_id}", made.division_code, purpose, after=after), by=by
    )
