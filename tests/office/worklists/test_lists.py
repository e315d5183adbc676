"""Lists find whom they should, inside the area; they are saved, narrowed and given out whole."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from anlao.office.benefits import deciding, month
from anlao.office.organisations.models import User
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from anlao.office.worklists import operations, queries
from anlao.office.worklists.kinds import KINDS, Asked
from anlao.rules.periods import Month
from tests.office.county import (
    COUNTY,
    SEEN,
    TOWN_A,
    VILLAGE_A1,
    VILLAGE_B,
    County,
    elder,
    scope_for,
)
from tests.office.log import log

pytestmark = pytest.mark.usefixtures("committed")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
TODAY = date(2026, 2, 10)


def asked(**narrowed: object) -> Asked:
    with scope.within(WHOLE_OFFICE):
        return replace(Asked(TODAY, "zh", month.latest((COUNTY,))), **narrowed)  # type: ignore[arg-type]


def names(kind: str, wanted: Asked, part: str, county: County) -> list[str]:
    with scope.within(scope_for(county.cast[part])):
        return [KINDS[kind].line(row, wanted).elder.name for row in KINDS[kind].find(wanted)]


@pytest.mark.parametrize(
    ("today", "ahead", "found"),
    [
        (date(2026, 2, 10), 1, ["满八十"]),  # March
        (date(2026, 1, 31), 1, []),  # February
        (date(2026, 2, 28), 2, []),  # April
        (date(2025, 12, 31), 3, ["满八十"]),  # March of the next year
        (date(2026, 3, 1), 12, ["满七九"]),  # March of the next year
    ],
)
def test_birthdays_are_found_in_the_month_that_is_looked_ahead_to(
    county: County, today: date, ahead: int, found: list[str]
) -> None:
    with scope.within(WHOLE_OFFICE):
        elder("满八十", VILLAGE_A1, born=date(1946, 3, 31))
        elder("满七九", VILLAGE_A1, born=date(1947, 3, 31))

    assert names("turning", asked(today=today, ahead=ahead), "county_clerk", county) == found


def test_other_ages_can_be_asked_for(county: County) -> None:
    with scope.within(WHOLE_OFFICE):
        elder("满七九", VILLAGE_A1, born=date(1947, 3, 31))
        elder("外村人", VILLAGE_B, born=date(1947, 3, 1))

    assert names("turning", asked(ages=(79,)), "county_clerk", county) == ["外村人", "满七九"]
    assert names("turning", asked(ages=(79,)), "clerk_a", county) == ["满七九"]
    narrowed = asked(ages=(79,), place=TOWN_A)
    assert names("turning", narrowed, "county_clerk", county) == ["满七九"]


def test_lists_of_a_decided_month_count_what_they_hold(county: County) -> None:
    deciding.decide_division(COUNTY, Month(2026, 2), known_at=NOW, today=NOW.date(), by="t")
    wanted = asked()

    for part in ("county_clerk", "clerk_b", "neighbour"):
        with scope.within(scope_for(county.cast[part])):
            for overview in queries.overviews(wanted):
                rows = [overview.kind.line(row, wanted) for row in overview.kind.find(wanted)]
                assert overview.people == len(rows)
                money = sum(heap.fen or 0 for heap in overview.heaps)
                assert money == sum(line.fen or 0 for line in rows if overview.heaps)
    assert names("not_receiving", wanted, "neighbour", county) == []
    only = replace(wanted, provision="old-age-allowance")
    assert "王秀英" in names("not_receiving", only, "clerk_a", county)


def test_a_list_is_saved_by_what_it_asks_for() -> None:
    wanted = asked(ages=(70,), ahead=2, place=TOWN_A)
    operations.save(owner="clerk_a", name="七十", kind=KINDS["turning"], asked=wanted, at=NOW)
    operations.save(owner="clerk_a", name="七十", kind=KINDS["turning"], asked=wanted, at=NOW)

    [kept] = operations.of("clerk_a")
    assert kept.asked == wanted.saved()
    assert operations.of("clerk_b") == []
    operations.forget(owner="clerk_b", number=kept.pk)
    assert len(operations.of("clerk_a")) == 1
    operations.forget(owner="clerk_a", number=kept.pk)
    assert operations.of("clerk_a") == []


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_file_holds_the_whole_list_and_no_formula(county: County, form: str) -> None:
    with scope.within(WHOLE_OFFICE):
        danger = elder("=cmd|calc", VILLAGE_A1, born=date(1946, 3, 1))
    wanted = asked()

    with scope.within(scope_for(county.cast["county_clerk"])):
        data = operations.export(KINDS["turning"], wanted, form=form, by="county_clerk")

    if form == "csv":
        rows = list(csv.reader(StringIO(data.decode("utf-8-sig"))))
        assert rows[1][0] == "'=cmd|calc"
    else:
        sheet = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0)
        rows = [[str(cell) for cell in row] for row in sheet.to_python()]
        assert "=cmd|calc" in rows[1][0]
    assert len(rows) == 2
    assert rows[1][2] == danger.identity_mask
    entry = log().get(act="export_list")
    assert entry.after is not None
    assert entry.after["lines"] == 1


def test_a_list_that_is_too_long_is_refused_and_never_cut(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scope.within(WHOLE_OFFICE):
        elder("甲", VILLAGE_A1, born=date(1946, 3, 1))
        elder("乙", VILLAGE_A1, born=date(1946, 3, 1))
    monkeypatch.setattr(operations, "MOST", 1)

    with pytest.raises(operations.TooLong), scope.within(scope_for(county.cast["county_clerk"])):
        operations.export(KINDS["turning"], asked(), form="csv", by="t")

    assert not log(act="export_list").exists()


@pytest.mark.parametrize("part", ["county_clerk", "clerk_a", "neighbour", "provider", "auditor"])
def test_every_list_opens_and_gives_nobody_outside_away(
    county: County, client_of: Callable[[User | None], Client], part: str
) -> None:
    deciding.decide_division(COUNTY, Month(2026, 2), known_at=NOW, today=NOW.date(), by="t")
    browser = client_of(county.cast[part])

    for kind in KINDS:
        for query in ("", "?form=csv", "?form=xlsx", "?ages=x&ahead=-1&place=abc&page=99"):
            answer = browser.get(f"/lists/{kind}{query}")
            assert answer.status_code == 200, (kind, query)
            if "xlsx" not in query:
                text = answer.content.decode()
                assert not [her.name for her in county.outside(*SEEN[part]) if her.name in text]
    assert browser.get("/lists/nonsense").status_code == 404


def test_a_very_long_list_is_not_counted_to_its_end(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scope.within(WHOLE_OFFICE):
        elder("甲", VILLAGE_A1, born=date(1946, 3, 1))
        elder("乙", VILLAGE_A1, born=date(1946, 3, 1))
    monkeypatch.setattr(queries, "COUNTED", 1)

    with scope.within(scope_for(county.cast["county_clerk"])):
        found = {one.kind.id: one for one in queries.overviews(asked())}

    assert (found["turning"].people, found["turning"].is_more) == (1, True)
    assert (found["assessments_due"].people, found["assessments_due"].is_more) == (0, False)
