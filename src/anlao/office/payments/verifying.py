"""核查: a random sample of what was paid, asked whether it came, and what that says of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.db.models import Count, QuerySet

from anlao.office.payments import rates
from anlao.office.payments.locking import lock
from anlao.office.payments.models import (
    Answer,
    BankFile,
    Run,
    Sample,
    SampleCheck,
    SampleItem,
    Transfer,
)
from anlao.office.payments.refusals import RunRefused
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

_WAITING = (Transfer.State.READY, Transfer.State.SENT)
_PAYING = (Run.State.SENT, Run.State.CLOSED)
R = SampleCheck.Result
_WRONG = (R.LESS, R.NOT)
_ANSWERED = (R.FULL, *_WRONG)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How sure a sample should be; thousandths, see `rates.size`."""

    confidence: int
    tolerated: int
    expected: int


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one item. ``fen``: what came; only where it was less."""

    how: str
    result: str
    fen: int | None = None
    note: str = ""


def hands(run: Run) -> set[str]:
    """Return who made a run, wrote its bank files, or read their answers."""
    files = BankFile.objects.filter(run=run).values_list("made_by", flat=True)
    answers = Answer.objects.filter(run=run).values_list("read_by", flat=True)
    return {run.made_by, *files, *answers}


def is_settled(run: Run) -> bool:
    """Return whether everything of a run came or came back, so that it can be verified."""
    waiting = Transfer.objects.filter(run=run, state__in=_WAITING).exists()
    return run.state in _PAYING and not waiting


def draw(run: Run, wanted: Wanted, *, seed: str, by: str, at: datetime) -> Sample:
    """Draw a sample of a run's paid transfers. Raises RunRefused.

    The same seed and run give the same sample, always.
    """
    with transaction.atomic():
        held = lock(run)
        _check(held, wanted, by)
        paid = _paid(held)
        count = rates.size(
            len(paid),
            confidence=wanted.confidence,
            tolerated=wanted.tolerated,
            expected=wanted.expected,
        )
        sample = Sample(
            run=held,
            division_code=held.division_code,
            confidence=wanted.confidence,
            tolerated=wanted.tolerated,
            expected=wanted.expected,
            population=len(paid),
            size=count,
            seed=seed,
            by=by,
            at=at,
        )
        sample.save(force_insert=True)
        _keep(sample, drawn(sorted(paid), seed, count), paid)
        after = {"sample": sample.pk, "population": len(paid), "size": count, "seed": seed}
        audit.record(Act("draw_sample", f"run:{held.pk}", held.division_code, after=after), by=by)
    return sample


def _check(run: Run, wanted: Wanted, by: str) -> None:
    if not is_settled(run):
        raise RunRefused(
            "批次须已送银行且全部有回盘结果，才能抽样核查",
            "a run is verified once the bank has answered for all of it",
        )
    if by in hands(run):
        raise RunRefused(
            "开立批次、办理代发的人不能核查本批次；请他人抽样",
            "whoever made this run or paid it does not verify it: let another draw",
        )
    if (
        wanted.confidence not in rates.CONFIDENCES
        or not 1 <= wanted.tolerated <= 500
        or not 1 <= wanted.expected <= 500
    ):
        raise RunRefused("抽样参数不对", "no sample can be drawn so")
    if not Transfer.objects.filter(run=run, state=Transfer.State.PAID).exists():
        raise RunRefused("本批次没有到账的支付", "nothing of this run was paid")


def _paid(run: Run) -> dict[int, str]:
    """Return the place of each paid transfer."""
    rows = Transfer.objects.filter(run=run, state=Transfer.State.PAID)
    return dict(rows.values_list("pk", "division_code"))


def drawn(numbers: Sequence[int], seed: str, count: int) -> list[int]:
    """Return so many numbers in the order in which a seed draws them.

    Each is ranked by the SHA-256 of seed and number, so anybody can draw again with any tool.
    """
    return sorted(numbers, key=lambda number: (_rank(seed, number), number))[:count]


def _rank(seed: str, number: int) -> str:
    return sha256(f"{seed}:{number}".encode()).hexdigest()


def _keep(sample: Sample, numbers: Sequence[int], places: dict[int, str]) -> None:
    SampleItem.objects.bulk_create(
        [
            SampleItem(sample=sample, division_code=places[number], transfer_id=number, place=place)
            for place, number in enumerate(numbers, 1)
        ]
    )


def is_as_drawn(sample: Sample) -> bool:
    """Return whether drawing again with the same seed gives the same transfers."""
    again = drawn(sorted(_paid(sample.run)), sample.seed, sample.size)
    kept = sample.items.order_by("place").values_list("transfer_id", flat=True)
    return again == list(kept)


def record(item: SampleItem, found: Found, *, by: str, at: datetime) -> SampleCheck:
    """Record what a call or a visit found; what was recorded before stays. Raises RunRefused."""
    sent, run = item.transfer.fen, item.sample.run
    if by in hands(run):
        raise RunRefused(
            "开立批次、办理代发的人不能登记核查结果",
            "whoever made this run or paid it does not record what was found",
        )
    if found.result == R.LESS and not (found.fen and 0 < found.fen < sent):
        raise RunRefused(
            "请填写实际收到的金额，须少于发放金额", "say how much came: less than sent"
        )
    with transaction.atomic():
        check = SampleCheck(
            item=item,
            division_code=item.division_code,
            how=found.how,
            result=found.result,
            received_fen=_received(found, sent),
            note=found.note,
            by=by,
            at=at,
        )
        check.save(force_insert=True)
        after = {"sample": item.sample_id, "place": item.place, "result": found.result}
        act = Act("check_payment", f"run:{run.pk}", item.division_code, after=after)
        audit.record(act, by=by)
    return check


def _received(found: Found, sent: int) -> int | None:
    return {R.FULL: sent, R.NOT: 0, R.LESS: found.fen}.get(R(found.result))


def samples(run: Run) -> QuerySet[Sample]:
    """Return the samples of a run, the latest first."""
    found: QuerySet[Sample] = Sample.objects.filter(run=run)
    return found.order_by("-pk")


@dataclass(frozen=True, slots=True)
class Item:
    """An item with what was found of it last, and how often somebody tried."""

    item: SampleItem
    last: SampleCheck | None
    tries: int


def items(sample: Sample) -> list[Item]:
    """Return a sample's items in the order of the draw."""
    rows = (
        SampleItem.objects.filter(sample=sample)
        .select_related("transfer__line__elder", "transfer__account")
        .annotate(tries=Count("checks"))
        .order_by("place")
    )
    last = _last(sample)
    return [Item(row, last.get(row.pk), row.tries) for row in rows]


