"""``anlao exchange``: a month's data as one signed file, and checking such a file."""

from __future__ import annotations

from pathlib import Path

import click

from anlao.cli.office import data_option, folder_of, refusals
from anlao.cli.refusals import Refused
from anlao.cli.screen import remark


@click.group("exchange")
def command() -> None:
    """Give data out to other systems, signed and logged. 数据交换：签名导出与验证。"""


@command.command("make")
@click.argument("division")
@click.argument("month")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--identity-numbers", is_flag=True, help="Identity numbers in full. 含完整证件号。")
@click.option("--reason", required=True, help="For whom and why; it is logged. 提供给谁、为什么。")
@data_option
def make(
    *,
    division: str,
    month: str,
    output: Path,
    form: str,
    identity_numbers: bool,
    reason: str,
    data: Path | None,
) -> None:
    """Write the package of DIVISION (code) and MONTH (YYYY-MM).

    \b
    anlao exchange make 331123 2026-11 -o package.zip --reason "省平台月报"
    """
    folder = folder_of(data)
    with refusals():
        from anlao.office.installation import opened

        folder.secrets()
        with opened(folder):
            from django.utils import timezone

            from anlao.office.exchange import package, signing
            from anlao.office.shared import scope
            from anlao.places import divisions
            from anlao.rules.periods import InvalidMonth, Month

            if divisions.find(division) is None:
                raise Refused(f"there is no division {division}", "give its code, such as 331123")
            try:
                chosen = Month.parse(month)
            except InvalidMonth:
                raise Refused(f"{month} is no month", "write it as 2026-11") from None
            wanted = package.Wanted(division, chosen, timezone.now(), form, identity_numbers)
            with scope.within(scope.WHOLE_OFFICE):
                rows = package.make(wanted, output, folder=folder, by="command", reason=reason)
            public = signing.public_text(signing.key_of(folder))
    for name, count in rows.items():
        remark(f"{name}: {count:,}")
    click.echo(f"{output}\npublic key 公钥: {public}")


@command.command("check")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--key", required=True, help="The office's public key. 对方公钥。")
def check(*, file: Path, key: str) -> None:
    """Say whether FILE is whole and was signed by the holder of the key; exit 1 if not."""
    from anlao.office.exchange.checking import PackageRefused
    from anlao.office.exchange.checking import check as checked

    try:
        found = checked(file, public=key)
    except PackageRefused as refusal:
        raise Refused(str(refusal), "ask the sender for it again") from None
    counts = ", ".join(f"{name} {count:,}" for name, count in found.rows.items())
    click.echo(f"whole 完整: {found.division} {found.month}: {counts}")


@command.command("pull")
@click.argument("source")
@click.argument("kind")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--since", help="A mark (else where the last pull ended). 起点，缺省接上次。")
@data_option
def pull(*, source: str, kind: str, output: Path, since: str | None, data: Path | None) -> None:
    """Pull the list KIND from SOURCE (see sources.yaml in the data folder) into a CSV to import.

    \b
    anlao exchange pull public-security deaths -o deaths.csv
    """
    folder = folder_of(data)
    with refusals():
        from anlao.office.installation import opened

        folder.secrets()
        with opened(folder):
            from anlao.office.exchange import pulling, sources

            try:
                found = pulling.pull(sources.find(source, folder), kind, by="command", since=since)
            except (sources.SourceRefused, pulling.PullRefused) as refusal:
                raise Refused(str(refusal), "nothing was taken over") from None
    output.write_bytes(found.csv)
    click.echo(f"{output}: {found.rows:,} rows 行, {found.since or '—'} → {found.mark or '—'}")
