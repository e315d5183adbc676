"""The data of list kinds agrees with the fact dictionary and with itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import anlao
from anlao.office.registry.imports import kinds
from anlao.office.registry.imports.days import read_day
from anlao.office.registry.imports.sheets import Cell, Serial
from anlao.rules.rulebook.load import load
from anlao.rules.tables.variables import domain

FORMS = ("dashes", "slashes", "dots", "compact", "chinese", "serial")


@pytest.mark.parametrize("name", kinds.kinds())
def test_every_fact_of_a_list_is_a_fact_of_elders_with_the_same_values(name: str) -> None:
    book = load("cn", Path(anlao.__file__).parent / "rulebooks").rulebook
    assert book is not None
    facts = book.subjects["elder"].facts

    for spec in kinds.kind(name).fields.values():
        if spec.fact:
            assert spec.fact in facts
        if spec.fact and spec.values:
            assert set(spec.values.values()) <= set(domain(facts[spec.fact]))


@pytest.mark.parametrize("name", kinds.kinds())
def test_every_list_needs_an_identity_and_no_two_fields_share_a_header(name: str) -> None:
    kind = kinds.kind(name)
    words = [word for spec in kind.fields.values() for word in spec.headers]

    assert "identity_number" in kind.required
    assert len(words) == len(set(words))
    assert not kind.event or kind.event in kind.required


def test_a_kind_nobody_knows_is_refused() -> None:
    for name in ("fields", "nobody", "../deaths"):
        with pytest.raises(kinds.NoSuchKind):
            kinds.kind(name)


@pytest.mark.parametrize(
    "cell",
    [
        "2024-01-05",
        "2024-1-5",
        "2024/1/5",
        "2024.1.5",
        "20240105",
        "2024年1月5日",
        "２０２４年１月５日",
        "2024-01-05 00:00:00",
        Serial(45296.0),
        Serial(45296.75),
        Serial(20240105.0),
        Serial(43834.0, epoch_1904=True),
        date(2024, 1, 5),
    ],
)
def test_a_day_is_read_in_every_form_that_lists_use(cell: Cell) -> None:
    assert read_day(cell, FORMS) == date(2024, 1, 5)


@pytest.mark.parametrize(
    "cell",
    [
        "2024-02-30",
        "2023-02-29",
        "1849-12-31",
        "2024-1",
        "01/05/2024",
        "5/1/24",
        "2024年1月",
        "明天",
        "0000-00-00",
        Serial(1941.0),
        Serial(9_999.0),
        Serial(73_051.0),
        Serial(-1.0),
        True,
    ],
)
def test_what_is_no_day_or_could_be_two_is_not_guessed(cell: Cell) -> None:
    assert read_day(cell, FORMS) is None


@pytest.mark.parametrize("cell", ["1850-01-01", "2024-02-29", Serial(10_000.0), Serial(73_050.0)])
def test_days_at_the_limits_are_days(cell: Cell) -> None:
    assert read_day(cell, FORMS) is not None
