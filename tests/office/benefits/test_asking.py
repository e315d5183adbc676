"""What somebody unknown is entitled to: which question comes next, and what her answers give."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from anlao.office.benefits import asking
from anlao.office.benefits.asking import Found
from anlao.office.benefits.rulebooks import NoRulebook
from tests.office.county import COUNTY, TOWN_A

pytestmark = pytest.mark.usefixtures("db")

DAY = date(2026, 11, 27)
HERE = {"hukou": TOWN_A}


def ask(told: dict[str, Any] | None = None, *passed: str) -> Found:
    return asking.ask(COUNTY, told or {}, day=DAY, language="zh", passed=passed)


def outcomes(found: Found) -> dict[str, str]:
    return {answer.provision: answer.outcome for answer in found.answers}


def asked_of(told: dict[str, Any], known: dict[str, Any]) -> list[str]:
    """Return the questions in their order; what is not known is passed."""
    names: list[str] = []
    while (question := ask(told, *names).question) is not None:
        names.append(question.name)
        if question.name in known:
            told = told | {question.name: known[question.name]}
    return names


def test_birth_comes_first_then_registration() -> None:
    first = ask()
    assert first.question is not None
    assert first.question.name == "birth_date"
    second = ask({"birth_date": date(1940, 5, 1)})
    assert second.question is not None
    assert second.question.name == "hukou"


def test_who_is_too_young_is_asked_nothing_more() -> None:
    found = ask({"birth_date": date(1980, 1, 1)})

    assert found.question is None
    assert set(outcomes(found).values()) == {"no"}


@pytest.mark.parametrize(
    ("born", "due"),
    [(date(1946, 12, 1), "no"), (date(1946, 11, 1), "yes")],
)
def test_the_allowance_begins_in_the_month_of_the_eightieth_birthday(born: date, due: str) -> None:
    found = ask(HERE | {"birth_date": born})

    assert outcomes(found)["old-age-allowance"] == due


def test_an_answer_tells_amount_reasons_papers_and_clause() -> None:
    found = ask(HERE | {"birth_date": date(1930, 1, 1)})

    (allowance,) = found.of("yes")
    assert allowance.amount == "每月100元"
    assert "年满80周岁" in allowance.why
    assert allowance.bring == ("居民身份证", "户口簿")
    assert allowance.clause == "遂政办发〔2023〕26号 二(一)3"


def test_what_is_not_known_stays_open_and_is_not_asked_again() -> None:
    told = HERE | {"birth_date": date(1940, 5, 1)}
    first = ask(told)
    assert first.question is not None

    after = ask(told, first.question.name)

    assert after.question is not None
    assert after.question.name != first.question.name
    assert outcomes(after) == outcomes(first)


def test_only_what_some_provision_still_needs_is_asked() -> None:
    asked = asked_of({}, {"birth_date": date(1940, 5, 1), "hukou": TOWN_A, "economic_status": "x"})
    ordinary = asked_of(
        {}, {"birth_date": date(1940, 5, 1), "hukou": TOWN_A, "economic_status": "ordinary"}
    )

    assert len(asked) == len(set(asked))
    assert "ltci_benefit" not in ordinary  # that is asked for the subsidy of poor households only
    assert "prefers_concentrated" not in ordinary
    assert not {"death_date", "hukou_since", "residence"} & set(asked)


def test_a_birth_that_is_not_known_gives_nothing_for_certain() -> None:
    found = ask({}, "birth_date", "hukou")

    assert set(outcomes(found).values()) == {"maybe"}


def test_what_is_paid_in_another_month_is_told_as_such() -> None:
    found = ask(HERE | {"birth_date": date(1937, 3, 1)})

    assert outcomes(found)["nominal-90-reward"] == "later"
    assert outcomes(found)["nominal-100-reward"] == "no"


def test_registered_elsewhere_has_nothing_here() -> None:
    found = ask({"birth_date": date(1930, 1, 1), "hukou": "999999"})

    assert set(outcomes(found).values()) == {"no"}


def test_a_division_without_a_rulebook_is_refused() -> None:
    with pytest.raises(NoRulebook):
        asking.ask("431225", {}, day=DAY, language="zh")
