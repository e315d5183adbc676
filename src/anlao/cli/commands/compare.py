"""``anlao compare``: who gains, who loses, and what it costs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from anlao.cli import options
from anlao.cli.deciding import Decider, Input, open_reading, rows_in, same_file
from anlao.cli.library import open_rates, open_rulebook
from anlao.cli.refusals import Refused
from anlao.cli.screen import progress, remark, show_table, yuan

if TYPE_CHECKING:
    from anlao.rules.output.differences import Differ, Pair, Totals
    from anlao.rules.people.columns import People
    from anlao.rules.periods import Month
    from anlao.rules.rulebook.model import Rulebook

WORDS = ("", "gains", "loses", "gains", "loses", "check")


@click.command("compare")
@click.argument("rulebook_a")
@click.argument("rulebook_b")
@click.argument("people", type=options.FILE)
@click.option("--month", type=options.MONTH, required=True, help="The month decided. 判定月份")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="PATH=VALUE",
    help="Change a figure of B from that month on: old_age_allowance.80-89=80 (repeatable).",
)
@options.subject_option
@options.provision_option
@options.rates_option
@click.option("-o", "--output", type=options.FILE, help="Differences by person (.csv).")
@options.simulate_option
@click.option("--anywhere", is_flag=True, help="Decide by both wherever people are registered.")
@options.json_option
@options.language_option
@options.input_options
def command(
    *,
    rulebook_a: str,
    rulebook_b: str,
    people: Path,
    month: Month,
    changes: tuple[str, ...],
    subject: str,
    provisions: tuple[str, ...],
    rates: Path | None,
    output: Path | None,
    simulate: bool,
    anywhere: bool,
    as_json: bool,
    lang: str,
    history: Path | None,
    rows: tuple[str, ...],
    ignore_extra: bool,
    reject: Path | None,
) -> None:
    """Decide PEOPLE by A and by B: who gains, who loses, cost by provision.

    比较两套规则或一项调整：谁增、谁减、差额多少。

    \b
    anlao compare suichang suichang --month 2023-10 people.parquet --set old_age_allowance.80-89=80
    """
    a = open_rulebook(rulebook_a)
    b = _changed(open_rulebook(rulebook_b), changes, month)
    if anywhere:
        a, b = replace(a, division=""), replace(b, division="")
    same_file(people, history, rates, output, reject)
    deciders = [_decider(book, subject, provisions, rates, month, simulate) for book in (a, b)]
    source = Input(people, history, rows, ignore_extra, reject)
    from anlao.rules.output.differences import Differ, Totals

    differ, totals = Differ(), dict[str, Totals]()
    count = 0
    with (
        _target(output) as file,
        open_reading(source, deciders[0]) as reading,
        progress("comparing 比较", rows_in(people)) as advance,
    ):
        for batch in reading.batches(advance):
            pairs = _pairs(differ, deciders, batch)
            for name, pair in pairs.items():
                differ.add(totals.setdefault(name, Totals()), pair)
            if file is not None:
                _write(file, differ, pairs, batch, month)
        count = reading.count
    _report((a, b), totals, count, month, lang, as_json=as_json)
    if output:
        remark(f"differences by person in {output}")


def _changed(book: Rulebook, changes: tuple[str, ...], month: Month) -> Rulebook:
    from anlao.rules.whatif import NotSettable, with_value

    for change in changes:
        try:
            book = with_value(book, change, month)
        except NotSettable as error:
            message = f"--set {error}"
            raise click.UsageError(message) from None
    return book


def _decider(
    book: Rulebook,
    subject: str,
    provisions: tuple[str, ...],
    rates: Path | None,
    month: Month,
    simulate: bool,
) -> Decider:
    from anlao.rules.engines.program import make_program

    options.check_subject(book, subject)
    mine = tuple(name for name in provisions if name in book.provisions)
    if provisions and not mine:
        options.check_provisions(book, subject, provisions)
    program = make_program(
        book,
        subject=subject,
        provisions=mine,
        rates=open_rates(rates, book),
        simulate=simulate,
    )
    return Decider(program, [month])


def _pairs(differ: Differ, deciders: list[Decider], batch: People) -> dict[str, Pair]:
    """Return comparisons by provision id; a provision that one side lacks counts as nothing."""
    sides = []
    for decider in deciders:
        columns = decider.decided(batch)[0][1]
        sides.append({column.provision.id: differ.side(column) for column in columns})
    before, after = sides
    found = {}
    for name in dict.fromkeys([*before, *after]):
        was = before.get(name) or _absent(differ, deciders[1], name, len(batch))
        now = after.get(name) or _absent(differ, deciders[0], name, len(batch))
        found[name] = differ.pair(was, now)
    return found


def _absent(differ: Differ, decider: Decider, name: str, count: int) -> Any:
    import numpy as np

    from anlao.rules.tables.verdict import Result

    provision = decider.program.rulebook.provisions[name]
    kind = differ.kinds.number(
        provision, Result("not_applicable", "no_such_provision", None, "", ())
    )
    return differ.side_of(np.full(count, kind, np.int32), None)


@contextmanager
def _target(output: Path | None) -> Iterator[BinaryIO | None]:
    """Give the file of differences, or nothing."""
    from anlao.rules.output.aside import written_aside
    from anlao.rules.output.differences import header

    if output is None:
        yield None
        return
    if output.suffix.lower() != ".csv":
        message = f"{output}: differences are written as CSV"
        raise Refused(message, "name it .csv")
    with ExitStack() as files:
        part = files.enter_context(written_aside(output))
        file = files.enter_context(part.open("wb"))
        file.write(header("a", "b"))
        yield file


def _write(
    file: BinaryIO, differ: Differ, pairs: dict[str, Pair], batch: People, month: Month
) -> None:
    from anlao.rules.output.differences import gathered, lines

    rows = gathered([(0, pair) for pair in pairs.values()])
    file.write(lines(rows, batch.ids, differ.kinds, [str(month)], WORDS))


def _is_part(name: str, book: Rulebook) -> bool:
    """A component is paid within another provision; counting both would count it twice."""
    return name in book.provisions and bool(book.provisions[name].part_of)


def _report(
    books: tuple[Rulebook, Rulebook],
    totals: dict[str, Totals],
    count: int,
    month: Month,
    lang: str,
    *,
    as_json: bool,
) -> None:
    entries = [_entry(name, total, books) for name, total in totals.items()]
    cost = sum(
        total.after_fen - total.before_fen
        for name, total in totals.items()
        if not any(_is_part(name, book) for book in books)
    )
    if as_json:
        data = {
            "a": books[0].id,
            "b": books[1].id,
            "month": str(month),
            "subjects": count,
            "difference": _plain(cost),
            "provisions": entries,
        }
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    rows: list[tuple[object, ...]] = [
        (
            entry["name"][lang],
            total.before_people,
            total.after_people,
            total.more + total.gained,
            total.less + total.lost,
            total.check,
            yuan(total.before_fen),
            yuan(total.after_fen),
            yuan(total.after_fen - total.before_fen),
        )
        for entry, total in zip(entries, totals.values(), strict=True)
    ]
    rows.append(("合计" if lang == "zh" else "total", *[""] * 7, yuan(cost)))
    headings = (
        ("事项", "A 人数", "B 人数", "增加", "减少", "待查", "A 金额", "B 金额", "差额")
        if lang == "zh"
        else ("provision", "A", "B", "gain", "lose", "check", "A yuan", "B yuan", "difference")
    )
    columns = [
        (heading, "left" if place == 0 else "right") for place, heading in enumerate(headings)
    ]
    show_table(f"{books[0].id} → {books[1].id}  {month}  {count:,}", columns, rows)


def _entry(name: str, total: Totals, books: tuple[Rulebook, Rulebook]) -> dict[str, Any]:
    provision = books[1].provisions.get(name) or books[0].provisions[name]
    return {
        "provision": name,
        "name": {"zh": provision.label.zh, "en": provision.label.en},
        "unit": total.unit,
        "people_a": total.before_people,
        "people_b": total.after_people,
        "gain": total.more + total.gained,
        "lose": total.less + total.lost,
        "check": total.check,
        "cost_a": _plain(total.before_fen),
        "cost_b": _plain(total.after_fen),
        "difference": _plain(total.after_fen - total.before_fen),
        "gain_amount": _plain(total.more_fen),
        "lose_amount": _plain(-total.less_fen),
    }


def _plain(fen: int) -> str:
    from anlao.rules.quantities import format_fen

    return format_fen(fen)
