"""A population that is loaded holds on every day what its files say."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.utils import timezone

from anlao.office.registry import identity, queries, search
from anlao.office.registry.loading import load_population
from anlao.office.registry.models import STATUSES, Elder
from anlao.office.registry.names import pinyin_initials
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from anlao.synth import write_population
from tests.office.county import COUNTY
from tests.office.log import chain_is_whole, log

pytestmark = pytest.mark.usefixtures("committed")
ELDERS = 300
NAME, DAY = "阿依古丽·买买提", date(2026, 1, 1)


def load(folder: Path, change: Callable[[Any], None] = lambda _: None) -> Any:
    """Make the files of a population, change them, and load them."""
    report = write_population(
        division=COUNTY,
        elders=ELDERS,
        seed=7,
        as_of=date(2024, 9, 1),
        output=folder / "people.parquet",
    )
    change(report)
    count = load_population(
        people=report.people,
        identities=report.identity,
        history=report.history,
        county=COUNTY,
        by="installer",
        at=timezone.now(),
    )
    assert count == pq.read_metadata(report.people).num_rows
    return report


def test_a_loaded_population_is_that_of_its_files(tmp_path: Path) -> None:
    report = load(tmp_path)
    people = {row["person_id"]: row for row in pq.read_table(report.people).to_pylist()}
    numbers = {row["person_id"]: row for row in pq.read_table(report.identity).to_pylist()}
    assert report.history is not None
    changes: dict[str, list[dict[str, str]]] = defaultdict(list)
    with report.history.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            changes[row["person_id"]].append(row)
    assert changes
    names = [name for kind in STATUSES for name in kind.FACTS]
    some = [*list(changes)[:25], *list(people)[:10]]

    with scope.within(WHOLE_OFFICE):
        for person in some:
            elder = Elder.objects.get(file_number=person)
            number = numbers[person]["identity_number"]
            assert elder.name == numbers[person]["name"]
            assert identity.identity_number_of(elder) == (number or "")
            assert (elder.birth_date, elder.death_date) == (
                people[person]["birth_date"], people[person]["death_date"],
            )  # fmt: skip
            for day in days_of(changes[person]):
                held = queries.facts_on(elder, day, known_at=timezone.now())
                for name in names:
                    expected = value_on(people[person][name], changes[person], name, day)
                    assert plain(held.get(name)) == expected, (person, name, day)


def test_a_name_of_many_spellings_is_loaded_whole_and_found(tmp_path: Path) -> None:
    def renamed(report: Any) -> None:
        table = pq.read_table(report.identity)
        names = [NAME, *table["name"].to_pylist()[1:]]
        at = table.schema.get_field_index("name")
        pq.write_table(table.set_column(at, table.field(at), pa.array(names)), report.identity)

    load(tmp_path, renamed)

    with scope.within(WHOLE_OFFICE):
        her = Elder.objects.get(name=NAME)
        found = search.find("ayglmmt", scope=WHOLE_OFFICE, today=DAY, by="clerk", purpose="check")
        assert found.elders == [her]
        assert set(her.initials.split()) == set(pinyin_initials(NAME))


def test_loading_is_logged_and_ids_go_on_after_it(tmp_path: Path) -> None:
    load(tmp_path)

    with scope.within(WHOLE_OFFICE):
        latest = Elder.objects.order_by("-pk").first()
        assert latest is not None
        made = Elder.objects.create(
            file_number="next", name="后来", division_code=COUNTY, created_at=timezone.now()
        )
        assert made.pk == latest.pk + 1
    entry = log().get(act="load")
    assert entry.after is not None
    assert entry.after["elders"] >= ELDERS
    assert chain_is_whole()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_elder")
        assert cursor.fetchone() == (0,)


def test_a_population_of_which_the_files_differ_is_not_loaded_at_all(tmp_path: Path) -> None:
    report = load(tmp_path)
    with scope.within(WHOLE_OFFICE):
        before = Elder.objects.count()

    with pytest.raises(Exception, match="duplicate key"):
        load_population(
            people=report.people,
            identities=report.identity,
            history=report.history,
            county=COUNTY,
            by="installer",
            at=timezone.now(),
        )

    with scope.within(WHOLE_OFFICE):
        assert Elder.objects.count() == before


def days_of(rows: list[dict[str, str]]) -> list[date]:
    found = {date(1990, 1, 1), date(2024, 9, 1), date(2022, 12, 31)}
    for row in rows:
        for text in (row["from"], row["until"]):
            if text:
                day = date.fromisoformat(text)
                found |= {day, date.fromordinal(day.toordinal() - 1)}
    return sorted(found)


def value_on(usual: Any, rows: list[dict[str, str]], name: str, day: date) -> str | None:
    for row in rows:
        if row["fact"] != name:
            continue
        starts = not row["from"] or date.fromisoformat(row["from"]) <= day
        lasts = not row["until"] or day < date.fromisoformat(row["until"])
        if starts and lasts:
            return row["value"] or None
    return plain(usual)


def plain(value: Any) -> str | None:
    """Return a value as a file of changes writes it."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
