"""A run as people look at it: what is new, changed, stopped, late, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)

from anlao.office.payments.calendar import plus
from anlao.office.payments.models import (
    Answer,
    BankFile,
    Due,
    Line,
    Recovery,
    Run,
    Signature,
    Transfer,
)

NEW, CHANGED, SAME, ARREARS, BACK = "new", "changed", "same", "arrears", "back"
NATURES = (NEW, CHANGED, SAME, ARREARS, BACK)
STOPPED, UNKNOWN = "stopped", "unknown"
TOWNSHIP_DIGITS = 9


_NATURE = Case(
    When(fen__lt=0, then=Value(BACK)),
    When(month__lt=F("run__month"), then=Value(ARREARS)),
    When(previous_fen__isnull=True, then=Value(NEW)),
    When(previous_fen=0, then=Value(NEW)),
    When(previous_fen=F("due_fen"), then=Value(SAME)),
    default=Value(CHANGED),
    output_field=CharField(),
)


def runs(divisions: Sequence[str]) -> QuerySet[Run]:
    """Return the runs of counties inside a scope, the latest first."""
    inside = Q()
    for code in divisions:
        inside |= Q(division_code__startswith=code)
    found: QuerySet[Run] = Run.objects.filter(inside)
    return found.order_by("-month", "-pk")


def find(number: int) -> Run | None:
    """Return a run that the scope of the transaction shows."""
    found: Run | None = Run.objects.filter(pk=number).select_related("parent").first()
    return found


def lines(run: Run) -> QuerySet[Line]:
    """Return a run's lines, each with its ``nature``, by place."""
    found: QuerySet[Line] = Line.objects.filter(run=run).annotate(nature=_NATURE)
    return found.order_by("division_code", "subject", "provision", "period")


@dataclass(frozen=True, slots=True)
class Heap:
    """Lines of one provision and nature: how many, of how many people, how much money."""

    provision: str
    nature: str
    lines: int
    people: int
    fen: int


def heaps(run: Run) -> list[Heap]:
    """Return a run's lines by provision and nature, without those that wait."""
    rows = (
        Line.objects.filter(run=run)
        .exclude(state__in=(Line.State.HELD, Line.State.LEFT_OUT))
        .order_by()
        .values("provision", nature=_NATURE)
        .annotate(count=Count("pk"), people=Count("subject", distinct=True), fen=Sum("fen"))
    )
    found = [
        Heap(row["provision"], row["nature"], row["count"], row["people"], int(row["fen"]))
        for row in rows
    ]
    return sorted(found, key=lambda heap: (heap.provision, NATURES.index(heap.nature)))


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why lines wait, and how many. ``fen``: None where nobody can say how much."""

    why: str
    lines: int
    fen: int | None


def waiting(run: Run) -> list[Waiting]:
    """Return why lines of a run wait or were left out, and what nobody can decide."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT why, count(*), sum(fen) FROM payments_line, unnest(held_for) AS why"
            " WHERE run_id = %s GROUP BY why ORDER BY 2 DESC, 1",
            [run.pk],
        )
        found = [Waiting(why, count, int(fen)) for why, count, fen in cursor.fetchall()]
    unknown = undecided(run).count()
    return [*found, Waiting(UNKNOWN, unknown, None)] if unknown else found


def of_nature(found: QuerySet[Line], nature: str) -> QuerySet[Line]:
    """Return those of a run's lines that are new, changed and so on."""
    return found.alias(is_such=_NATURE).filter(is_such=nature)


def undecided(run: Run) -> QuerySet[Due]:
    """Return decisions about benefits held that cannot be told for want of facts."""
    found: QuerySet[Due] = Due.objects.filter(run=run, outcome="unknown", is_open=True)
    return found.select_related("elder").order_by("division_code", "subject", "provision", "month")


def stopped(run: Run) -> QuerySet[Due]:
    """Return who was owed a benefit for the month before and is owed nothing for this one."""
    before = Line.objects.filter(
        subject=OuterRef("subject"),
        provision=OuterRef("provision"),
        run__division_code=run.division_code,
        period=f"{plus(run.month, -1):%Y-%m}",
        state=Line.State.OWED,
    )
    found: QuerySet[Due] = (
        Due.objects.filter(run=run, month=run.month)
        .exclude(outcome="yes", is_open=True)
        .exclude(outcome="unknown")
        .filter(Exists(before))
    )
    return found.select_related("elder").order_by("division_code", "subject", "provision")


@dataclass(frozen=True, slots=True)
class Township:
    """A township's part of a run. ``digest``: of its lines, as its list says them."""

    code: str
    lines: int
    people: int
    fen: int
    digest: str
    confirmed: bool


