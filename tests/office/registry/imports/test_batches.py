"""A list's whole way into the registry and out again, on the office's own database."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from anlao.office.jobs.progress import UNSEEN, Refused
from anlao.office.registry import identity, operations, queries, search
from anlao.office.registry.imports import batches, checking, commits, previews, undos
from anlao.office.registry.imports.batches import Brought
from anlao.office.registry.imports.models import Batch, Change, FindingRow, StagedRow
from anlao.office.registry.imports.safety import Upload
from anlao.office.registry.models import STATUSES, Elder
from anlao.office.registry.names import pinyin_initials
from anlao.office.registry.operations import Ground, NothingToRecord
from anlao.office.shared import scope
from anlao.office.shared.scope import Scope
from tests.office.county import (
    COUNTY,
    TOWN_A,
    VILLAGE_A1,
    VILLAGE_A2,
    County,
    elder,
    identity_number,
)
from tests.office.log import chain_is_whole, log
from tests.office.registry.imports.made import workbook

pytestmark = pytest.mark.usefixtures("db")

TODAY, NOW = date(2026, 11, 24), datetime(2026, 11, 24, 3, tzinfo=UTC)
MONTH = date(2026, 11, 1)
HEAD = ["公民身份号码", "姓名", "困难类别"]


@pytest.fixture
def at_county() -> Iterator[None]:
    with scope.within(Scope((COUNTY,))):
        yield


def number(her: Elder) -> str:
    return identity.identity_number_of(her)


def bring(
    rows: list[list[Any]], kind: str = "hardship", *, area: str = COUNTY, until: date | None = None
) -> Batch:
    file = Upload("名单.xlsx", workbook(rows))
    return batches.bring(Brought(file, kind, "民政救助", MONTH, until, area), by="clerk", at=NOW)


def checked(rows: list[list[Any]], kind: str = "hardship", **how: Any) -> Batch:
    batch = bring(rows, kind, **how)
    checking.check(batch, today=TODAY, progress=UNSEEN)
    previews.preview(batch, UNSEEN)
    return batch


def commit(batch: Batch, *, at: datetime = NOW) -> None:
    commits.commit(batch, by="clerk", at=at, today=TODAY, progress=UNSEEN)
    batch.refresh_from_db()


def undo(batch: Batch) -> None:
    undos.undo(batch, "传错了", by="clerk", at=NOW, today=TODAY, progress=UNSEEN)
    batch.refresh_from_db()


def row_of(batch: Batch, row: int) -> StagedRow:
    found: StagedRow = StagedRow.objects.get(batch=batch, row=row)
    return found


def known(her: Elder) -> dict[str, list[tuple[Any, ...]]]:
    """Return everything known of an elder now, row by row."""
    return {
        kind.__name__: [
            (row.valid, row.evidence, row.recorded_by, *(getattr(row, name) for name in kind.FACTS))
            for row in kind.objects.filter(elder=her, known__upper_inf=True).order_by("valid")
        ]
        for kind in STATUSES
    }


def facts(her: Elder, day: date = TODAY) -> dict[str, Any]:
    return queries.facts_on(her, day, known_at=datetime(2030, 1, 1, tzinfo=UTC))


@pytest.mark.usefixtures("at_county")
def test_a_list_is_checked_previewed_committed_and_undone(county: County) -> None:
    a1, a2 = county.elders["a1"], county.elders["a2"]
    before = {key: known(her) for key, her in county.elders.items()}
    rows = [HEAD, [number(a1), a1.name, "低保"], [number(a2), a2.name, "低保"]]
    rows += [
        ["33112319400506001X", "王某", "低保"],
        [number(county.elders["a3"]), "张水根", "富裕"],
    ]

    batch = checked(rows)

    assert batch.counts["read"] == 4
    assert batch.counts["bad"] == 2
    assert {f.row for f in FindingRow.objects.filter(batch=batch)} == {4, 5}
    assert row_of(batch, 2).outcome == "change"
    assert row_of(batch, 3).outcome == "same"
    assert known(a1) == before["a1"]

    commit(batch)
    assert batch.state == Batch.State.COMMITTED
    assert facts(a1)["economic_status"] == "dibao"
    assert "economic_status" not in facts(a1, date(2026, 10, 31))
    assert known(a2) == before["a2"]
    assert chain_is_whole()
    entry = log().get(act="record_facts", subject=f"elder:{a1.pk}", who="clerk")
    assert entry.after is not None
    assert entry.after["values"] == {"economic_status": "dibao"}
    assert log(act="import_commit", subject=f"import:{batch.pk}").exists()

    undo(batch)
    assert batch.state == Batch.State.UNDONE
    assert {key: known(her) for key, her in county.elders.items() if key[0] != "n"} == {
        key: rows for key, rows in before.items() if key[0] != "n"
    }
    assert chain_is_whole()


VALUES = ("特困", "低保", "低保边缘", "一般")


@pytest.mark.usefixtures("at_county")
@pytest.mark.parametrize("until", [None, date(2026, 12, 1)], ids=["on", "month"])
@pytest.mark.parametrize("seed", range(4))
def test_a_batch_comes_to_the_same_as_recording_row_by_row(seed: int, until: date | None) -> None:
    chance = random.Random(seed)  # noqa: S311
    twins = [[elder(f"孪生{name}", VILLAGE_A1) for _ in "12"] for name in "甲乙丙丁戊己庚辛"]
    for pair in twins:
        for _ in range(chance.randrange(4)):
            _record_the_same(pair, chance)
    said = [chance.choice(VALUES) for _ in twins]
    modes = [chance.choice(["集中", "分散"]) if word == "特困" else None for word in said]
    head = [*HEAD, "供养方式"]
    rows = [
        [number(pair[0]), pair[0].name, word, mode]
        for pair, word, mode in zip(twins, said, modes, strict=True)
    ]

    batch = checked([head, *rows], until=until)
    commit(batch)

    codes = {"特困": "tekun", "低保": "dibao", "低保边缘": "dibao_marginal", "一般": "ordinary"}
    ground = Ground(commits.evidence(batch))
    for (imported, recorded), word, mode in zip(twins, said, modes, strict=True):
        told = {"economic_status": codes[word]}
        if mode:
            told["support_mode"] = "concentrated" if mode == "集中" else "dispersed"
        with contextlib.suppress(NothingToRecord):
            operations.record(
                elder=recorded, facts=told, start=MONTH, until=until, ground=ground,
                by="clerk", at=NOW,
            )  # fmt: skip
        assert known(imported) == known(recorded)
        assert _words(imported) == _words(recorded)
        one, other = (
            log(subject=f"elder:{her.pk}", purpose=ground.evidence).first()
            for her in (imported, recorded)
        )
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            assert (one.act, one.before, one.division) == (other.act, other.before, other.division)
            assert one.after == {**(other.after or {})} | {"batch": batch.pk}
    assert chain_is_whole()


def _record_the_same(pair: list[Elder], chance: random.Random) -> None:
    start = date(2026, chance.randrange(1, 13), 1)
    until = chance.choice([None, date(2027, chance.randrange(1, 13), 1)])
    told = {"economic_status": chance.choice(["tekun", "dibao", "ordinary"])}
    at = NOW - timedelta(days=chance.randrange(1, 99))
    for her in pair:
        with contextlib.suppress(NothingToRecord):
            operations.record(
                elder=her, facts=told, start=start, until=until, ground=Ground("走访"),
                by="village", at=at,
            )  # fmt: skip


def _words(her: Elder) -> tuple[Any, ...]:
    her.refresh_from_db()
    return her.birth_date, her.death_date, her.sex, her.state, her.division_code


@pytest.mark.usefixtures("at_county")
def test_deaths_and_moves_reach_the_words_on_the_file_and_come_back(county: County) -> None:
    a1, a2 = county.elders["a1"], county.elders["a2"]
    deaths = checked(
        [["公民身份号码", "姓名", "死亡日期"], [number(a1), a1.name, "2026-10-03"]], "deaths"
    )
    commit(deaths)
    moves = checked(
        [["公民身份号码", "姓名", "户籍地"], [number(a2), a2.name, VILLAGE_A2]], "registration"
    )
    assert Change.objects.filter(batch=deaths).get().nature == "death"
    assert Change.objects.filter(batch=moves).get().nature == "move"
    commit(moves)

    assert _words(a1)[1:4] == (date(2026, 10, 3), "female", "deceased")
    assert _words(a2)[4] == VILLAGE_A2
    assert log(act="move_file", subject=f"elder:{a2.pk}").exists()

    undo(deaths)
    undo(moves)
    assert _words(a1)[1:4] == (None, "female", "living")
    assert _words(a2)[4] == VILLAGE_A1


@pytest.mark.usefixtures("at_county")
def test_registration_opens_files_for_the_aged_only_and_undo_withdraws_them() -> None:
    old, young = identity_number(date(1950, 1, 1), 501), identity_number(date(1990, 1, 1), 502)
    rows: list[list[Any]] = [
        ["公民身份号码", "姓名", "户籍地", "联系电话"],
        [old.number, "新来人", VILLAGE_A1, "13911112222"],
        [young.number, "年轻人", VILLAGE_A1, None],
    ]
    batch = checked(rows, "registration")
    assert row_of(batch, 2).decision == "open"
    assert row_of(batch, 3).outcome == "too_young"

    commit(batch)
    her = Elder.objects.get(name="新来人")
    assert identity.identity_number_of(her) == old.number
    assert identity.phone_of(her) == "13911112222"
    assert facts(her) == {"birth_date": date(1950, 1, 1), "sex": old.sex, "hukou": VILLAGE_A1}
    assert (her.division_code, her.state) == (VILLAGE_A1, "living")
    assert not Elder.objects.filter(name="年轻人").exists()

    undo(batch)
    her.refresh_from_db()
    assert her.state == Elder.State.WITHDRAWN
    assert facts(her) == {}

    again = checked([*rows[:2], ["", "", "", ""]], "registration")
    assert row_of(again, 2).match == "exact"
    commit(again, at=NOW + timedelta(hours=1))
    her.refresh_from_db()
    assert her.state == Elder.State.LIVING
    assert facts(her)["birth_date"] == date(1950, 1, 1)


@pytest.mark.usefixtures("at_county", "county")
def test_a_name_of_many_spellings_is_imported_whole_and_found() -> None:
    name = "阿依古丽·买买提"
    rows = [["公民身份号码", "姓名", "户籍地"]]
    rows += [[identity_number(date(1950, 1, 1), 78).number, name, VILLAGE_A1]]

    commit(checked(rows, "registration"))

    her = Elder.objects.get(name=name)
    assert set(her.initials.split()) == set(pinyin_initials(name))
    found = search.find("ayglmmt", scope=Scope((COUNTY,)), today=TODAY, by="clerk", purpose="check")
    assert found.elders == [her]


@pytest.mark.usefixtures("at_county")
def test_a_person_decides_where_names_differ_or_only_name_and_birth_fit(county: County) -> None:
    a1, a3 = county.elders["a1"], county.elders["a3"]
    stranger = identity_number(a3.birth_date or TODAY, 777)
    batch = checked([HEAD, [number(a1), "王秀瑛", "低保"], [stranger.number, a3.name, "低保"]])
    assert [row_of(batch, row).match for row in (2, 3)] == ["name_differs", "candidates"]
    assert [row_of(batch, row).outcome for row in (2, 3)] == ["undecided", "undecided"]

    with pytest.raises(batches.DecisionRefused):
        batches.decide(batch, 3, "open", None, by="clerk")  # this kind of list opens no file
    batches.decide(batch, 2, "leave_out", None, by="clerk")
    batches.decide(batch, 3, "link", a3.pk, by="clerk")
    previews.preview(batch, UNSEEN)
    commit(batch)

    assert "economic_status" not in facts(a1)
    assert facts(a3)["economic_status"] == "dibao"
    assert row_of(batch, 2).outcome == "left_out"


@pytest.mark.usefixtures("at_county")
def test_two_rows_are_never_one_elder(county: County) -> None:
    a3 = county.elders["a3"]
    stranger = identity_number(a3.birth_date or TODAY, 779)
    batch = checked([HEAD, [number(a3), a3.name, "低保"], [stranger.number, a3.name, "特困"]])

    with pytest.raises(batches.DecisionRefused, match="第 2 行"):
        batches.decide(batch, 3, "link", a3.pk, by="clerk")


@pytest.mark.usefixtures("at_county")
def test_the_same_file_is_seen_and_the_same_rows_change_nothing(county: County) -> None:
    a1 = county.elders["a1"]
    rows = [HEAD, [number(a1), a1.name, "低保"]]
    first = checked(rows)
    commit(first)

    with pytest.raises(batches.SeenBefore) as refusal:
        bring(rows)
    again = checked([*rows, [None, None, "  "]])  # the same rows in another file

    assert refusal.value.batch == first
    assert again.counts["outcomes"] == {"same": 1}


@pytest.mark.usefixtures("at_county")
def test_what_was_recorded_after_the_preview_refuses_the_whole_commit(county: County) -> None:
    a1, a3 = county.elders["a1"], county.elders["a3"]
    batch = checked([HEAD, [number(a1), a1.name, "低保"], [number(a3), a3.name, "低保"]])
    _later(a3, "tekun")

    with pytest.raises(Refused), transaction.atomic():
        commit(batch)
    assert "economic_status" not in facts(a1)

    previews.preview(batch, UNSEEN)
    commit(batch)
    assert facts(a3)["economic_status"] == "dibao"


@pytest.mark.usefixtures("at_county")
def test_undo_leaves_what_has_something_later_on_top_and_says_so(county: County) -> None:
    a1, a3 = county.elders["a1"], county.elders["a3"]
    batch = checked([HEAD, [number(a1), a1.name, "低保"], [number(a3), a3.name, "低保"]])
    commit(batch)
    _later(a3, "tekun")

    undo(batch)

    assert "economic_status" not in facts(a1)
    assert facts(a3)["economic_status"] == "tekun"
    kept = Change.objects.filter(batch=batch).exclude(kept_reason="").get()
    assert (kept.elder_id, kept.kept_reason) == (a3.pk, "later")
    assert batch.counts["kept"] == 1


def _later(her: Elder, status: str) -> None:
    operations.record(
        elder=her,
        facts={"economic_status": status},
        start=MONTH,
        ground=Ground("走访"),
        by="village",
        at=NOW,
    )


@pytest.mark.usefixtures("at_county")
def test_a_contradiction_keeps_its_row_out(county: County) -> None:
    a1, a3 = county.elders["a1"], county.elders["a3"]
    for her, told in ((a1, {"disability_type": "visual", "disability_grade": 2}),):
        operations.record(
            elder=her, facts=told, start=date(2020, 1, 1), ground=Ground("证"), by="x", at=NOW
        )
    head = ["公民身份号码", "姓名", "残疾类别", "残疾等级"]
    batch = checked(
        [head, [number(a1), a1.name, "无", None], [number(a3), a3.name, "肢体", "一级"]],
        "disability",
    )
    # the list asks for a grade, so whoever has no disability is a bad row already
    assert {f.row for f in FindingRow.objects.filter(batch=batch)} == {2}
    commit(batch)
    assert facts(a3)["disability_grade"] == 1
    assert facts(a1)["disability_type"] == "visual"


def test_a_township_clerk_reaches_nobody_outside(county: County) -> None:
    a1, b1 = county.elders["a1"], county.elders["b1"]
    with scope.within(Scope((TOWN_A,))):
        rows = [["公民身份号码", "姓名", "户籍地"]]
        rows += [[number(a1), a1.name, VILLAGE_A1], [number(b1), b1.name, VILLAGE_A1]]
        batch = checked(rows, "registration", area=TOWN_A)
        assert row_of(batch, 3).outcome == "outside"
        assert row_of(batch, 3).elder_id is None
    with scope.within(Scope(("331123102",))):
        assert not Batch.objects.filter(pk=batch.pk).exists()
        assert not StagedRow.objects.filter(batch_id=batch.pk).exists()
        assert not Change.objects.filter(batch_id=batch.pk).exists()


def test_a_commit_is_refused_for_whoever_lost_sight_of_somebody(county: County) -> None:
    a1, b1 = county.elders["a1"], county.elders["b1"]
    with scope.within(Scope((COUNTY,))):
        rows = [HEAD, [number(a1), a1.name, "低保"], [number(b1), b1.name, "低保"]]
        batch = checked(rows)
        Batch.objects.filter(pk=batch.pk).update(division_code=TOWN_A)
        StagedRow.objects.filter(batch=batch).update(division_code=TOWN_A)
        Change.objects.filter(batch=batch).update(division_code=TOWN_A)
    with scope.within(Scope((TOWN_A,))):
        with pytest.raises(Refused), transaction.atomic():
            commit(batch)
        assert "economic_status" not in facts(a1)


@pytest.mark.usefixtures("at_county")
def test_personal_data_of_staged_rows_are_sealed(county: County) -> None:
    a1 = county.elders["a1"]
    batch = checked([[*HEAD, "联系电话"], [number(a1), a1.name, "低保", "13900001111"]])
    staged = row_of(batch, 2)

    assert checking.opened(staged, batch) == {"identity": number(a1), "phone": "13900001111"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT s::text FROM imports_stagedrow s WHERE id = %s", [staged.pk])
        stored = cursor.fetchone()[0]
    assert number(a1) not in stored
    assert "13900001111" not in stored
    kept = settings.DATA.files / batch.stored
    assert a1.name.encode() not in kept.read_bytes()
    assert kept.read_bytes()[:2] != b"PK"


@pytest.mark.usefixtures("at_county")
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv_of_both_encodings_goes_the_same_way(county: County, encoding: str) -> None:
    a1 = county.elders["a1"]
    text = f"公民身份号码,姓名,困难类别\n{number(a1)},{a1.name},低保\n"
    file = Upload("名单.csv", text.encode(encoding))
    batch = batches.bring(
        Brought(file, "hardship", "民政救助", MONTH, None, COUNTY), by="clerk", at=NOW
    )
    checking.check(batch, today=TODAY, progress=UNSEEN)
    previews.preview(batch, UNSEEN)
    assert batch.counts["outcomes"] == {"change": 1}
