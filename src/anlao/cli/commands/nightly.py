"""``anlao nightly``: decide this month for every county in the office."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from anlao.cli.office import data_option, folder_of, refusals
from anlao.cli.refusals import Refused
from anlao.cli.screen import remark, show_table

if TYPE_CHECKING:
    from anlao.rules.periods import Month


@click.command("nightly")
@data_option
@click.option("--month", "named", help="Another month, YYYY-MM (else the present one). 月份。")
def command(*, data: Path | None, named: str | None) -> None:
    """Decide a month for everybody with a file; lists and sums in the office show it at once.

    判定本月所有在册老年人的待遇；可设为每晚定时运行。
    """
    folder = folder_of(data)
    with refusals():
        from anlao.office.installation import opened

        month = _month(named)
        folder.secrets()
        with opened(folder):
            from django.utils import timezone

            from anlao.office.benefits import deciding
            from anlao.office.disclosure import telling
            from anlao.office.service_list import statistics

            found = deciding.decide_everywhere(
                month or deciding.month_of(timezone.localdate()),
                known_at=timezone.now(),
                today=timezone.localdate(),
                by="nightly",
            )
            for decided in found.decided:
                statistics.publish(decided)
            telling.tell_everywhere(day=timezone.localdate(), at=timezone.now())
    for refusal in found.refused:
        remark(refusal)
    rows = [
        (
            decided.division_code,
            f"{decided.month:%Y-%m}",
            f"{decided.elders:,}",
            f"{sum(line['yes'] for line in decided.totals):,}",
            f"{decided.seconds:.1f} s",
        )
        for decided in found.decided
    ]
    columns = (
        ("区划", "left"),
        ("月份", "left"),
        ("人数", "right"),
        ("符合", "right"),
        ("用时", "right"),
    )
    show_table("", columns, rows)
    sys.exit(1 if found.refused else 0)


def _month(named: str | None) -> Month | None:
    """Return the month that was named; None for the present one. Raises Refused."""
    from anlao.rules.periods import InvalidMonth, Month

    try:
        return Month.parse(named) if named else None
    except InvalidMonth:
        raise Refused(f"{named} is no month", "write it as 2026-11") from None