_TOWNSHIPS = """
SELECT left(l.division_code, %(digits)s) AS town, count(*), count(DISTINCT l.subject),
  coalesce(sum(l.fen - l.offset_fen), 0),
  encode(sha256(convert_to(string_agg(concat_ws('|', l.id, l.subject, l.provision, l.period,
    l.due_fen, l.fen, l.offset_fen, l.state), E'\\n' ORDER BY l.id), 'UTF8')), 'hex')
FROM payments_line l
WHERE l.run_id = %(run)s AND l.fen > 0 AND l.state NOT IN ('held', 'left_out')
GROUP BY town ORDER BY town
"""


def townships(run: Run) -> list[Township]:
    """Return a run by township, as far as the scope goes, with what was stamped and came back."""
    confirmed = set(run.confirmations.values_list("division_code", "digest"))
    with connection.cursor() as cursor:
        cursor.execute(_TOWNSHIPS, {"digits": TOWNSHIP_DIGITS, "run": run.pk})
        return [
            Township(code, count, people, int(fen), digest, (code, digest) in confirmed)
            for code, count, people, fen, digest in cursor.fetchall()
        ]


def unstamped(run: Run) -> list[Township]:
    """Return the townships whose list, as it stands now, has not come back stamped."""
    return [one for one in townships(run) if not one.confirmed]


def of_township(run: Run, code: str) -> QuerySet[Line]:
    """Return the lines on a township's list."""
    found: QuerySet[Line] = (
        Line.objects.filter(run=run, division_code__startswith=code, fen__gt=0)
        .exclude(state__in=(Line.State.HELD, Line.State.LEFT_OUT))
        .select_related("elder")
        .order_by("division_code", "subject", "provision", "period")
    )
    return found


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run's transfers are: number and fen by state."""

    ready: tuple[int, int]
    sent: tuple[int, int]
    paid: tuple[int, int]
    returned: tuple[int, int]


def progress(run: Run) -> Progress:
    """Return how far a run's transfers are."""
    rows = (
        Transfer.objects.filter(run=run)
        .values("state")
        .annotate(count=Count("pk"), fen=Sum("fen"))
        .order_by()
    )
    found = {row["state"]: (row["count"], int(row["fen"])) for row in rows}
    nothing = (0, 0)
    return Progress(*(found.get(state, nothing) for state in ("ready", "sent", "paid", "returned")))


def signatures(run: Run) -> list[Signature]:
    return list(run.signatures.order_by("pk"))


def files(run: Run) -> list[BankFile]:
    return list(run.files.order_by("pk"))


def answers(run: Run) -> list[Answer]:
    return list(run.answers.order_by("pk"))


@dataclass(frozen=True, slots=True)
class Paid:
    """A line of an elder's, with how it got to her. ``states``: of its transfers, the last last."""

    line: Line
    transfers: tuple[Transfer, ...]


def of_elder(elder: int, *, since: date | None = None) -> list[Paid]:
    """Return what was owed to an elder month by month, the latest first."""
    found = Line.objects.filter(elder_id=elder).exclude(state=Line.State.LEFT_OUT)
    if since is not None:
        found = found.filter(month__gte=since)
    return _paid(found.select_related("run"))


def told_to(elder: int) -> list[Paid]:
    """Return what was approved for an elder month by month, the latest first.

    For herself: what a run only prepares is not said yet, and nothing is read of the run.
    """
    said = Line.objects.filter(elder_id=elder, state__in=(Line.State.OWED, Line.State.CHARGED))
    return _paid(said)


def _paid(lines: QuerySet[Line]) -> list[Paid]:
    rows = lines.prefetch_related("transfers").order_by("-month", "-pk")
    return [
        Paid(line, tuple(sorted(line.transfers.all(), key=lambda one: one.pk))) for line in rows
    ]


def unpaid_from(elder: int) -> dict[str, date]:
    """Return the first day after all that was owed to an elder, by provision."""
    owed = Line.objects.filter(elder_id=elder, state=Line.State.OWED)
    rows = owed.values_list("provision").annotate(last=Max("month"))
    return {provision: plus(last, 1) for provision, last in rows}


def of_file(subject: str) -> list[Paid]:
    """Return what was owed to a file of a register, or for its residents, the latest first."""
    found = Line.objects.filter(Q(subject=subject) | Q(payee=subject), elder__isnull=True)
    rows = found.exclude(state=Line.State.LEFT_OUT).select_related("run")
    return [
        Paid(line, tuple(sorted(line.transfers.all(), key=lambda one: one.pk)))
        for line in rows.prefetch_related("transfers").order_by("-month", "-pk")
    ]


def recoveries(divisions: Sequence[str], *, state: str = "") -> QuerySet[Recovery]:
    """Return recoveries with what is still to come back as ``fen``, the largest first."""
    inside = Q()
    for code in divisions:
        inside |= Q(division_code__startswith=code)
    found: QuerySet[Recovery] = Recovery.objects.filter(inside)
    if state:
        found = found.filter(state=state)
    return found.select_related("elder").annotate(fen=Sum("steps__fen")).order_by("-fen", "pk")
