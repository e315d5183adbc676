"""The population follows the census."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from anlao.synth import DivisionWithoutCensus, UnknownFileKind, plan, synthesise, write_population
from anlao.synth.census import available
from anlao.synth.crowd import completed_years

if TYPE_CHECKING:
    from tests.synth.conftest import Written

AS_OF = date(2023, 10, 1)

# From the census, men and women by five-year group; typed in, so that a wrong reader is caught.
SUICHANG = {
    "male": {60: 7864, 65: 7458, 70: 4857, 75: 2595, 80: 2413, 85: 2070},
    "female": {60: 7267, 65: 7277, 70: 4454, 75: 2229, 80: 2372, 85: 2195},
}


def ages(people: Any, *, sex: str | None = None) -> list[int]:
    """Return completed years on the shared day of those whose birth date is known."""
    today = AS_OF.year * 10_000 + AS_OF.month * 100 + AS_OF.day
    return [
        (today - (born.year * 10_000 + born.month * 100 + born.day)) // 10_000
        for born, of_sex in zip(
            people["birth_date"].to_pylist(), people["sex"].to_pylist(), strict=True
        )
        if born is not None and sex in (None, of_sex)
    ]


def test_sixty_and_eighty_plus_are_within_one_percent_of_the_census(suichang: Written) -> None:
    known = ages(suichang.people)

    assert suichang.people.num_rows == 53_051
    assert len(known) == pytest.approx(53_051, rel=0.01)
    assert min(known) == 60
    assert sum(age >= 80 for age in known) == pytest.approx(9_050, rel=0.01)


@pytest.mark.parametrize("sex", ["male", "female"])
def test_five_year_groups_meet_the_census_but_for_unknown_birth_dates(
    suichang: Written, sex: str
) -> None:
    groups = Counter(min(age // 5 * 5, 85) for age in ages(suichang.people, sex=sex))

    for first, counted in SUICHANG[sex].items():
        assert counted * 0.99 <= groups[first] <= counted


def test_five_year_groups_are_exact_before_anything_is_forgotten() -> None:
    planned = plan.make(division="331123", elders=53_051, as_of=AS_OF, rng=np.random.default_rng(0))
    age = completed_years(planned.birth, AS_OF)

    for index, sex in enumerate(("male", "female")):
        groups = Counter(np.minimum(age[planned.sex == index] // 5 * 5, 85).tolist())
        assert groups == SUICHANG[sex]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("division", "elders", "eighty"), [("3306", 1_190_931, 156_066), ("3608", 794_967, 110_647)]
)
def test_a_whole_city_meets_its_census_too(
    tmp_path: Path, division: str, elders: int, eighty: int
) -> None:
    output = tmp_path / "people.parquet"
    write_population(division=division, elders=elders, seed=1, as_of=AS_OF, output=output)

    born = pq.read_table(output, columns=["birth_date"])["birth_date"]
    by_eighty = pc.sum(pc.less_equal(born, date(1943, 10, 1))).as_py()
    assert len(born) == elders
    assert by_eighty == pytest.approx(eighty, rel=0.01)


def test_births_dip_in_the_famine_years_and_jump_after(suichang: Written) -> None:
    born = Counter(day.year for day in suichang.people["birth_date"].to_pylist() if day)

    assert born[1961] < 0.75 * born[1958]
    assert born[1962] > 1.5 * born[1961]


def test_the_oldest_reach_a_hundred_but_not_a_hundred_and_ten(suichang: Written) -> None:
    oldest = [age for age in ages(suichang.people) if age >= 100]

    assert 20 <= len(oldest) <= 60
    assert max(oldest) < 110


def test_every_township_has_elders_and_nearly_all_live_in_the_county(suichang: Written) -> None:
    residence = suichang.people["residence"].to_pylist()
    here = [code for code in residence if code is not None and code.startswith("331123")]

    assert len({code[:9] for code in here}) == 20
    assert len(here) == pytest.approx(53_051, rel=0.01)


@pytest.mark.parametrize("division", ["3306", "330600", "431225", "500229", "3608"])
def test_a_small_population_keeps_the_shape_of_its_division(division: str) -> None:
    people = synthesise(division=division, elders=5_000, seed=4, as_of=AS_OF)

    prefix = division.removesuffix("00")
    homes = [code for code in people["residence"].to_pylist() if code is not None]
    assert people.num_rows == 5_000
    assert sum(code.startswith(prefix) for code in homes) > 4_900
    assert len({code[:6] for code in homes if code.startswith(prefix)}) == len(
        [code for code in available() if len(code) == 6 and code.startswith(prefix)]
    )


def test_the_same_arguments_give_the_same_people() -> None:
    first = synthesise(division="431225", elders=3_000, seed=7, as_of=AS_OF)
    second = synthesise(division="431225", elders=3_000, seed=7, as_of=AS_OF)
    other = synthesise(division="431225", elders=3_000, seed=8, as_of=AS_OF)

    assert first.equals(second, check_metadata=True)
    assert not first.equals(other)


def test_the_files_of_the_same_arguments_are_equal_byte_for_byte(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write_population(
            division="500229",
            elders=1_000,
            seed=3,
            as_of=AS_OF,
            output=tmp_path / folder / "people.parquet",
        )

    for name in ("people.parquet", "people.identity.parquet", "people.history.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_file_says_that_it_is_synthetic(suichang: Written) -> None:
    metadata = suichang.people.schema.metadata

    assert metadata[b"anlao.synthetic"] == b"true"
    assert metadata[b"anlao.division"] == b"331123"
    assert metadata[b"anlao.seed"] == b"1"
    assert suichang.people["person_id"][0].as_py() == "SYN-331123-0000001"


def test_csv_holds_the_same_people_as_parquet(tmp_path: Path) -> None:
    for suffix in (".csv", ".parquet"):
        write_population(
            division="331123",
            elders=300,
            seed=5,
            as_of=AS_OF,
            output=tmp_path / f"people{suffix}",
            history=False,
        )

    header, *lines = (tmp_path / "people.csv").read_text("utf-8").splitlines()
    table = pq.read_table(tmp_path / "people.parquet")
    assert header.split(",") == table.column_names
    assert [line.split(",")[0] for line in lines] == table["person_id"].to_pylist()
    assert lines[0].split(",")[3] == table["sex"][0].as_py()
    assert not (tmp_path / "people.history.csv").exists()


def test_progress_is_told_how_many_are_done(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    write_population(
        division="331123",
        elders=250,
        seed=1,
        as_of=AS_OF,
        output=tmp_path / "people.parquet",
        progress=lambda done, total: told.append((done, total)),
    )

    assert told == [(250, 250)]


def test_some_died_within_two_years_before_the_day(suichang: Written) -> None:
    deaths = [day for day in suichang.people["death_date"].to_pylist() if day is not None]

    assert suichang.report.deceased == len(deaths)
    assert 0.04 < len(deaths) / 53_051 < 0.09
    assert min(deaths) >= date(2021, 10, 1)
    assert max(deaths) < AS_OF


def test_deaths_after_the_day_come_only_when_asked_for() -> None:
    people = synthesise(
        division="331123", elders=5_000, seed=1, as_of=AS_OF, deaths_until=date(2024, 10, 1)
    )

    assert max(day for day in people["death_date"].to_pylist() if day) > AS_OF


@pytest.mark.parametrize("division", ["3311", "33", "999999", "331123001", "suichang", ""])
def test_a_division_without_census_figures_is_refused_with_those_that_have(division: str) -> None:
    with pytest.raises(DivisionWithoutCensus, match="331123 遂昌县") as refused:
        synthesise(division=division, elders=10, seed=1, as_of=AS_OF)

    assert refused.value.division == division
    assert set(refused.value.available) >= {"331123", "431225", "500229", "3306", "3608"}


def test_another_kind_of_file_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UnknownFileKind, match=r"people\.xlsx"):
        write_population(
            division="331123", elders=10, seed=1, as_of=AS_OF, output=tmp_path / "people.xlsx"
        )

    assert list(tmp_path.iterdir()) == []
