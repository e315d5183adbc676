"""The Spark engine gives, row by row, what the columnar engine gives."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.rules.shipped import LIBRARY, SHIPPED, example_rates

from anlao.rules.engines.columnar import ColumnarEngine
from anlao.rules.engines.program import Program
from anlao.rules.engines.spark import decide_file, start_session
from anlao.rules.output.decisions import open_decisions
from anlao.rules.people.errors import InputRefused
from anlao.rules.people.reader import PeopleReader
from anlao.rules.periods import Month
from anlao.rules.rulebook.load import load
from anlao.rules.rulebook.problems import Problems
from anlao.rules.testing.read_cases import read_cases

pytestmark = [
    pytest.mark.spark,
    pytest.mark.filterwarnings("default"),  # what Spark and pandas warn of is theirs
]
MONTHS = [Month(2023, 12), Month(2024, 1)]
LATE = MONTHS[-1].plus(1200).first_day


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    spark = start_session()
    yield spark
    spark.stop()


def shared_cases(name: str, subject: str) -> list[dict[str, Any]]:
    """Everybody who stands in a rulebook's cases."""
    rulebook = load(name, LIBRARY).usable(name)
    id_column = rulebook.subjects[subject].id_column
    cases = [case for case in read_cases(rulebook, Problems()) if case.subject == subject]
    return [{id_column: f"C{number}", **case.given} for number, case in enumerate(cases)]


def written(records: list[dict[str, Any]], path: Path) -> Path:
    columns = list(dict.fromkeys(key for record in records for key in record))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(records)
    return path


def rows(path: Path) -> list[dict[str, Any]]:
    return pq.read_table(path).to_pylist()  # type: ignore[no-any-return]


PAIRS = [
    (name, subject)
    for name in SHIPPED
    for subject in load(name, LIBRARY).usable(name).subjects
    if shared_cases(name, subject)
]


@pytest.mark.parametrize(("name", "subject"), PAIRS)
def test_it_gives_the_same_rows_for_everybody_in_the_cases(
    session: Any, tmp_path: Path, name: str, subject: str
) -> None:
    rulebook = load(name, LIBRARY).usable(name)
    program = Program(rulebook, subject, rates=example_rates(rulebook))
    people = written(shared_cases(name, subject), tmp_path / "people.csv")
    alone, cluster = tmp_path / "columnar.parquet", tmp_path / "spark.parquet"
    reader = PeopleReader(rulebook.subjects[subject], LATE)
    with open_decisions(alone, rulebook=name, metadata={}) as writer:
        for batch in reader.read(people):
            decided = [(m, ColumnarEngine().decide(program.month(m), batch)) for m in MONTHS]
            writer.write(batch.ids, decided)

    decide_file(
        program=program, months=MONTHS, people=people, output=cluster, today=LATE, session=session
    )

    assert rows(cluster) == rows(alone)


def test_a_bad_cell_is_refused_and_leaves_no_file(session: Any, tmp_path: Path) -> None:
    people = written([{"person_id": "E1", "birth_date": "1944-13-01"}], tmp_path / "people.csv")
    output = tmp_path / "out.parquet"
    program = Program(load("zhejiang", LIBRARY).usable("zhejiang"))

    with pytest.raises(InputRefused, match="1944-13-01"):
        decide_file(program=program, months=MONTHS, people=people, output=output, session=session)

    assert list(tmp_path.glob("*out*")) == []


def test_an_identifier_that_stands_twice_is_refused(session: Any, tmp_path: Path) -> None:
    people = written([{"person_id": "E1"}, {"person_id": "E1"}], tmp_path / "people.csv")
    program = Program(load("zhejiang", LIBRARY).usable("zhejiang"))

    with pytest.raises(InputRefused, match="more than once: E1"):
        decide_file(
            program=program,
            months=MONTHS,
            people=people,
            output=tmp_path / "out.parquet",
            session=session,
        )
