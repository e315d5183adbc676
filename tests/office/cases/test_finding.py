"""The night opens cases for whom it found, once, and asks nobody who said no."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from anlao.office.benefits import deciding as months
from anlao.office.cases import asking, finding, states, terms
from anlao.office.cases.models import Case
from anlao.office.cases.terms import terms_of
from anlao.office.interfaces.tasks.cases import open_found_cases
from anlao.office.shared import scope
from anlao.office.shared.county_settings import TermsRefused
from anlao.office.shared.scope import WHOLE_OFFICE
from anlao.rules.periods import Month
from tests.office.cases.flow import ALLOWANCE
from tests.office.county import COUNTY, County

pytestmark = pytest.mark.usefixtures("committed")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = NOW.date()


def found() -> list[tuple[str, str, str]]:
    with scope.within(WHOLE_OFFICE):
        rows = Case.objects.select_related("elder").order_by("elder_id", "provision")
        return [(row.elder.name, row.provision, row.state) for row in rows]


def test_a_night_opens_a_case_for_everybody_entitled_and_a_second_one_none(county: County) -> None:
    del county
    months.decide_division(COUNTY, Month(2026, 2), known_at=NOW, today=DAY, by="t")

    first, second = open_found_cases(), open_found_cases()

    assert (first, second) == (4, 0)
    assert found() == [
        (name, ALLOWANCE, states.APPROVAL) for name in ("王秀英", "李桂兰", "张水根", "陈金妹")
    ]


def test_whoever_said_no_is_not_asked_again_within_a_year(county: County) -> None:
    decided = months.decide_division(COUNTY, Month(2026, 2), known_at=NOW, today=DAY, by="t")
    with scope.within(WHOLE_OFFICE):
        case = asking.find(
            elder=county.elders["a1"], provision=ALLOWANCE, day=DAY, by="n", at=NOW, ground="x"
        )
        asking.withdraw(number=case.pk, reason="本人不要", by="t", at=NOW, day=DAY)

        within = finding.found(decided, DAY + timedelta(days=300))
        after = finding.found(decided, DAY + timedelta(days=400))

        assert county.elders["a1"].pk not in {row.elder_id for row in within}
        assert county.elders["a1"].pk in {row.elder_id for row in after}


def own_terms(**changes: object) -> Path:
    usual = yaml.safe_load(Path(terms.__file__).with_name("terms.yaml").read_text("utf-8"))
    path = Path(settings.DATA.path) / "cases" / f"{COUNTY}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(usual | changes, allow_unicode=True), "utf-8")
    return path


def test_a_county_goes_by_its_own_settings() -> None:
    path = own_terms(provisions={ALLOWANCE: {"verify": ["data_match"], "notice_days": 3}})
    try:
        own, other = terms_of(f"{COUNTY}001007"), terms_of("330624")
    finally:
        path.unlink()

    assert own.route(ALLOWANCE, "automatic").notice_days == 3
    assert own.route(ALLOWANCE, "automatic").opens == "first_month_due"
    assert other.route(ALLOWANCE, "automatic").notice_days == 0


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"complete_within": 0}, "complete_within"),
        ({"surprise": 1}, "surprise"),
        ({"sources": {}}, "no source is named"),
    ],
)
def test_settings_that_cannot_be_say_which(changes: dict[str, object], why: str) -> None:
    path = own_terms(**changes)
    try:
        with pytest.raises(TermsRefused, match=why):
            terms_of(COUNTY)
    finally:
        path.unlink()


def test_every_setting_names_its_source() -> None:
    usual = terms_of("000000")

    assert usual.reconsideration.source.startswith("行政复议法")
    assert usual.lawsuit.source.startswith("行政诉讼法")
    assert "不在五份文件" in usual.sources["lawsuit"]
