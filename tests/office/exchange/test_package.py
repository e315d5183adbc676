"""A package holds what its schema says, is signed as a whole, and gives away nothing outside."""

from __future__ import annotations

import csv
import json
import zipfile
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from anlao.office.benefits import deciding
from anlao.office.benefits.models import Decision
from anlao.office.database.folder import DataFolder
from anlao.office.exchange import package, signing
from anlao.office.exchange.checking import PackageRefused, check
from anlao.office.exchange.package import Wanted
from anlao.office.exchange.tables import TABLES
from anlao.office.jobs.progress import Cancelled
from anlao.office.registry import identity
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE, Scope
from anlao.rules.periods import Month
from tests.office.county import COUNTY, TOWN_A, County
from tests.office.log import log

pytestmark = pytest.mark.usefixtures("committed")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
MONTH = Month(2026, 2)


@pytest.fixture
def public(office: DataFolder) -> str:
    return signing.public_text(signing.key_of(office))


def made(
    office: DataFolder, folder: Path, *, where: Scope = WHOLE_OFFICE, **wanted: Any
) -> tuple[Path, dict[str, int]]:
    out = folder / "package.zip"
    usual: dict[str, Any] = {"division": COUNTY, "month": MONTH, "known_at": NOW}
    chosen = Wanted(**usual | wanted)
    with scope.within(where):
        rows = package.make(chosen, out, folder=office, by="t", reason="省平台月报")
    return out, rows


def lines(path: Path, table: str) -> list[dict[str, Any]]:
    with zipfile.ZipFile(path) as file:
        text = file.read(f"data/{table}.jsonl").decode()
    return [json.loads(line) for line in text.splitlines()]


def test_every_row_is_as_its_schema_says(
    county: County, office: DataFolder, tmp_path: Path, public: str
) -> None:
    deciding.decide_division(COUNTY, MONTH, known_at=NOW, today=NOW.date(), by="t")

    path, rows = made(office, tmp_path)

    assert check(path, public=public).rows == rows
    assert rows["people"] == 4
    with scope.within(WHOLE_OFFICE):
        assert rows["benefits"] == Decision.objects.filter(outcome="yes").count() > 0
    for table in TABLES:
        with zipfile.ZipFile(path) as file:
            schema = json.loads(file.read(f"schema/{table.name}.json"))
        jsonschema.Draft202012Validator.check_schema(schema)
        for row in lines(path, table.name):
            jsonschema.validate(row, schema)
    people = {row["name"]: row for row in lines(path, "people")}
    assert people["李桂兰"]["economic_status"] == "dibao"
    assert people["张水根"]["lives_alone"] is True
    assert people["王秀英"]["lives_alone"] is None
    assert county.elders["n1"].name not in people


@pytest.mark.parametrize("with_numbers", [True, False])
def test_identity_numbers_are_given_out_only_when_asked_for(
    county: County, office: DataFolder, tmp_path: Path, with_numbers: bool
) -> None:
    path, _ = made(office, tmp_path, with_numbers=with_numbers)

    found = {row["file_number"]: row["identity_number"] for row in lines(path, "people")}
    her = county.elders["a1"]
    expected = identity.identity_number_of(her) if with_numbers else None
    assert found[her.file_number] == expected
    entry = log().get(act="give_out_data")
    assert entry.purpose == "省平台月报"
    assert entry.after is not None
    assert entry.after["identity_numbers"] == with_numbers
    assert identity.identity_number_of(her) not in str(entry.after)


def test_csv_holds_the_same_rows(office: DataFolder, tmp_path: Path) -> None:
    path, rows = made(office, tmp_path, form="csv")

    with zipfile.ZipFile(path) as file:
        text = file.read("data/people.csv").decode()
    found = list(csv.DictReader(StringIO(text)))
    assert len(found) == rows["people"]
    assert {row["lives_alone"] for row in found} == {"", "true"}


def test_only_what_the_scope_shows_goes_in(office: DataFolder, tmp_path: Path) -> None:
    _, rows = made(office, tmp_path, where=Scope((TOWN_A,)))

    assert rows["people"] == 3


def test_nothing_is_left_where_making_fails(office: DataFolder, tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        made(office, tmp_path, form="jsonl", division="x%(nothing)s", known_at=_Broken())

    assert list(tmp_path.iterdir()) == []
    assert not log(act="give_out_data").exists()


class _Broken(datetime):
    """A moment that cannot be written down."""

    def __new__(cls) -> _Broken:
        return super().__new__(cls, 2026, 3, 1, tzinfo=UTC)

    def isoformat(self, *_: Any, **__: Any) -> str:
        raise KeyError


def rewritten(path: Path, change: str, content: bytes) -> Path:
    """Return a copy of a package in which one part is other, added, or (b"") gone."""
    out = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for name in [*old.namelist(), *({change} - set(old.namelist()))]:
            if name != change:
                new.writestr(name, old.read(name))
            elif content:
                new.writestr(name, content)
    return out


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("data/people.jsonl", b"{}\n"),
        ("data/people.jsonl", b""),
        ("data/extra.jsonl", b"{}\n"),
        ("manifest.json", b"{}"),
        ("manifest.json", b""),
        ("manifest.sig", b"AAAA"),
        ("manifest.sig", b"\xff\xff"),
        ("manifest.sig", b""),
        ("schema/people.json", b"{}"),
    ],
)
def test_whatever_was_changed_is_found(
    office: DataFolder, tmp_path: Path, public: str, part: str, content: bytes
) -> None:
    path, _ = made(office, tmp_path)

    with pytest.raises(PackageRefused):
        check(rewritten(path, part, content), public=public)


