"""The last part of the demo: the synthetic county in the office, with people of every role."""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from anlao.cli.office import refusals
from anlao.cli.refusals import Refused
from anlao.cli.screen import show_table, yuan

if TYPE_CHECKING:
    from anlao.office.benefits.month import ProvisionSum
    from anlao.office.database.folder import DataFolder
    from anlao.office.rehearsal.cards import HandedOut
    from anlao.office.rehearsal.people import Account

_AT_WORK = timedelta(days=90)
"""For how long the people of the demo have had their roles: some of their work is weeks old."""
_MARK = "this-is-a-demo"
"""A file that says that a data folder may be thrown away."""


def demo_office(folder: Path) -> DataFolder:
    """Return where the demo's office lies: beside its other files.

    As root the database runs as another user; where she may not pass, it lies in /var/lib.
    """
    from anlao.office.database.folder import DataFolder

    beside = (folder / "office").absolute()
    if os.geteuid() == 0 and not all(_open_to_others(parent) for parent in beside.parents):
        return DataFolder(Path("/var/lib/anlao-demo"))
    return DataFolder(beside)


def _open_to_others(path: Path) -> bool:
    return not path.exists() or bool(path.stat().st_mode & stat.S_IXOTH)


@dataclass(frozen=True, slots=True)
class Furnished:
    """What the demo's office holds now. ``decided``: this month as the office decides it."""

    elders: int
    accounts: list[Account]
    month: str
    seconds: float
    decided: list[ProvisionSum]
    cards: list[HandedOut]


def furnish(folder: DataFolder, *, people: Path, county: str, rates: Path) -> Furnished:
    """Make the demo's office anew: load the people, make accounts, decide this month."""
    with refusals():
        from anlao.office.database import logins

        if logins.own_server():
            raise Refused(
                "DATABASE_URL is set: the demo would put invented people into your database",
                "unset it; the demo brings a database of its own",
            )
        _cleared(folder)
        from anlao.office.installation import opened

        with opened(folder):
            (folder.path / _MARK).touch()
            folder.rates.mkdir(exist_ok=True)
            shutil.copy(rates, folder.rates / "suichang.yaml")
            from django.db import transaction
            from django.utils import timezone

            from anlao.office.benefits import month as months
            from anlao.office.benefits.deciding import decide_division
            from anlao.office.disclosure import telling
            from anlao.office.messages import sweeping
            from anlao.office.registry.loading import load_population
            from anlao.office.rehearsal import (
                assessments,
                awards,
                cards,
                cases,
                homes,
                lists,
                payments,
                registers,
            )
            from anlao.office.rehearsal import people as cast
            from anlao.office.service_list import statistics
            from anlao.office.shared import scope
            from anlao.rules.periods import Month

            now = timezone.now()
            with transaction.atomic():
                accounts = cast.people_a_county(
                    county, day=timezone.localdate(now) - _AT_WORK, at=now
                )
            count = load_population(
                people=people,
                identities=people.with_suffix(".identity.parquet"),
                history=people.with_suffix(".history.csv"),
                county=county,
                by=cast.BY,
                at=now,
            )
            today = timezone.localdate(now)
            assessments.assess_some(county, day=today, at=timezone.now())
            homes.place_homes(_townships(county), at=now)
            registers.fill_registers(county, _townships(county), day=today, at=now)
            first = decide_division(county, Month.of(today), known_at=now, today=today, by=cast.BY)
            awards.pay_out(first, at=now)
            decided = decide_division(
                county, Month.of(today), known_at=timezone.now(), today=today, by=cast.BY
            )
            cases.take_some(county, day=today, at=timezone.now())
            payments.pay_two_months(county, month=decided.month, at=timezone.now())
            statistics.publish(decided)
            telling.tell(county, day=today, at=timezone.now())
            lists.publish_a_list(county, day=today, at=timezone.now())
            handed_out = cards.hand_out(county, day=today, at=timezone.now())
            with scope.within(scope.WHOLE_OFFICE):
                sweeping.sweep(county, day=today, at=timezone.now(), by=cast.BY)
                found = months.overview(decided, "zh")
    return Furnished(count, accounts, str(found.month), decided.seconds, found.sums, handed_out)


def _townships(county: str) -> list[str]:
    from anlao.places import divisions

    return [place.code for place in divisions.within(county, "township")]


def _cleared(folder: DataFolder) -> None:
    """Remove an earlier demo's office; never another one."""
    from anlao.office.database.embedded import EmbeddedPostgres

    if not folder.path.exists():
        return
    if any(folder.path.iterdir()) and not (folder.path / _MARK).exists():
        raise Refused(
            f"{folder.path} holds something that is no demo", "name another folder with --data"
        )
    EmbeddedPostgres(folder).stop()
    shutil.rmtree(folder.path)


def show_month(furnished: Furnished) -> None:
    """Print what the office decided for this month."""
    rows = [
        (
            line.name,
            f"{line.people:,}",
            "—" if line.fen is None else yuan(line.fen),
            f"{line.unknown:,}",
        )
        for line in furnished.decided
    ]
    columns = (
        ("事项", "left"),
        ("符合人数", "right"),
        ("金额（元）", "right"),
        ("无法判定", "right"),
    )
    title = f"工作平台判定 {furnished.month}（{furnished.seconds:.1f} s）"
    show_table(title, columns, rows)


def show_cards(handed_out: list[HandedOut]) -> None:
    """Print the access cards of an elder and her daughter; their codes are shown nowhere else."""
    rows = [(one.holder, one.number, one.code, f"{one.born:%Y%m%d}") for one in handed_out]
    columns = (("办事码", "left"), ("卡号", "left"), ("码", "left"), ("老人出生日期", "left"))
    show_table("", columns, rows)
    click.echo("老人和家属在 /mine 登录。 Elders and their family sign in at /mine.")


def show_accounts(accounts: list[Account]) -> None:
    """Print who can sign in; first passwords are shown here and nowhere else."""
    from anlao.office.organisations.roles import ROLES

    rows = [
        (account.username, account.password, ROLES[account.role].zh, account.where)
        for account in accounts
    ]
    columns = (("用户名", "left"), ("初始密码", "left"), ("角色", "left"), ("范围", "left"))
    show_table("", columns, rows)
    click.echo("初始密码只显示这一次，首次登录时须更改。 First passwords, shown once.")
