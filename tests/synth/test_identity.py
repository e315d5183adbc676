"""Identity numbers are well made and nobody's."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from anlao import identity_numbers
from anlao.synth.identity import check_characters

if TYPE_CHECKING:
    from tests.synth.conftest import Written


def check_character(digits: str) -> str:
    """Return the check character the long way round, as GB 11643 writes it."""
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(digits))
    return "10X98765432"[total % 11]


def test_the_example_of_the_standard_is_met() -> None:
    letters = np.frombuffer(b"11010519491231002", dtype=np.uint8).reshape(1, 17)

    assert check_characters(letters).tobytes() == b"X"


def test_every_number_has_a_right_check_character_and_an_area_that_never_was(
    suichang: Written,
) -> None:
    numbers = [number for number in suichang.identity["identity_number"].to_pylist() if number]

    assert all(number[17] == check_character(number[:17]) for number in numbers)
    assert {number[:6] for number in numbers} == {"992527"}
    assert len(set(numbers)) == len(numbers)


def test_the_office_reads_every_number_as_a_test_record(suichang: Written) -> None:
    day = date(2026, 7, 1)
    numbers = [number for number in suichang.identity["identity_number"].to_pylist() if number]

    for number in numbers[::50]:
        found = identity_numbers.read(number, day=day)
        assert isinstance(found, identity_numbers.IdentityNumber)
        assert found.is_synthetic
        assert found.number == number


def test_birth_date_and_sex_agree_with_the_register(suichang: Written) -> None:
    people = suichang.people.select(["birth_date", "sex"]).to_pylist()
    numbers = suichang.identity["identity_number"].to_pylist()

    for person, number in zip(people, numbers, strict=True):
        if person["birth_date"] is None:
            assert number is None
            continue
        assert number[6:14] == person["birth_date"].strftime("%Y%m%d")
        assert int(number[16]) % 2 == (person["sex"] == "male")


def test_names_have_two_or_three_characters_and_every_row_is_marked(suichang: Written) -> None:
    assert {len(name) for name in suichang.identity["name"].to_pylist()} == {2, 3}
    assert set(suichang.identity["synthetic"].to_pylist()) == {True}
    assert suichang.identity["person_id"].equals(suichang.people["person_id"])


def test_a_household_of_two_is_a_man_and_a_woman_of_one_village(suichang: Written) -> None:
    members: dict[str, list[tuple[str, str | None]]] = {}
    for household, sex, home in zip(
        suichang.identity["household_id"].to_pylist(),
        suichang.people["sex"].to_pylist(),
        suichang.people["residence"].to_pylist(),
        strict=True,
    ):
        members.setdefault(household, []).append((sex, home))
    couples = [pair for pair in members.values() if len(pair) > 1]

    assert len(couples) > 5_000
    for pair in couples:
        assert sorted(sex for sex, _ in pair) == ["female", "male"]
        assert len({home for _, home in pair} - {None}) <= 1
