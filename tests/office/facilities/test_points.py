"""A point is recorded whole, in a known datum, inside China; or it is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlao.office.facilities import points


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("119.27,28.59,CGCS2000", "119.270000,28.590000,cgcs2000"),
        (" 119.271234， 28.591234，gcj-02 ", "119.271234,28.591234,gcj02"),
        ("１１９.27、28.59、WGS-84", "119.270000,28.590000,wgs84"),
    ],
)
def test_a_point_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert points.normalised(typed) == kept
    read = points.read(kept)
    assert read is not None
    assert points.normalised(f"{read.longitude},{read.latitude},{read.datum}") == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "119.27,28.59",
        "28.59,119.27,CGCS2000",
        "119.27,28.59,MARS",
        "119.27,91.00,CGCS2000",
        "0.00,0.00,WGS84",
        "119.27,28.59,CGCS2000,1",
        "119,28,CGCS2000",
        "1e2,28.59,CGCS2000",
    ],
)
def test_half_a_point_is_none(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - what was typed is its whole text
        points.normalised(typed)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_kept_or_refused(typed: str) -> None:
    try:
        kept = points.normalised(typed)
    except ValueError:
        return
    assert points.normalised(kept) == kept
