"""A city's month: from opened to looked through, and from approved to the bank's file.

``python -m bench.office.months`` (part of ``make bench-office``); ``--elders``. The city of the
load test, 1.2 million elders in six counties; whoever is entitled to the old-age allowance holds it
and has an account. Each county has a run of its own; their times add up. Writes
docs/reference/payments.md; exits 1 where a limit is missed.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from anlao.office.database.folder import DataFolder
from anlao.office.installation import opened
from bench.office.city import CITY, filled, place

if TYPE_CHECKING:
    from anlao.office.payments.models import Run

REPORT = Path(__file__).resolve().parents[2] / "docs" / "reference" / "payments.md"
MOST = {"preview": 90.0, "send": 30.0}
"""Seconds at most: from opened to a run that can be looked through; from approved to the file."""
ASKED = 160_000
"""Payments for which they hold; the city's own are fewer, so its seconds are reckoned up."""
_PARTS = {
    "decide": "preview",
    "settle": "send",
    "bank file": "send",
}


@dataclass(slots=True)
class Spent:
    """Seconds by part, over all counties."""

    seconds: dict[str, float] = field(default_factory=dict)
    payments: int = 0
    fen: int = 0

    def timed(self, part: str, act: Callable[[], object]) -> None:
        began = time.perf_counter()
        act()
        took = time.perf_counter() - began
        self.seconds[part] = self.seconds.get(part, 0) + took
        print(f"  {part:10} {took:6.1f} s", flush=True)

    def of(self, whole: str) -> float:
        return sum(took for part, took in self.seconds.items() if _PARTS[part] == whole)

    def asked(self, whole: str) -> float:
        """Return what as many payments as are asked for would take, each as long as these."""
        return self.of(whole) * ASKED / self.payments


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elders", type=int, default=1_200_000)
    parser.add_argument("--report", type=Path, default=REPORT)
    chosen = parser.parse_args()
    folder = place()
    filled(folder, chosen.elders)
    spent = Spent()
    with opened(DataFolder(folder)):
        from django.utils import timezone

        month = timezone.localdate().replace(day=1)
        for county in _prepared(month):
            print(county, flush=True)
            _pay(county, month, spent)
    for whole, most in MOST.items():
        print(
            f"{whole}: {spent.of(whole):.1f} s for {spent.payments:,} payments, "
            f"{spent.asked(whole):.1f} s of {most:.0f} s for {ASKED:,}"
        )
    chosen.report.write_text(_report(chosen.elders, spent), encoding="utf-8")
    return 1 if any(spent.asked(whole) > most for whole, most in MOST.items()) else 0


def _prepared(month: date) -> list[str]:
    """Let everybody entitled hold the allowance and have an account; return the counties."""
    from django.utils import timezone

    from anlao.office.benefits.deciding import divisions_with_files
    from anlao.office.benefits.models import Award, DecidedMonth
    from anlao.office.payments.models import Account
    from anlao.office.registry import bulk
    from anlao.office.rehearsal import awards, payments
    from anlao.office.shared import scope

    now = timezone.now()
    counties = divisions_with_files()
    with scope.within(scope.WHOLE_OFFICE):
        has_awards = Award.objects.exists()
    if not has_awards:
        for decided in DecidedMonth.objects.filter(is_latest=True, month=month):
            awards.pay_out(decided, at=now)
        with scope.within(scope.WHOLE_OFFICE):
            bulk.insert(Account, payments.accounts_of(CITY, now))
    return counties


def _pay(county: str, month: date, spent: Spent) -> None:
    from django.utils import timezone

    from anlao.office.payments import deciding, lines, operations, settling, signing
    from anlao.office.payments.bank import files
    from anlao.office.payments.models import Run
    from anlao.office.rehearsal import payments as rehearsal
    from anlao.office.shared import scope

    def inside(act: Callable[[Run], object]) -> Callable[[], object]:
        def done() -> object:
            with scope.within(scope.WHOLE_OFFICE):
                return act(Run.objects.get(pk=number))

        return done

    now = timezone.now()
    with scope.within(scope.WHOLE_OFFICE):
        for left in Run.objects.filter(division_code=county, state="previewed"):
            operations.cancel(left, reason="an earlier bench", by="bench")
        run = operations.open_run(division=county, month=month, by="maker", at=now)
    number = run.pk
    spent.timed(
        "decide", lambda: deciding.decide(number, by="maker", at=timezone.now(), today=month)
    )

    def sign(run: Run) -> None:
        why = "looked through as a whole"
        for doubt in (lines.NO_CASE, lines.SAME_PERSON):
            operations.clear_all(run, doubt, place="", reason=why, by="maker", at=now)
        run.refresh_from_db()
        rehearsal.stamp(run, by="maker", at=now)
        signing.review(run, digest=run.digest, remark="", by="reviewer", at=now)
        for by in ("first", "second"):
            if signing.approve(run, digest=run.digest, remark="", by=by, at=now):
                break

    inside(sign)()
    spent.timed("settle", inside(lambda run: settling.settle(run, at=timezone.now())))

    def send(run: Run) -> None:
        file = files.make(run, "usual-csv", by="finance", at=timezone.now())
        assert file is not None
        spent.payments += file.count
        spent.fen += file.fen

    spent.timed("bank file", inside(send))


def _report(elders: int, spent: Spent) -> str:
    rows = "\n".join(
        f"| {part} | {_PARTS[part]} | {took:.1f} |" for part, took in spent.seconds.items()
    )
    limits = "\n".join(
        f"- {whole}: {spent.of(whole):.1f} s, reckoned up to {ASKED:,} payments "
        f"{spent.asked(whole):.1f} s, at most {most:.0f} s"
        for whole, most in MOST.items()
    )
    return (
        "# A city's month of payments\n\n"
        f"Written by `python -m bench.office.months` on {date.today()}, "  # noqa: DTZ011 - of the machine
        f"{platform.machine()}, Python {platform.python_version()}.\n"
        f"{elders:,} elders in six counties, {spent.payments:,} payments, "
        f"{spent.fen / 100:,.2f} yuan; seconds over all counties, one after the other.\n\n"
        f"{limits}\n\n| part | of | seconds |\n|---|---|---|\n{rows}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