def _last(sample: Sample) -> dict[int, SampleCheck]:
    checks = SampleCheck.objects.filter(item__sample=sample).order_by("pk")
    return {check.item_id: check for check in checks}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a sample says of all. ``wrong`` of ``answered``; rates lie between 0 and 1.

    ``at_worst``: the upper end if everybody who did not answer had got too little.
    ``short_fen``: what did not come, of those who answered.
    """

    answered: int
    wrong: int
    unreached: int
    deceased: int
    waiting: int
    low: float
    high: float
    at_worst: float
    sent_fen: int
    short_fen: int

    @property
    def rate(self) -> float | None:
        return self.wrong / self.answered if self.answered else None


def outcome(sample: Sample, found: Sequence[Item]) -> Outcome:
    """Return what a sample's results say, at the confidence with which it was drawn."""
    results = [one.last.result if one.last else "" for one in found]
    answered = sum(results.count(name) for name in _ANSWERED)
    wrong = sum(results.count(name) for name in _WRONG)
    silent = len(results) - answered
    low, high = rates.interval(wrong, answered, confidence=sample.confidence)
    worst = rates.interval(wrong + silent, len(results), confidence=sample.confidence)[1]
    spoke = [
        (one.item.transfer.fen, one.last.received_fen)
        for one in found
        if one.last is not None and one.last.received_fen is not None
    ]
    return Outcome(
        answered,
        wrong,
        results.count(R.UNREACHED),
        results.count(R.DECEASED),
        results.count(""),
        low,
        high,
        worst,
        sum(sent for sent, _ in spoke),
        sum(sent - came for sent, came in spoke),
    )
