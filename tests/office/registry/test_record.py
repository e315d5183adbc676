"""What is recorded holds for its days; what was known before stays to be read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlao.office.registry import operations, queries
from anlao.office.registry.models import (
    CareStatus,
    DisabilityStatus,
    Elder,
    HardshipStatus,
    LivingStatus,
)
from anlao.office.registry.operations import Ground, NothingToRecord, SpanRefused, record
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from tests.office.county import VILLAGE_A1, County, elder, everywhere
from tests.office.log import log

pytestmark = pytest.mark.usefixtures("db")
JUNE, JULY, AUGUST = date(2024, 6, 1), date(2024, 7, 1), date(2024, 8, 1)
DAY = timedelta(days=1)


def at(hour: int) -> datetime:
    return datetime(2024, 9, 1, tzinfo=UTC) + timedelta(hours=hour)


@pytest.fixture
def her(db: None) -> Elder:
    """Somebody of whom only birth and registration are known."""
    del db
    made = elder("周小妹", VILLAGE_A1)
    scope.enter(WHOLE_OFFICE)
    return made


def put(her: Elder, start: date, until: date | None = None, *, hour: int, **facts: Any) -> Any:
    return record(
        elder=her,
        facts=facts,
        start=start,
        until=until,
        ground=Ground(f"第{hour}次"),
        by="clerk",
        at=at(hour),
    )


def known(her: Elder, day: date, name: str, *, hour: int = 1000) -> Any:
    return queries.facts_on(her, day, known_at=at(hour)).get(name)


def test_before_its_first_day_nothing_and_from_then_on_the_value(her: Elder) -> None:
    put(her, JUNE, hour=1, economic_status="dibao")

    assert known(her, JUNE - DAY, "economic_status") is None
    assert known(her, JUNE, "economic_status") == "dibao"
    assert known(her, date(2099, 1, 1), "economic_status") == "dibao"


def test_a_span_ends_the_day_before_its_end(her: Elder) -> None:
    put(her, JUNE, JULY, hour=1, lives_alone=True)

    assert known(her, JULY - DAY, "lives_alone") is True
    assert known(her, JULY, "lives_alone") is None


def test_a_span_inside_another_splits_it_in_three(her: Elder) -> None:
    put(her, JUNE, hour=1, economic_status="dibao")
    put(her, JULY, AUGUST, hour=2, economic_status="tekun")

    days = [JUNE, JULY - DAY, JULY, AUGUST - DAY, AUGUST]
    assert [known(her, day, "economic_status") for day in days] == [
        "dibao", "dibao", "tekun", "tekun", "dibao",
    ]  # fmt: skip
    rows = HardshipStatus.objects.filter(elder=her, known__upper_inf=True).order_by("valid")
    assert [row.evidence for row in rows] == ["第1次", "第2次", "第1次"]


def test_gaps_inside_a_span_are_filled(her: Elder) -> None:
    put(her, JUNE, JUNE + 5 * DAY, hour=1, economic_status="dibao")
    put(her, JULY, JULY + 5 * DAY, hour=2, economic_status="tekun")
    put(her, JUNE - DAY, AUGUST, hour=3, can_work=False)

    days = [JUNE - DAY, JUNE, JUNE + 5 * DAY, JULY, JULY + 5 * DAY, AUGUST - DAY]
    assert [known(her, day, "can_work") for day in days] == [False] * 6
    assert [known(her, day, "economic_status") for day in days] == [
        None, "dibao", None, "tekun", None, None,
    ]  # fmt: skip
    assert known(her, AUGUST, "can_work") is None


def test_one_recording_reaches_several_kinds(her: Elder) -> None:
    made = put(her, JUNE, hour=1, economic_status="dibao", care_setting="home", lives_alone=True)

    assert {type(row) for row in made} == {HardshipStatus, CareStatus, LivingStatus}
    acts = log(subject=f"elder:{her.pk}", who="clerk")
    assert [entry.act for entry in acts] == ["record_facts"] * 3


def test_other_facts_of_the_same_kind_stay(her: Elder) -> None:
    put(her, JUNE, hour=1, economic_status="dibao", can_work=False)
    put(her, JULY, hour=2, economic_status="tekun")

    assert known(her, JULY, "can_work") is False


def test_a_correction_supersedes_and_what_was_known_stays_readable(her: Elder) -> None:
    put(her, JUNE, hour=1, economic_status="dibao")
    put(her, JUNE, hour=5, economic_status="ordinary")

    assert known(her, JUNE, "economic_status", hour=0) is None
    assert known(her, JUNE, "economic_status", hour=1) == "dibao"
    assert known(her, JUNE, "economic_status", hour=4) == "dibao"
    assert known(her, JUNE, "economic_status", hour=5) == "ordinary"


def test_unknown_takes_back_what_was_known(her: Elder) -> None:
    put(her, JUNE, hour=1, economic_status="dibao", can_work=True)
    put(her, JUNE, hour=2, economic_status=None, can_work=None)

    assert known(her, JUNE, "economic_status") is None
    assert known(her, JUNE, "can_work") is None


def test_nothing_new_is_refused_and_leaves_nothing(her: Elder) -> None:
    put(her, JUNE, hour=1, economic_status="dibao")
    acts, rows = log().count(), HardshipStatus.objects.count()

    with pytest.raises(NothingToRecord, match="economic_status"):
        put(her, JULY, AUGUST, hour=2, economic_status="dibao")

    assert (log().count(), HardshipStatus.objects.count()) == (acts, rows)


@pytest.mark.parametrize("until", [JUNE, JUNE - DAY])
def test_a_span_that_ends_before_it_begins_is_refused(her: Elder, until: date) -> None:
    with pytest.raises(SpanRefused):
        put(her, JUNE, until, hour=1, lives_alone=True)


def test_a_name_that_is_no_fact_is_refused(her: Elder) -> None:
    with pytest.raises(KeyError):
        put(her, JUNE, hour=1, hair="grey")


def test_two_recordings_of_one_instant_are_both_kept(her: Elder) -> None:
    put(her, JUNE, hour=1, economic_status="dibao")
    put(her, JUNE, hour=1, economic_status="tekun")

    assert known(her, JUNE, "economic_status") == "tekun"
    words = [entry.row.facts().get("economic_status") for entry in queries.history(her)]
    assert words[:2] == ["tekun", "dibao"]
    assert not HardshipStatus.objects.filter(elder=her, known__isempty=True).exists()


def test_a_clock_that_was_put_back_loses_nothing(her: Elder) -> None:
    put(her, JUNE, hour=9, economic_status="dibao")
    put(her, JUNE, hour=3, economic_status="tekun")

    assert known(her, JUNE, "economic_status", hour=9) == "dibao"
    assert known(her, JUNE, "economic_status", hour=10) == "tekun"


def test_the_audit_says_before_and_after(her: Elder) -> None:
    put(her, JUNE, hour=1, economic_status="dibao")
    put(her, JULY, hour=2, economic_status="tekun")

    entry = log().order_by("-number").first()
    assert entry is not None
    assert (entry.who, entry.purpose, entry.division) == ("clerk", "第2次", VILLAGE_A1)
    assert entry.before == {
        "rows": [{"economic_status": "dibao", "from": "2024-06-01", "until": None}]
    }
    assert entry.after == {
        "values": {"economic_status": "tekun"}, "from": "2024-07-01", "until": None,
    }  # fmt: skip


# words for lists


def test_a_death_shows_on_the_file(her: Elder) -> None:
    put(her, JUNE, hour=1, death_date=JUNE)

    found = Elder.objects.get(pk=her.pk)
    assert (found.death_date, found.state) == (JUNE, "deceased")


def test_a_death_taken_back_shows_on_the_file(her: Elder) -> None:
    put(her, JUNE, hour=1, death_date=JUNE)
    put(her, JUNE, hour=2, death_date=None)

    found = Elder.objects.get(pk=her.pk)
    assert (found.death_date, found.state) == (None, "living")


def test_a_death_of_this_morning_shows_on_the_file_at_once(her: Elder) -> None:
    morning = datetime(2024, 9, 1, 17, 30, tzinfo=UTC)  # half past one on the second, in the office
    record(
        elder=her,
        facts={"death_date": date(2024, 9, 2)},
        start=date(2024, 9, 2),
        ground=Ground("死亡证明"),
        by="clerk",
        at=morning,
    )

    assert Elder.objects.get(pk=her.pk).state == "deceased"


# what the database itself refuses


def raw(query: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query, values)


@pytest.mark.parametrize(
    "change",
    [
        "economic_status = 'ordinary'",
        "valid = '[2024-01-01,)'",
        "evidence = 'another'",
        "recorded_by = 'somebody'",
        "known = tstzrange('2020-01-01', NULL)",
        "elder_id = elder_id + 1",
    ],
)
def test_a_status_is_never_changed(her: Elder, change: str) -> None:
    put(her, JUNE, hour=1, economic_status="dibao")

    with pytest.raises(DatabaseError, match="never changed"):
        raw(f"UPDATE registry_hardshipstatus SET {change} WHERE elder_id = %s", her.pk)


def test_what_is_known_no_more_is_not_reopened(her: Elder) -> None:
    put(her, JUNE, hour=1, economic_status="dibao")
    put(her, JUNE, hour=2, economic_status="tekun")

    with pytest.raises(DatabaseError, match="never changed"):
        raw(
            "UPDATE registry_hardshipstatus SET known = tstzrange(lower(known), NULL) "
            "WHERE elder_id = %s AND NOT upper_inf(known)",
            her.pk,
        )


@pytest.mark.parametrize(
    ("start", "until", "fits"),
    [
        (JUNE - 9 * DAY, JUNE, True),
        (JUNE - 9 * DAY, JUNE + DAY, False),
        (JULY - DAY, None, False),
        (JULY, None, True),
    ],
)
def test_spans_known_at_once_never_overlap(
    her: Elder, start: date, until: date | None, fits: bool
) -> None:
    put(her, JUNE, JULY, hour=1, lives_alone=True)
    other = LivingStatus(
        elder=her, valid=(start, until), known=(at(1), None), recorded_by="x", lives_alone=False
    )

    if fits:
        other.save()
        return
    with pytest.raises(IntegrityError, match="living_one_a_day"), transaction.atomic():
        other.save()


def test_no_disability_has_no_grade(her: Elder) -> None:
    put(her, JUNE, hour=1, disability_type="visual", disability_grade=2)

    with pytest.raises(operations.Contradiction), transaction.atomic():
        put(her, JULY, hour=2, disability_type="none")

    put(her, JULY, hour=3, disability_type="none", disability_grade=None)
    row = DisabilityStatus.objects.get(elder=her, known__upper_inf=True, valid__contains=JULY)
    assert (row.disability_type, row.disability_grade) == ("none", None)


# any sequence of recordings

FIRST = date(2024, 1, 1)
moments = st.integers(0, 12)
recordings = st.lists(
    st.tuples(
        st.sampled_from(["economic_status", "can_work", "lives_alone"]),
        moments,
        st.one_of(st.none(), st.integers(1, 8)),
        st.integers(0, 2),
        st.integers(0, 1),
    ),
    min_size=1,
    max_size=6,
)
KINDS: tuple[type[Any], ...] = (HardshipStatus, LivingStatus)
VALUES: dict[str, list[Any]] = {
    "economic_status": [None, "dibao", "tekun"],
    "can_work": [None, True, False],
    "lives_alone": [None, True, False],
}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(recordings)
def test_every_day_has_the_value_of_the_latest_recording_that_covers_it(
    county: County, given_: list[tuple[str, int, int | None, int, int]]
) -> None:
    del county
    with transaction.atomic():
        her = elder("任何人", VILLAGE_A1)
        moment = 0
        expected: dict[str, dict[int, Any]] = {name: {} for name in VALUES}
        snapshots: dict[int, dict[str, dict[int, Any]]] = {}
        with everywhere():
            for name, start, length, which, later in given_:
                value, moment = VALUES[name][which], moment + later
                until = None if length is None else start + length
                try:
                    record(
                        elder=her,
                        facts={name: value},
                        start=FIRST + start * DAY,
                        until=None if until is None else FIRST + until * DAY,
                        ground=Ground("依据"),
                        by="clerk",
                        at=at(moment),
                    )
                except NothingToRecord:
                    assert all(expected[name].get(d) == value for d in range(start, until or 30))
                for day in range(start, until or 30):
                    expected[name][day] = value
                snapshots[moment] = {one: dict(days) for one, days in expected.items()}
            rows: dict[type[Any], list[Any]] = {
                kind: list(kind.objects.filter(elder=her)) for kind in KINDS
            }
            for known_moment, days_by_name in snapshots.items():
                instant = at(known_moment) + timedelta(seconds=1)
                for name, days in days_by_name.items():
                    held = [row for row in rows[operations.kind_of(name)] if instant in row.known]
                    for day in range(22):
                        on_day = [row for row in held if FIRST + day * DAY in row.valid]
                        assert len(on_day) <= 1
                        found = getattr(on_day[0], name) if on_day else None
                        assert (found or None if found == "" else found) == days.get(day)
            for kind in KINDS:
                assert_no_two(kind, her)
        transaction.set_rollback(True)


def assert_no_two(kind: type[Any], her: Elder) -> None:
    rows = list(kind.objects.filter(elder=her))
    for row in rows:
        assert not row.valid.isempty
        assert not row.known.isempty
    with connection.cursor() as cursor:
        table = kind._meta.db_table
        cursor.execute(
            f"SELECT count(*) FROM {table} a JOIN {table} b ON a.elder_id = b.elder_id "
            "AND a.id < b.id AND a.valid && b.valid AND a.known && b.known WHERE a.elder_id = %s",
            [her.pk],
        )
        assert cursor.fetchone() == (0,)


def test_now_is_known_by_now(her: Elder) -> None:
    record(
        elder=her,
        facts={"lives_alone": True},
        start=timezone.localdate(),
        ground=Ground("走访"),
        by="clerk",
        at=timezone.now(),
    )

    found = queries.facts_on(her, timezone.localdate(), known_at=timezone.now())
    assert found["lives_alone"] is True
