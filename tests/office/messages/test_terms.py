"""What is told and in which words is a setting; one that gives too much away is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from anlao.office.messages import terms
from anlao.office.messages.models import CAUSES
from anlao.office.messages.terms import filled, terms_of
from anlao.office.shared.county_settings import TermsRefused
from tests.office.county import COUNTY, NEIGHBOUR

pytestmark = pytest.mark.usefixtures("office")


@pytest.fixture
def usual() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(terms._USUAL.read_text("utf-8"))
    return found


@pytest.fixture
def county_file(own_settings: Callable[[str], Path]) -> Path:
    return own_settings("messages")


def test_every_cause_has_words_and_a_source() -> None:
    assert set(terms_of(COUNTY).causes) == set(CAUSES)
    assert all(words.source for words in terms_of(COUNTY).causes.values())


def test_a_county_with_a_file_goes_by_it(county_file: Path, usual: dict[str, Any]) -> None:
    del usual["causes"]["life_due"]
    county_file.write_text(yaml.safe_dump(usual, allow_unicode=True), "utf-8")

    assert "life_due" not in terms_of(COUNTY).causes
    assert "life_due" in terms_of(NEIGHBOUR).causes


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sms": "您的{provision}退回{amount}"}, "does not say the amount"),
        ({"sms": "您的{provision}：{reason}"}, "does not say the reason"),
        ({"sms": "{name.__class__}"}, None),
        ({"sms": "证号{identity}"}, "is none of"),
        ({"sms": ""}, "no words for the text message"),
        ({"channels": []}, "channels"),
        ({"channels": ["pigeon"]}, "channels"),
    ],
)
def test_words_that_cannot_be(
    county_file: Path, usual: dict[str, Any], change: dict[str, Any], says: str | None
) -> None:
    usual["causes"]["payment_returned"] |= change
    county_file.write_text(yaml.safe_dump(usual, allow_unicode=True), "utf-8")

    if says is None:  # not a blank at all: it stands there as it was written
        assert filled(terms_of(COUNTY).causes["payment_returned"].sms, {}) == "{name.__class__}"
        return
    with pytest.raises(TermsRefused, match=says):
        terms_of(COUNTY)


def test_an_amount_may_be_said_where_the_county_says_so(
    county_file: Path, usual: dict[str, Any]
) -> None:
    usual["causes"]["payment_returned"] |= {"sms": "退回{amount}", "amount_in_sms": True}
    county_file.write_text(yaml.safe_dump(usual, allow_unicode=True), "utf-8")

    assert terms_of(COUNTY).causes["payment_returned"].sms == "退回{amount}"


def test_words_filled_in_are_never_templates_again() -> None:
    assert filled("{name}：{provision}", {"name": "{phone}", "phone": "1"}) == "{phone}："
