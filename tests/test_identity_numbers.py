"""Identity numbers are read with patience, and refused only for what cannot be."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlao import identity_numbers
from anlao.faults import Fault
from anlao.identity_numbers import IdentityNumber, check_character, eighteen

TODAY = date(2026, 7, 1)
EXAMPLE = "11010519491231002X"  # the one GB 11643-1999 itself gives


def number(*, area: str = "332527", birth: str = "19260108", sequence: str = "002") -> str:
    seventeen = area + birth + sequence
    return seventeen + check_character(seventeen)


def read(text: str, *, day: date = TODAY) -> IdentityNumber:
    found = identity_numbers.read(text, day=day)
    assert isinstance(found, IdentityNumber), found
    return found


def fault(text: str, *, day: date = TODAY) -> Fault:
    found = identity_numbers.read(text, day=day)
    assert isinstance(found, Fault), found
    return found


def notes(found: IdentityNumber) -> list[str]:
    return [note.code.removeprefix("identity_number.") for note in found.notes]


births = st.dates(min_value=date(1880, 1, 1), max_value=TODAY).map(lambda day: f"{day:%Y%m%d}")
sequences = st.integers(min_value=1, max_value=999).map(lambda place: f"{place:03d}")
numbers = st.builds(
    number, area=st.sampled_from(["332527", "331123", "110105"]), birth=births, sequence=sequences
)


def test_the_example_of_the_standard_is_read() -> None:
    found = read(EXAMPLE)

    assert found.number == EXAMPLE
    assert found.birth_date == date(1949, 12, 31)
    assert (found.sex, found.sequence, found.was_fifteen) == ("female", 2, False)


@pytest.mark.parametrize(("sequence", "sex"), [("001", "male"), ("002", "female")])
def test_an_odd_sequence_is_a_man_and_an_even_one_a_woman(sequence: str, sex: str) -> None:
    assert read(number(sequence=sequence)).sex == sex


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        "１１０１０５１９４９１２３１００２ｘ",
        "  110105 19491231 002X\n",
        "110105-19491231-002X",
        "\u3000110105－19491231–002X\u00a0",
        "\ufeff110105194912\u200b31002X",
    ],
)
def test_width_case_blanks_and_dashes_are_no_faults(text: str) -> None:
    assert read(text).number == EXAMPLE


@given(numbers, st.integers(min_value=0, max_value=17), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_noticed(right: str, place: int, digit: str) -> None:
    wrong = right[:place] + digit + right[place + 1 :]

    if wrong != right:
        assert isinstance(identity_numbers.read(wrong, day=TODAY), Fault)


@given(numbers, st.integers(min_value=0, max_value=16))
def test_two_neighbours_that_changed_places_are_always_noticed(right: str, place: int) -> None:
    wrong = right[:place] + right[place + 1] + right[place] + right[place + 2 :]

    if wrong != right:
        assert isinstance(identity_numbers.read(wrong, day=TODAY), Fault)


@given(numbers)
def test_what_was_read_reads_the_same_again(text: str) -> None:
    found = read(text)

    assert read(found.number) == found
    assert found.number == text


@given(st.text())
def test_any_text_is_a_number_or_a_fault_in_both_languages(text: str) -> None:
    found = identity_numbers.read(text, day=TODAY)

    if isinstance(found, Fault):
        assert found.code.startswith("identity_number.")
        assert found.zh
        assert found.en


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" - ", "empty"),
        (EXAMPLE[:17], "length"),
        (EXAMPLE[:17] + "2X", "length"),
        (EXAMPLE[:17] + "23", "length"),
        ("11010549123100", "length"),
        ("1101054912310021", "length"),
        ("1101051949123100OX", "character"),
        ("X1010519491231002X", "character"),
        ("11010549123100X", "character"),
        ("110105①9491231002X", "character"),
        ("11010519491231002Y", "character"),
        ("110105194912310021", "check_character"),
        (number(birth="19490229"), "birth_date"),
        (number(birth="19491301"), "birth_date"),
        (number(birth="19490100"), "birth_date"),
        (number(birth="00000101"), "birth_date"),
    ],
)
def test_what_cannot_be_a_number_is_a_fault(text: str, code: str) -> None:
    assert fault(text).code == f"identity_number.{code}"


def test_a_fault_says_what_where_and_what_to_do_and_not_what_would_fit() -> None:
    letter = fault("1101051949123100OX")
    wrong = fault("110105194912310021")

    assert letter.text("zh") == "身份证号第17位是“O”。只能填数字，X只能在第18位。请按证件更正。"
    assert letter.text("en").startswith("Character 17 of the identity number is “O”.")
    assert "X" not in wrong.zh + wrong.en


def test_a_leap_day_is_a_birth_date() -> None:
    assert read(number(birth="19480229")).birth_date == date(1948, 2, 29)


def test_a_birth_today_is_read_and_one_tomorrow_is_not() -> None:
    text = number(birth="20260701")

    assert read(text, day=date(2026, 7, 1)).birth_date == date(2026, 7, 1)
    assert fault(text, day=date(2026, 6, 30)).code == "identity_number.birth_in_future"


def test_a_birth_a_hundred_and_fifty_years_ago_is_read_and_one_earlier_is_not() -> None:
    assert read(number(birth="18760101")).birth_date.year == 1876
    assert fault(number(birth="18751231")).code == "identity_number.birth_too_early"


def test_a_number_of_fifteen_is_brought_to_eighteen_and_noted() -> None:
    found = read("110105491231002")

    assert found.number == EXAMPLE
    assert found.was_fifteen
    assert "was_fifteen" in notes(found)


@pytest.mark.parametrize(
    ("sequence", "year"), [("995", 1987), ("996", 1887), ("999", 1887), ("000", 1987)]
)
def test_the_last_four_sequences_of_fifteen_were_kept_for_centenarians(
    sequence: str, year: int
) -> None:
    assert read("332527870108" + sequence).birth_date.year == year


def test_a_sequence_of_a_centenarian_means_nothing_in_eighteen() -> None:
    assert read(number(birth="19870108", sequence="996")).birth_date.year == 1987


def test_a_date_that_only_the_other_century_has_is_impossible() -> None:
    # 1900 was no leap year and no century but 19 is meant
    assert fault("332527000229001").code == "identity_number.birth_date"


def test_fifteen_and_eighteen_agree_for_those_born_after_1900() -> None:
    assert eighteen("332527260108002") == number()


def test_an_old_area_is_historic_with_its_years_and_its_successor() -> None:
    found = read(number(area="332527"))

    assert found.area.status == "historic"
    assert found.area.name == "浙江省丽水地区遂昌县"
    assert (found.area.from_year, found.area.until_year) == (1981, 2000)
    assert found.area.successors == ("331123",)
    assert notes(found) == []


@pytest.mark.parametrize(
    ("area", "name"),
    [
        ("331123", "浙江省丽水市遂昌县"),
        ("500229", "重庆市城口县"),
        ("360802", "江西省吉安市吉州区"),
    ],
)
def test_a_present_area_is_current(area: str, name: str) -> None:
    found = read(number(area=area))

    assert (found.area.status, found.area.name, found.area.until_year) == ("current", name, None)
    assert notes(found) == []


def test_an_area_outside_the_lists_is_noted_and_not_refused() -> None:
    found = read(EXAMPLE)

    assert (found.area.status, found.area.is_plausible) == ("unknown", None)
    assert notes(found) == ["area_unknown"]


def test_an_area_of_synthetic_people_is_marked() -> None:
    found = read(number(area="992527"))

    assert found.is_synthetic
    assert notes(found) == ["area_synthetic"]


@pytest.mark.parametrize(("birth", "plausible"), [("20001231", True), ("20010101", False)])
def test_nobody_born_after_a_code_ended_was_numbered_under_it(birth: str, plausible: bool) -> None:
    found = read(number(area="332527", birth=birth))

    assert found.area.is_plausible is plausible
    assert notes(found) == ([] if plausible else ["area_implausible"])


@pytest.mark.parametrize(("area", "plausible"), [("362433", True), ("332323", False)])
def test_no_code_that_ended_before_numbers_began_is_plausible(area: str, plausible: bool) -> None:
    # 362433 ended in 1984, the first year of numbers; 332323 in 1983
    assert read(number(area=area)).area.is_plausible is plausible


@pytest.mark.parametrize(
    ("area", "plausible"), [("332527", True), ("431225", True), ("331123", False)]
)
def test_numbers_of_fifteen_were_given_under_codes_of_the_century(
    area: str, plausible: bool
) -> None:
    assert read(f"{area}260108002").area.is_plausible is plausible


def test_a_number_keeps_itself_out_of_what_is_printed() -> None:
    found = read(number())

    assert str(found) == found.masked == "332527********" + number()[-4:]
    assert number() not in repr(found)
    assert "1926" not in repr(found)


@given(numbers, st.integers(min_value=0, max_value=3650))
def test_a_number_once_read_stays_readable(text: str, days: int) -> None:
    assert read(text, day=TODAY + timedelta(days=min(days, 1000))).number == text
