"""``anlao administrator``: the first account of an office, which makes all others."""

from __future__ import annotations

from pathlib import Path

import click

from anlao.cli.office import data_option, folder_of, refusals
from anlao.cli.refusals import Refused


@click.command("administrator")
@click.argument("division")
@click.argument("username")
@click.option("--bureau", required=True, help="Name of the civil-affairs bureau. 民政局名称。")
@click.option("--name", required=True, help="Name of the administrator. 姓名。")
@data_option
def command(*, division: str, username: str, bureau: str, name: str, data: Path | None) -> None:
    """Make an administrator for a bureau; her first password is printed once.

    建立民政局和第一个系统管理员账户；初始密码只显示一次。

    \b
    anlao administrator 331123 hean --bureau 遂昌县民政局 --name 何安
    """
    folder = folder_of(data)
    with refusals():
        from anlao.office.installation import opened

        with opened(folder):
            from django.db import transaction
            from django.utils import timezone

            from anlao.office.organisations import operations

            try:
                with transaction.atomic():
                    password = operations.first_administrator(
                        division=division,
                        bureau=bureau,
                        username=username,
                        full_name=name,
                        at=timezone.now(),
                        by="installation",
                    )
            except operations.AccountRefused as refusal:
                raise Refused(str(refusal)) from None
    click.echo(f"{username}  初始密码（只显示这一次）/ first password, shown once: {password}")
