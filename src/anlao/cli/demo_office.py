"""The last part of the demo: the synthetic county in the office, with people of every role."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import click

from anlao.cli.office import refusals
from anlao.cli.screen import show_table

if TYPE_CHECKING:
    from anlao.office.database.folder import DataFolder
    from anlao.office.rehearsal import Account

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


def furnish(folder: DataFolder, *, people: Path, county: str) -> tuple[int, list[Account]]:
    """Make the demo's office anew: load the people, make accounts. Returns elders and accounts."""
    with refusals():
        _cleared(folder)
        from anlao.office.installation import opened

        with opened(folder):
            (folder.path / _MARK).touch()
            from django.db import transaction
            from django.utils import timezone

            from anlao.office import rehearsal
            from anlao.office.registry.loading import load_population

            now = timezone.now()
            with transaction.atomic():
                accounts = rehearsal.people_a_county(county, day=timezone.localdate(now), at=now)
            count = load_population(
                people=people,
                identities=people.with_suffix(".identity.parquet"),
                history=people.with_suffix(".history.csv"),
                county=county,
                by=rehearsal.BY,
                at=now,
            )
    return count, accounts


def _cleared(folder: DataFolder) -> None:
    """Remove an earlier demo's office; never another one."""
    from anlao.cli.refusals import Refused
    from anlao.office.database.embedded import EmbeddedPostgres

    if not folder.path.exists():
        return
    if any(folder.path.iterdir()) and not (folder.path / _MARK).exists():
        raise Refused(
            f"{folder.path} holds something that is no demo", "name another folder with --data"
        )
    EmbeddedPostgres(folder).stop()
    shutil.rmtree(folder.path)


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
