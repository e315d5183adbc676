"""Codes that ended are remembered with their years and with what came after."""

from __future__ import annotations

import pytest

from anlao.places import divisions, historic


def test_an_ended_code_tells_its_years_and_successors() -> None:
    code = historic.find("332527")

    assert code is not None
    assert (code.name, code.level, code.from_year, code.until_year) == (
        "遂昌县",
        "county",
        1981,
        2000,
    )
    assert code.successors == ("331123",)
    assert historic.Succession("332528", part_in=1982) in code.successions


@pytest.mark.parametrize(
    ("year", "in_force"), [(1980, False), (1981, True), (1999, True), (2000, False)]
)
def test_a_code_is_in_force_from_its_first_year_until_before_its_last(
    year: int, in_force: bool
) -> None:
    code = historic.find("332527")

    assert code is not None
    assert code.in_force(year) == in_force


@pytest.mark.parametrize(
    ("code", "present"),
    [
        ("331123", ("331123",)),
        ("330621", ("330602", "330603")),
        ("332324", ("330681",)),  # by way of 330625 and 339011
        ("512229", ("500229",)),
        ("362431", ("360321",)),  # went to a prefecture outside the list
        ("362400", ()),
        ("110105", ()),
    ],
)
def test_a_code_leads_to_what_its_area_is_today(code: str, present: tuple[str, ...]) -> None:
    assert historic.present_codes(code) == present


def test_every_county_of_the_division_lists_is_in_force() -> None:
    listed = {county.code for county in divisions.every("county")}
    in_force = {code.code for code in historic.every() if code.until_year is None}

    assert listed <= in_force


def test_every_code_that_ended_in_a_county_leads_on() -> None:
    ended = [one for one in historic.every() if one.level == "county" and one.until_year]

    assert ended
    assert all(historic.present_codes(one.code) for one in ended)
