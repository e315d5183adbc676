"""How a county pays is a setting; one by which some amount would find no rule is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from anlao.office.payments import terms
from anlao.office.payments.terms import terms_of
from anlao.office.shared.county_settings import TermsRefused
from tests.office.county import COUNTY

pytestmark = pytest.mark.usefixtures("office")

Bands = list[dict[str, int]]


@pytest.fixture
def county_file(own_settings: Callable[[str], Path]) -> Path:
    return own_settings("payments")


def write(file: Path, bands: Bands) -> None:
    usual: dict[str, Any] = yaml.safe_load(terms._USUAL.read_text("utf-8"))
    file.write_text(yaml.safe_dump(usual | {"approvals": bands}, allow_unicode=True), "utf-8")


@pytest.mark.parametrize(
    ("fen", "approvers"), [(0, 1), (10_000, 1), (10_001, 2), (20_000, 2), (20_001, 3), (10**15, 3)]
)
def test_a_run_is_approved_by_as_many_as_its_band_says(
    county_file: Path, fen: int, approvers: int
) -> None:
    bands = [{"up_to_yuan": 100, "approvers": 1}, {"up_to_yuan": 200, "approvers": 2}]
    write(county_file, [*bands, {"approvers": 3}])

    assert terms_of(COUNTY).approvers(fen) == approvers


@pytest.mark.parametrize(
    ("bands", "says"),
    [
        ([], "approvals: needs at least 1"),
        ([{"up_to_yuan": 100, "approvers": 1}], "the last band has none"),
        ([{"approvers": 1}, {"approvers": 2}], "has to rise"),
        ([{"approvers": 1}, {"up_to_yuan": 100, "approvers": 2}], "has to rise"),
        (
            [
                {"up_to_yuan": 100, "approvers": 1},
                {"up_to_yuan": 100, "approvers": 2},
                {"approvers": 3},
            ],
            "has to rise",
        ),
        ([{"approvers": 0}], "approvals.0.approvers: is less than 1"),
    ],
    ids=str,
)
def test_bands_that_leave_an_amount_without_approvers_are_refused(
    county_file: Path, bands: Bands, says: str
) -> None:
    write(county_file, bands)

    with pytest.raises(TermsRefused, match=says):
        terms_of(COUNTY)
