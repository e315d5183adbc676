"""Results of the older standard keep their own level beside the one they are read as."""

from __future__ import annotations

from datetime import date

import pytest
from tests.office.assessments.builders import OLDER, SCALE

from anlao.office.assessments.older_results import NotAnOlderResult, read_older

DAY = date(2021, 5, 6)


@pytest.mark.parametrize(
    ("mapping", "level", "read_as"),
    [
        ("same_number", 0, 0),
        ("same_number", 3, 3),
        ("heaviest_to_heaviest", 2, 2),
        ("heaviest_to_heaviest", 3, 4),
    ],
)
def test_an_older_level_is_read_by_the_named_setting(
    mapping: str, level: int, read_as: int
) -> None:
    settings = OLDER.settings(level_mapping=mapping)

    found = read_older(instrument=OLDER, level=level, assessed_on=DAY, settings=settings)

    assert (found.level, found.instrument) == (read_as, "gbt42195-2022")
    assert (found.original_level, found.original_instrument) == (level, "mzt039-2013")
    assert (found.mapping, found.assessed_on) == (mapping, DAY)


def test_a_fifth_level_does_not_exist_in_the_older_standard() -> None:
    with pytest.raises(NotAnOlderResult):
        read_older(instrument=OLDER, level=4, assessed_on=DAY, settings=OLDER.settings())


def test_a_result_of_today_needs_no_mapping() -> None:
    with pytest.raises(NotAnOlderResult):
        read_older(instrument=SCALE, level=2, assessed_on=DAY, settings=SCALE.settings())
