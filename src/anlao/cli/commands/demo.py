"""``anlao demo``: a synthetic county from people to money, reasons and corrections."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from anlao.cli import options
from anlao.cli.deciding import Decider, Input, open_reading
from anlao.cli.demo_office import demo_office, furnish, show_accounts, show_cards, show_month
from anlao.cli.library import open_rates, open_rulebook
from anlao.cli.office import data_option, folder_of
from anlao.cli.screen import progress, show_table, yuan

if TYPE_CHECKING:
    from anlao.office.database.folder import DataFolder
    from anlao.rules.engines.program import Program
    from anlao.rules.output.decisions import Decided
    from anlao.rules.output.kinds import Kinds
    from anlao.rules.people.columns import People
    from anlao.rules.periods import Month
    from anlao.rules.rulebook.model import Provision

RULEBOOK, DIVISION, ELDERS, SEED = "suichang", "331123", 53_051, 2024
AS_OF = date(2024, 9, 1)
FIRST, LAST = "2023-09", "2024-08"
LATE_SINCE = date(2024, 5, 1)
"""Deaths from this day on reach the bureau only after the span."""
RATES = Path(__file__).parents[1] / "demo_rates.yaml"
EXPLAINED = ("old-age-allowance", "care-subsidy")


@dataclass(slots=True)
class Sums:
    """Running totals of one provision over all months."""

    people: int = 0
    unknown: int = 0
    months: int = 0
    fen: int = 0
    missing: Counter[str] = field(default_factory=Counter)


@click.command("demo")
@click.option("--elders", type=click.IntRange(100), default=ELDERS, show_default=True)
@click.option("--folder", type=options.FILE, default=Path("demo-output"), show_default=True)
@data_option
def command(*, elders: int, folder: Path, data: Path | None) -> None:
    """Make a synthetic Suichang, decide a year, explain, recover late deaths, open an office.

    演示：合成遂昌全县老年人，判定一年，说明一位老人，追回迟报死亡多发的钱，并装入工作平台。
    """
    started = monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    people = _synthesise(folder / "people.parquet", elders)
    program, months = _program()
    decider = Decider(program, months)
    source = Input(people, people.with_suffix(".history.csv"))
    sums, someone = _decide(decider, source, folder / "decisions.parquet")
    _summary(program, sums, folder / "summary.csv")
    _explain(program, months[-1], someone, folder / "explanation.txt")
    _recalculate(program, months, source, folder)
    office = folder_of(data) if data else demo_office(folder)
    _open_office(office, people)
    _look(folder, office, monotonic() - started)


def _synthesise(target: Path, elders: int) -> Path:
    from anlao.synth import write_population

    began = monotonic()
    report = write_population(
        division=DIVISION, elders=elders, seed=SEED, as_of=AS_OF, output=target
    )
    took = monotonic() - began
    _heading("1. 合成人口", f"synthetic elders of Suichang, true to the 2020 census ({took:.1f} s)")
    click.echo(
        f"{report.elders:,} 名老年人（其中 {report.deceased:,} 人在两年内去世），"
        f"{report.changes:,} 条变动。没有一个是真人。"
    )
    return target


def _program() -> tuple[Program, list[Month]]:
    from anlao.rules.engines.program import make_program
    from anlao.rules.periods import Month

    book = open_rulebook(RULEBOOK)
    program = make_program(book, rates=open_rates(RATES, book))
    return program, options.months_of(None, Month.parse(FIRST), Month.parse(LAST))


def _decide(
    decider: Decider, source: Input, target: Path
) -> tuple[dict[str, Sums], tuple[People, int] | None]:
    """Decide all months; return totals, and somebody with several benefits."""
    from anlao.cli.commands.decide import describing
    from anlao.rules.output.decisions import open_decisions

    began = monotonic()
    book = decider.program.rulebook
    sums = {provision.id: Sums() for provision in decider.program.provisions}
    someone: tuple[People, int] | None = None
    metadata = describing(book, None, None)
    with (
        open_reading(source, decider) as reading,
        open_decisions(target, rulebook=book.id, metadata=metadata) as writer,
        progress("deciding 判定", ELDERS) as advance,
    ):
        for people in reading.batches(advance):
            decided = decider.decided(people)
            writer.write(people.ids, decided)
            _add(sums, decided, writer.kinds)
            someone = someone or _with_both(people, decided)
    took = monotonic() - began
    _heading("2. 判定", f"{FIRST} to {LAST}, every provision for everybody ({took:.1f} s)")
    click.echo(f"{writer.rows:,} 条判定，见 {target}")
    return sums, someone


def _add(sums: dict[str, Sums], decided: Decided, kinds: Kinds) -> None:
    import numpy as np

    yes: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    for _, columns in decided:
        for column in columns:
            name = column.provision.id
            outcomes = column.outcome_codes()
            is_yes, is_unknown = outcomes == 0, outcomes == 3
            yes[name] = yes.get(name, False) | is_yes
            unknown[name] = unknown.get(name, False) | is_unknown
            sums[name].months += int(is_yes.sum())
            if column.provision.unit.startswith("yuan"):
                sums[name].fen += int(column.amounts()[is_yes].sum())
            counts = np.bincount(kinds.of(column)[is_unknown], minlength=len(kinds))
            for number in np.flatnonzero(counts):
                for fact in kinds.found[number][1].missing:
                    sums[name].missing[fact] += int(counts[number])
    for name, people in yes.items():
        sums[name].people += int(people.sum())
        sums[name].unknown += int(unknown[name].sum())


def _with_both(people: People, decided: Decided) -> tuple[People, int] | None:
    """Return somebody who draws both explained benefits in the last month, else the first."""
    import numpy as np

    chosen = np.ones(len(people), bool)
    for column in decided[-1][1]:
        if column.provision.id in EXPLAINED:
            both = chosen & (column.outcome_codes() == 0)
            chosen = both if both.any() else chosen
    rows = np.flatnonzero(chosen)
    return (people, int(rows[0])) if len(rows) else None


def _summary(program: Program, sums: dict[str, Sums], target: Path) -> None:
    import csv

    from anlao.rules.output.aside import written_aside
    from anlao.rules.quantities import format_fen
    from anlao.rules.wording import Words

    words = Words(program.rulebook, program.rulebook.subjects["elder"].facts, "zh")
    provisions: dict[str, Provision] = {item.id: item for item in program.provisions}
    rows = []
    for name, total in sums.items():
        collect = "、".join(words.missing(fact) for fact, _ in total.missing.most_common(3))
        label = provisions[name].label.zh
        money = yuan(total.fen) if provisions[name].unit.startswith("yuan") else "—"
        rows.append(
            (label, f"{total.people:,}", f"{total.months:,}", money, total.unknown, collect)
        )
    columns = (("事项", "left"), ("人数", "right"), ("人月", "right"), ("金额（元）", "right"))
    show_table("", [*columns, ("无法判定", "right"), ("应补收集", "left")], rows)
    with written_aside(target) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ["provision", "name", "people", "person_months", "yuan", "people_unknown", "to_collect"]
        )
        for name, total in sums.items():
            is_money = provisions[name].unit.startswith("yuan")
            collect = "|".join(fact for fact, _ in total.missing.most_common())
            writer.writerow(
                [
                    name,
                    provisions[name].label.zh,
                    total.people,
                    total.months,
                    format_fen(total.fen) if is_money else "",
                    total.unknown,
                    collect,
                ]
            )
    click.echo(f"地方标准为示例数据（{RATES.name}），不是遂昌县的实际标准。")


def _explain(
    program: Program, month: Month, someone: tuple[People, int] | None, target: Path
) -> None:
    from anlao.rules.explain import explain
    from anlao.rules.people.changes import facts_by_shift
    from anlao.rules.tell import Teller
    from anlao.rules.wording import Words

    if someone is None:
        return
    people, row = someone
    _heading("3. 为什么", "one elder, clause by clause")
    found = explain(program, month, facts_by_shift(people, row, month))
    words = Words(program.rulebook, program.rulebook.subjects["elder"].facts, "zh")
    letter = Teller(words).letter(str(people.ids[row]), month, found)
    target.write_text(letter, "utf-8")
    click.echo(letter)


def _recalculate(program: Program, months: list[Month], source: Input, folder: Path) -> None:
    """Decide the year as it was known before late deaths came in, and as it is known now."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from anlao.cli.commands.recalc import show_totals, write_differences
    from anlao.cli.recalculation import recalculate

    began = monotonic()
    now = pq.read_table(source.people)
    late = pc.fill_null(
        pc.greater_equal(now["death_date"], pa.scalar(LATE_SINCE)), fill_value=False
    )
    known = pc.if_else(late, pa.scalar(None, pa.date32()), now["death_date"])
    place = now.schema.get_field_index("death_date")
    before = folder / "people-before-late-deaths.parquet"
    pq.write_table(now.set_column(place, "death_date", known), before)
    found = recalculate(
        Decider(program, months),
        Input(before, source.history),
        Input(source.people, source.history),
    )
    write_differences(found, folder / "recalculation.csv")
    took = monotonic() - began
    _heading("4. 更正", f"deaths since {LATE_SINCE} reported late: what to recover ({took:.1f} s)")
    click.echo(f"迟报死亡 {pc.sum(late).as_py():,} 人：")
    show_totals(found, "zh")


def _open_office(office: DataFolder, people: Path) -> None:
    began = monotonic()
    found = furnish(office, people=people, county=DIVISION, rates=RATES)
    took = monotonic() - began
    _heading("5. 工作平台", f"{found.elders:,} elders and every role in the office ({took:.1f} s)")
    show_month(found)
    show_accounts(found.accounts)
    show_cards(found.cards)


def _heading(zh: str, en: str) -> None:
    click.echo(f"\n{zh}  {en}")


def _look(folder: Path, office: DataFolder, seconds: float) -> None:
    click.echo(f"6. 看这里  where to look ({seconds:.0f} s in all)")
    for name, what in (
        ("people.parquet", "合成人口 the people"),
        ("people.history.csv", "变动 what changed about them"),
        ("decisions.parquet", "全部判定 every decision"),
        ("summary.csv", "汇总 totals by provision"),
        ("explanation.txt", "一位老人的说明 one elder explained"),
        ("recalculation.csv", "补发与追回 what to pay or recover"),
    ):
        click.echo(f"   {folder / name}  {what}")
    click.echo("   make serve   打开工作平台 opens the office in a browser")
    click.echo(f"   （anlao serve --data {office.path}）")
