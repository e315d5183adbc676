"""The tree of divisions says what lies where and what it is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlao.places import divisions
from anlao.places.divisions import DIGITS, LEVELS, Division, UnknownDivision, significant

any_division = st.sampled_from(divisions.every())


def test_a_street_office_is_found_with_its_parent() -> None:
    found = divisions.division("331123001")

    assert found == Division("331123001", "妙高街道", "township", "331123")


@pytest.mark.parametrize(
    ("level", "count"),
    [("province", 4), ("city", 5), ("county", 22), ("township", 418), ("village", 5796)],
)
def test_every_level_is_whole(level: divisions.Level, count: int) -> None:
    assert len(divisions.every(level)) == count


@pytest.mark.parametrize(
    ("county", "townships", "villages"),
    [("331123", 20, 214), ("3306", 103, 2168), ("431225", 18, 243), ("500229", 25, 204)],
)
def test_the_five_places_have_their_townships_and_villages(
    county: str, townships: int, villages: int
) -> None:
    assert len(divisions.within(county, "township")) == townships
    assert len(divisions.within(county, "village")) == villages


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("33", "浙江省"),
        ("331123", "浙江省丽水市遂昌县"),
        ("331123001", "浙江省丽水市遂昌县妙高街道"),
        ("500229", "重庆市城口县"),
        ("360881", "江西省吉安市井冈山市"),
    ],
)
def test_a_name_path_reads_as_an_address_begins(code: str, name: str) -> None:
    assert divisions.name_path(code) == name


@given(any_division)
def test_a_code_with_zeros_behind_it_is_the_same_division(one: Division) -> None:
    assert divisions.find(one.full_code) == one
    assert significant(one.full_code) == one.code


@given(any_division)
def test_the_path_goes_down_one_level_at_a_time_and_the_last_is_a_child(one: Division) -> None:
    path = divisions.path(one.code)

    assert [step.level for step in path] == list(LEVELS[: len(path)])
    assert all(len(step.code) == DIGITS[step.level] for step in path)
    assert path[-1] == one
    if one.parent is not None:
        assert one in divisions.children(one.parent)
        assert path[:-1] == divisions.ancestors(one.code)


@given(any_division, any_division)
def test_one_lies_within_another_when_the_other_is_in_its_path(
    inner: Division, outer: Division
) -> None:
    assert divisions.lies_within(inner.code, outer.code) == (outer in divisions.path(inner.code))


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("331123100", "331123100"),  # the first town keeps its zeros
        ("331123000", "331123"),
        ("331123100200", "331123100200"),
        ("331123100000", "331123100"),
        ("330000000000", "33"),
        ("33", "33"),
        (" 330600 ", "3306"),
        ("", ""),
    ],
)
def test_only_whole_levels_of_zeros_are_taken_away(code: str, prefix: str) -> None:
    assert significant(code) == prefix


def test_an_unlisted_code_is_none_or_refused_with_the_code() -> None:
    assert divisions.find("110105") is None
    with pytest.raises(UnknownDivision, match="'110105'") as refused:
        divisions.children("110105")
    assert refused.value.code == "110105"


def test_a_village_has_no_children() -> None:
    assert divisions.children(divisions.every("village")[0].code) == ()


def test_a_search_puts_whole_names_before_beginnings_before_the_rest() -> None:
    found = divisions.search("新昌", limit=200)

    names = [one.name for one in found]
    assert names[0] == "新昌县"
    starts = [name.startswith("新昌") for name in names]
    assert starts == sorted(starts, reverse=True)


def test_a_search_may_name_what_lies_above_and_may_be_kept_to_a_place() -> None:
    assert [one.code for one in divisions.search("遂昌 妙高")] == ["331123001"]
    assert divisions.search("妙高", under="3306") == ()
    assert {one.level for one in divisions.search("城", level="county")} == {"county"}


def test_a_search_by_digits_means_the_beginning_of_a_code() -> None:
    assert divisions.search("331123")[0].name == "遂昌县"


@pytest.mark.parametrize("text", ["", "  ", "没有这个地方"])
def test_a_search_for_nothing_finds_nothing(text: str) -> None:
    assert divisions.search(text) == ()
