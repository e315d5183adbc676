"""The database shows of the log what concerns the places and the files that a pass allows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from tests.office.county import (
    COUNTY,
    NEIGHBOUR,
    TOWN_A,
    TOWN_B,
    VILLAGE_A1,
    VILLAGE_A2,
    VILLAGE_B,
    VILLAGE_N,
    County,
    everywhere,
    scope_for,
)
from tests.office.log import chain_is_whole, log
from tests.office.subjects.registers import caregiver

from anlao.office.benefits.subjects import REGISTERS
from anlao.office.organisations import operations as accounts
from anlao.office.registry import files, operations, search
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import Ground
from anlao.office.shared import audit, scope
from anlao.office.shared.audit import Act
from anlao.office.shared.scope import NOTHING, WHOLE_OFFICE, Own, Scope

pytestmark = pytest.mark.usefixtures("db")
PLACES = (COUNTY, TOWN_A, VILLAGE_A1, TOWN_B, NEIGHBOUR)


def shown(act: str) -> set[str]:
    """Return what raw SQL finds under the pass that is shown now: divisions and subjects."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT division || subject FROM shared_auditentry WHERE act = %s", [act])
        return {text for (text,) in cursor.fetchall()}


def noted(act: str, *, by: str = "t", **more: Any) -> None:
    audit.record(Act(act, **more), by=by)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (Scope((TOWN_A,)), {TOWN_A, VILLAGE_A1, ""}),
        (Scope((VILLAGE_A2, TOWN_B)), {TOWN_B, ""}),
        (Scope((COUNTY,)), {COUNTY, TOWN_A, VILLAGE_A1, TOWN_B, ""}),
        (Scope((NEIGHBOUR,)), {NEIGHBOUR, ""}),
        (WHOLE_OFFICE, {*PLACES, ""}),
        (Scope((), (1, 2)), set()),
        (NOTHING, set()),
    ],
    ids=lambda value: "+".join((*value.divisions, "…")) if isinstance(value, Scope) else "",
)
def test_raw_sql_reads_what_concerns_the_divisions_of_the_pass(
    who: Scope, expected: set[str]
) -> None:
    for place in (*PLACES, ""):
        noted("seen", division=place)

    scope.enter(who)

    assert shown("seen") == expected


def test_without_a_pass_nothing_is_read_and_everything_is_written() -> None:
    noted("first")
    noted("second")

    assert shown("first") == shown("second") == set()
    assert log(act__in=("first", "second")).count() == 2
    assert chain_is_whole()


@pytest.mark.parametrize(("who", "key"), [("assessor", "a2"), ("provider", "b1")])
def test_a_body_reads_the_log_of_those_on_its_list_and_no_other(
    county: County, who: str, key: str
) -> None:
    for elder in county.elders.values():
        noted("seen", subject=f"elder:{elder.pk}", division=elder.division_code)
    her = county.elders[key]

    scope.enter(Scope((), (county.cast[who].organisation_id,)))

    assert shown("seen") == {f"{her.division_code}elder:{her.pk}"}


def test_the_log_of_a_file_goes_with_the_file(county: County) -> None:
    her = county.elders["a1"]
    noted("seen", subject=f"elder:{her.pk}", division=VILLAGE_A1)
    with everywhere():
        operations.record(
            elder=Elder.objects.get(pk=her.pk),
            facts={"hukou": VILLAGE_B},
            start=date(2026, 3, 1),
            ground=Ground("户口本"),
            by="t",
            at=datetime(2026, 3, 2, tzinfo=UTC),
        )

    scope.enter(Scope((TOWN_B,)))

    assert shown("seen") == {f"{VILLAGE_A1}elder:{her.pk}"}


def test_the_log_of_a_file_in_a_register_goes_with_the_file() -> None:
    with everywhere():
        her = caregiver(place=VILLAGE_A1)
        type(her).objects.filter(pk=her.pk).update(division_code=VILLAGE_B)

    for town, expected in ((TOWN_B, {f"{VILLAGE_A1}caregiver:{her.pk}"}), (NEIGHBOUR, set())):
        scope.enter(Scope((town,)))
        assert shown("open_register_file") == expected