@pytest.mark.parametrize("key", ["", "AAAA", "x" * 44, "A" * 43 + "="])
def test_another_key_does_not_fit(office: DataFolder, tmp_path: Path, key: str) -> None:
    path, _ = made(office, tmp_path)

    with pytest.raises(PackageRefused):
        check(path, public=key)


def test_a_file_that_is_no_package_is_refused(tmp_path: Path, public: str) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(b"PK not a zip")

    with pytest.raises(PackageRefused):
        check(path, public=public)


def signed(office: DataFolder, path: Path, **said: Any) -> Path:
    """Return a copy whose manifest says something else, signed all the same."""
    with zipfile.ZipFile(path) as file:
        manifest = json.loads(file.read("manifest.json")) | said
    head = json.dumps(manifest).encode()
    first = rewritten(path, "manifest.json", head)
    moved = first.rename(path.with_name("first.zip"))
    return rewritten(moved, "manifest.sig", signing.sign(signing.key_of(office), head).encode())


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_rows_are_counted_even_where_the_signature_fits(
    office: DataFolder, tmp_path: Path, public: str, form: str
) -> None:
    path, rows = made(office, tmp_path, form=form)

    assert check(signed(office, path, rows=rows), public=public).rows == rows
    with pytest.raises(PackageRefused, match="people has other rows"):
        check(signed(office, path, rows=rows | {"people": 3}), public=public)


@pytest.mark.parametrize(
    "said",
    [
        {"format": "other"},
        {"version": "2.0"},
        {"version": None},
        {"division": "<b>"},
        {"rows": {"people": "4"}},
        {"rows": []},
        {"sha256": {"data/people.jsonl": 1}},
        {"identity_numbers": "no"},
    ],
)
def test_a_manifest_of_another_form_is_refused(
    office: DataFolder, tmp_path: Path, public: str, said: dict[str, Any]
) -> None:
    path, _ = made(office, tmp_path)

    with pytest.raises(PackageRefused, match=r"manifest is not written|is not one that is known"):
        check(signed(office, path, **said), public=public)


def test_a_later_minor_version_may_say_more(
    office: DataFolder, tmp_path: Path, public: str
) -> None:
    path, rows = made(office, tmp_path)

    assert check(signed(office, path, version="1.7", added="x"), public=public).rows == rows


def test_a_part_that_is_there_twice_is_refused(
    office: DataFolder, tmp_path: Path, public: str
) -> None:
    path, _ = made(office, tmp_path)
    with zipfile.ZipFile(path) as file:
        people = file.read("data/people.jsonl")
    with zipfile.ZipFile(path, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("data/people.jsonl", people)

    with pytest.raises(PackageRefused, match="other parts"):
        check(path, public=public)


def test_sizes_are_looked_at_before_anything_is_unpacked(
    office: DataFolder, tmp_path: Path, public: str
) -> None:
    path, _ = made(office, tmp_path)
    with zipfile.ZipFile(path) as file:
        size = sum(part.file_size for part in file.infolist())

    assert check(path, public=public, most=size).rows["people"] == 4
    with pytest.raises(PackageRefused, match="it is too large"):
        check(path, public=public, most=size - 1)
    for part in ("manifest.json", "manifest.sig"):
        with pytest.raises(PackageRefused, match=f"{part} is too large"):
            check(rewritten(path, part, b" " * ((1 << 20) + 1)), public=public)


def test_a_damaged_file_is_refused_wherever_it_is_damaged(
    office: DataFolder, tmp_path: Path, public: str
) -> None:
    path, _ = made(office, tmp_path)
    data, seen = path.read_bytes(), 0
    for place in range(0, len(data), 7):
        broken = BytesIO(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        try:
            check(broken, public=public)
        except PackageRefused:
            seen += 1
    assert seen > len(data) / 7 / 2


class Heard:
    """Progress that remembers, and stops the work at a table."""

    def __init__(self, stop_at: str = "") -> None:
        self.said: list[tuple[int, int, str]] = []
        self.stop_at = stop_at

    def step(self, done: int, total: int, zh: str = "", en: str = "") -> None:
        assert en
        self.said.append((done, total, zh))
        if self.stop_at and self.stop_at in zh:
            raise Cancelled


def test_it_tells_which_table_it_writes(office: DataFolder) -> None:
    heard = Heard()

    with scope.within(WHOLE_OFFICE):
        package.write(
            Wanted(COUNTY, MONTH, NOW), BytesIO(), folder=office, by="t", reason="r", progress=heard
        )

    assert [(done, total) for done, total, _ in heard.said] == [(n, 5) for n in range(5)]
    assert [table.zh in zh for table, (*_, zh) in zip(TABLES, heard.said, strict=True)] == [
        True
    ] * 5


def test_what_is_stopped_was_not_given_out(office: DataFolder) -> None:
    with pytest.raises(Cancelled), scope.within(WHOLE_OFFICE):
        package.write(
            Wanted(COUNTY, MONTH, NOW),
            BytesIO(),
            folder=office,
            by="t",
            reason="r",
            progress=Heard("待遇判定"),
        )

    assert not log(act="give_out_data").exists()
