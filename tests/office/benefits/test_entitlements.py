"""What the office says somebody is entitled to is what ``anlao explain`` says for her facts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.utils import timezone

from anlao.cli.main import cli
from anlao.office.benefits.queries import entitlements, labels
from anlao.office.benefits.rulebooks import NoRulebook, program_for
from anlao.office.registry.models import STATUSES
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from anlao.rules.periods import Month
from tests.office.county import NEIGHBOUR, VILLAGE_A1, VILLAGE_N, elder

pytestmark = pytest.mark.usefixtures("db")
MONTH = Month.parse("2024-03")

PEOPLE: dict[str, dict[str, Any]] = {
    "plain": {},
    "poor": {"economic_status": "dibao", "capability_level": 3, "care_setting": "home"},
    "destitute": {
        "economic_status": "tekun", "self_care": "unable", "support_mode": "dispersed",
        "care_setting": "home",
    },
    "in-an-institution": {
        "economic_status": "dibao_marginal", "capability_level": 4,
        "care_setting": "institution", "institution_filed": True, "dementia": True,
    },
    "disabled": {
        "disability_type": "physical", "disability_grade": 1, "severe_disability_subsidy": True,
        "lives_alone": True, "area_class": "rural",
    },
    "no-disability": {"disability_type": "none", "pension_scheme": "resident"},
    "assessed": {"capability_level": 1, "assessed_on": date(2024, 2, 1), "ltci_benefit": False},
    "ancient": {"born": date(1920, 3, 31), "economic_status": "ordinary", "sex": "male"},
    "young": {"born": date(1970, 1, 1), "economic_status": "ordinary"},
}  # fmt: skip


def explained(rulebook: str, facts: dict[str, Any], folder: Path) -> dict[str, dict[str, Any]]:
    person = folder / "person.json"
    shown = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in facts.items()
    }
    person.write_text(json.dumps(shown), "utf-8")
    ran = CliRunner().invoke(
        cli, ["explain", rulebook, str(person), "--month", str(MONTH), "--json"]
    )
    assert ran.exit_code == 0, ran.output
    return {item["provision"]: item for item in json.loads(ran.stdout)["provisions"]}


@pytest.mark.parametrize("village", [VILLAGE_A1, VILLAGE_N])
@pytest.mark.parametrize("who", PEOPLE)
def test_the_office_decides_as_the_engine_explains(tmp_path: Path, who: str, village: str) -> None:
    her = elder("某某某", village, **PEOPLE[who])
    scope.enter(WHOLE_OFFICE)
    book = program_for(village).rulebook
    known = book.subjects["elder"].facts
    facts: dict[str, Any] = {"birth_date": date(1940, 5, 6), "sex": "female"} | {
        name: value for name, value in PEOPLE[who].items() if name != "born"
    }
    facts |= {"hukou": village, "residence": village}
    facts["birth_date"] = PEOPLE[who].get("born", facts["birth_date"])
    expected = explained(book.id, {k: v for k, v in facts.items() if k in known}, tmp_path)

    found = entitlements(her, MONTH, known_at=timezone.now(), language="zh")

    assert {item.provision: item.outcome for item in found.found} == {
        name: item["outcome"] for name, item in expected.items()
    }
    assert len(found.granted) + len(found.unknown) + len(found.others) == len(found.found)


def test_what_is_supposed_is_not_kept(tmp_path: Path) -> None:
    her = elder("某某某", VILLAGE_A1, economic_status="ordinary", capability_level=0)
    scope.enter(WHOLE_OFFICE)
    before = entitlements(her, MONTH, known_at=timezone.now(), language="zh")

    supposed = entitlements(
        her,
        MONTH,
        known_at=timezone.now(),
        language="zh",
        instead={"economic_status": "dibao", "capability_level": 4, "care_setting": "home"},
    )

    assert supposed != before
    assert entitlements(her, MONTH, known_at=timezone.now(), language="zh") == before


def test_nothing_was_known_before_it_was_recorded() -> None:
    her = elder("某某某", VILLAGE_A1)
    scope.enter(WHOLE_OFFICE)

    early = timezone.make_aware(timezone.datetime(2023, 1, 1))
    found = entitlements(her, MONTH, known_at=early, language="zh")

    assert found.granted == []
    assert found.unknown


def test_the_nearest_rulebook_decides() -> None:
    assert program_for(VILLAGE_A1).rulebook.id == "suichang"
    assert program_for(NEIGHBOUR).rulebook.id == "zhejiang"
    with pytest.raises(NoRulebook):
        program_for("431225001001")


def test_every_fact_of_a_status_has_a_label_or_is_unknown_to_the_rulebook() -> None:
    her = elder("某某某", VILLAGE_A1)
    held = {name for kind in STATUSES for name in kind.FACTS}
    found = labels(her)

    assert set(found) - held == set()
    assert all(label.zh and label.en for label in found.values())