@pytest.mark.parametrize("kind", sorted(REGISTERS))
def test_every_register_shows_the_log_of_its_files(kind: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_policies WHERE tablename = 'shared_auditentry'"
            " AND policyname = %s AND cmd = 'SELECT'",
            [f"by_{kind}"],
        )
        assert cursor.fetchone()[0] == 1


def test_an_elder_reads_what_was_done_to_her_file_and_nothing_else(county: County) -> None:
    for key in ("a1", "a2"):
        her = county.elders[key]
        noted("seen", subject=f"elder:{her.pk}", division=her.division_code)
    noted("seen", division="")

    scope.enter_own(Own(county.elders["a1"].pk, 1))

    assert shown("seen") == {f"{VILLAGE_A1}elder:{county.elders['a1'].pk}"}
    scope.leave_own()
    assert shown("seen") == set()


@pytest.mark.parametrize(
    "subject", ["elder:", "elder:x", "elder:1;", f"elder:{'9' * 40}", "caregiver:-1", "elders:1"]
)
def test_a_subject_that_names_no_file_is_no_error(subject: str) -> None:
    noted("seen", subject=subject, division=NEIGHBOUR)

    scope.enter(Scope((TOWN_A,)))

    assert shown("seen") == set()


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (Scope((VILLAGE_A1,)), VILLAGE_A1),
        (Scope((VILLAGE_A1, VILLAGE_A2)), TOWN_A),
        (Scope((TOWN_A, TOWN_B)), COUNTY),
        (Scope((COUNTY, "331124")), "3311"),
        (Scope((COUNTY, NEIGHBOUR)), "33"),
        (Scope((COUNTY, "360802")), ""),
        (WHOLE_OFFICE, ""),
        (Scope((), (1,)), ""),
        (NOTHING, ""),
    ],
)
def test_an_act_that_names_no_place_belongs_to_the_place_of_whoever_acts(
    who: Scope, expected: str
) -> None:
    with scope.within(who):
        noted("seen")
        noted("elsewhere", division=VILLAGE_N)

    assert [entry.division for entry in log(act="seen")] == [expected]
    assert [entry.division for entry in log(act="elsewhere")] == [VILLAGE_N]


def test_the_words_of_a_search_are_not_read_next_door(county: County) -> None:
    mine = scope_for(county.cast["clerk_a"])
    with scope.within(mine):
        search.find("王秀英", scope=mine, today=date(2026, 1, 1), by="clerk_a", purpose="counter")

    for where, expected in ((COUNTY, {TOWN_A}), (TOWN_B, set()), (NEIGHBOUR, set())):
        scope.enter(Scope((where,)))
        assert shown("search_elders") == expected


def test_what_is_done_to_an_account_is_not_read_in_another_county(county: County) -> None:
    accounts.reset_password(county.cast["clerk_a"], "another sentence", by="administrator")

    for where, expected in ((COUNTY, {f"{TOWN_A}user:clerk_a"}), (NEIGHBOUR, set())):
        scope.enter(Scope((where,)))
        assert shown("reset_password") == expected


def test_a_check_of_the_chain_sees_it_all_and_shows_no_more_than_before() -> None:
    for place in PLACES:
        noted("seen", division=place)
    everything = log().count()
    scope.enter(Scope((NEIGHBOUR,)))

    found = audit.verify()

    assert (found.entries, found.broken) == (everything, ())
    assert shown("seen") == {NEIGHBOUR}


def test_her_own_page_lists_each_read(county: County) -> None:
    her = county.elders["a2"]
    with scope.within(scope_for(county.cast["clerk_a"])):
        files.read_history(her, by="clerk_a", purpose="counter")

    scope.enter_own(Own(her.pk, 1))

    assert [entry.who for entry in files.reads(her)] == ["clerk_a"]
    scope.leave_own()
