"""``anlao explain``: why, clause by clause, for one subject in one month."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anlao.cli import options
from anlao.cli.deciding import Decider, Input, Reading, open_reading
from anlao.cli.library import open_rates, open_rulebook
from anlao.cli.refusals import Refused

if TYPE_CHECKING:
    from anlao.rules.engines.program import Program
    from anlao.rules.evaluation.evaluator import FactsAt
    from anlao.rules.periods import Month


@click.command("explain")
@click.argument("rulebook")
@click.argument("person", type=options.FILE)
@click.option("--id", "identifier", help="Which subject of the file.")
@click.option("--month", type=options.MONTH, required=True, help="The month decided. 判定月份")
@options.subject_option
@options.provision_option
@options.rates_option
@options.simulate_option
@options.language_option
@options.json_option
@options.input_options
@options.as_of_options
def command(
    *,
    rulebook: str,
    person: Path,
    identifier: str | None,
    month: Month,
    subject: str,
    provisions: tuple[str, ...],
    rates: Path | None,
    simulate: bool,
    lang: str,
    as_json: bool,
    history: Path | None,
    rows: tuple[str, ...],
    ignore_extra: bool,
    reject: Path | None,
    rules_as_of: date | None,
    known_as_of: date | None,
) -> None:
    """Say why: PERSON is a .json object of facts, or a file of people with --id ID.

    对一个人逐条说明：结论、依据、没有满足的条件、缺什么。

    \b
    anlao explain suichang --month 2023-10 person.json
    anlao explain suichang --month 2023-10 people.parquet --id SYN-331123-0000001 --lang en
    """
    book = open_rulebook(rulebook)
    options.check_subject(book, subject)
    options.check_provisions(book, subject, provisions)
    from anlao.rules.engines.program import make_program
    from anlao.rules.explain import explain
    from anlao.rules.tell import Teller, as_data
    from anlao.rules.wording import Words

    program = make_program(
        book,
        subject=subject,
        rates=open_rates(rates, book),
        rules_as_of=rules_as_of,
        simulate=simulate,
    )
    source = Input(person, history, rows, ignore_extra, reject, known_as_of)
    name, facts_at = find_subject(Decider(program, [month]), source, identifier, month)
    found = explain(program, month, facts_at, provisions)
    teller = Teller(Words(book, book.subjects[subject].facts, lang))
    if as_json:
        data = {
            "subject_id": name,
            "month": str(month),
            "rulebook": book.id,
            "rules_as_of": (rules_as_of or options.today()).isoformat(),
            "known_as_of": (known_as_of or options.today()).isoformat(),
            "summary": teller.summary(found),
            "provisions": [as_data(item, teller) for item in found],
        }
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        click.echo(teller.letter(name, month, found), nl=False)


def find_subject(
    decider: Decider, source: Input, identifier: str | None, month: Month
) -> tuple[str, FactsAt]:
    """Return a subject's id and its facts by month shift. Raises Refused and InputRefused."""
    if source.people.suffix.lower() == ".json":
        with tempfile.TemporaryDirectory() as folder:
            named = _with_ids(source.people, decider.program, Path(folder))
            if named is not None:
                return _find(decider, source, named, identifier, month)
    return _find(decider, source, source.people, identifier, month)


def _with_ids(path: Path, program: Program, folder: Path) -> Path | None:
    """One object of facts needs no id; give it one. None where the file is fine as it is."""
    from anlao.rules.people.sources import open_source, read_json

    open_source(path)
    records = read_json(path)
    column = program.rulebook.subjects[program.subject].id_column
    if len(records) != 1 or records[0].get(column) or "编号" in records[0]:
        return None
    named = folder / path.name
    record = {column: path.stem, **{k: v for k, v in records[0].items() if k != column}}
    named.write_text(json.dumps(record, ensure_ascii=False, default=_number), "utf-8")
    return named


def _number(value: Any) -> float:
    return float(value)


def _find(
    decider: Decider, source: Input, path: Path, identifier: str | None, month: Month
) -> tuple[str, FactsAt]:
    from anlao.rules.people.errors import InputRefused

    actual = Input(
        path, source.history, source.rows, source.ignore_extra, source.reject, source.known_as_of
    )
    try:
        with open_reading(actual, decider) as reading:
            return _searched(reading, identifier, month)
    except InputRefused as error:
        message = error.message.replace(str(path), str(source.people))
        hint = "correct them" if "--reject" in error.hint else error.hint
        raise InputRefused(message, hint) from None


def _searched(reading: Reading, identifier: str | None, month: Month) -> tuple[str, FactsAt]:
    import pyarrow as pa
    import pyarrow.compute as pc

    from anlao.rules.people.changes import facts_by_shift

    batches = reading.batches(lambda _: None)
    if identifier is None:
        first = next(batches, None)
        if first is None or len(first) != 1:
            message = f"{reading.source.people} holds several subjects"
            raise Refused(message, "say which with --id")
        return str(first.ids[0]), facts_by_shift(first, 0, month)
    for people in batches:
        index = pc.index(people.ids, pa.scalar(identifier, pa.string())).as_py()
        if index >= 0:
            return identifier, facts_by_shift(people, index, month)
    message = f"{reading.source.people}: there is no {identifier}"
    raise Refused(message, "check the id; it is compared as text")
