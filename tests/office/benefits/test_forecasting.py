"""The months to come: who turns eighty, what other rates cost, who may have died."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
from django.db import DatabaseError, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from anlao.office.benefits import due, forecast_queries, forecasting, mortality
from anlao.office.benefits.forecasting import Asked
from anlao.office.benefits.models import Forecast
from anlao.office.benefits.what_if_rules import ChangeRefused, figures
from anlao.office.payments.calendar import plus
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE, Scope
from tests.office.county import COUNTY, NEIGHBOUR, TOWN_A, TOWN_B, VILLAGE_B, County, elder

AGE = "old-age-allowance"
MARCH = date(2026, 3, 1)
NOW = datetime(2026, 2, 20, tzinfo=UTC)
YEAR = Asked(COUNTY, MARCH, 12, (), {})
RAISED = ("old_age_allowance[80-89]=80",)
database = pytest.mark.usefixtures("committed")


def make(asked: Asked = YEAR) -> Forecast:
    with scope.within(WHOLE_OFFICE):
        return forecasting.make(asked, known_at=NOW, today=NOW.date(), by="leader")


def by_month(forecast: Forecast, **where: str) -> list[int]:
    cells = forecast_queries.cells(forecast, provision=AGE, **where)
    return [row.fen for row in forecast_queries.by_month(forecast, cells)]


@database
def test_a_forecast_is_what_each_month_decides_for_everybody(county: County) -> None:
    forecast = make()

    everybody = [one.pk for one in county.elders.values()]
    for step in (0, 5, 11):
        month = plus(MARCH, step)
        asked = due.Asked(COUNTY, month, NOW, NOW.date(), {AGE: everybody})
        found = [row for row in due.rows(asked) if row.outcome == "yes"]
        assert by_month(forecast)[step] == sum(row.fen or 0 for row in found) > 0
    assert (
        by_month(forecast, town=TOWN_A)[0] + by_month(forecast, town=TOWN_B)[0]
        == (by_month(forecast)[0])
    )


@database
def test_who_turns_eighty_is_paid_from_then_on_and_counted_in_that_month(county: County) -> None:
    before = by_month(make())
    with transaction.atomic():
        elder("新满八十", VILLAGE_B, born=date(1946, 8, 15))

    forecast = make()

    more = [now - then for now, then in zip(by_month(forecast), before, strict=True)]
    first = next(step for step, fen in enumerate(more) if fen)
    assert first in (5, 6)  # August, or the month after, as the rulebook counts
    assert more == [0] * first + [6000] * (12 - first)
    turning = [counts[0] for counts in forecast.result["turning"]]
    assert turning[5] == 1
    assert sum(turning) == 1
    assert county.elders


@database
@pytest.mark.usefixtures("county")
def test_a_raise_costs_twenty_yuan_for_each_payment_of_its_band_and_nothing_else() -> None:
    forecast = make(replace(YEAR, changes=RAISED))

    plain = make()
    assert by_month(forecast) == by_month(plain)
    cells = forecast_queries.cells(forecast)
    total = forecast_queries.total(forecast, cells)
    # a1 (born 1940) and a2 (1944) and a3 (1940) stay below ninety all year; b1 is above
    assert total.more == 3 * 12 * 2000
    by_town = {row.name: row.more for row in forecast_queries.by_town(cells)}
    assert by_town == {TOWN_A: 3 * 12 * 2000, TOWN_B: 0}
    assert sum(row.more or 0 for row in forecast_queries.by_month(forecast, cells)) == total.more
    assert forecast_queries.total(plain, forecast_queries.cells(plain)).more is None


@database
@pytest.mark.usefixtures("county")
def test_setting_a_figure_to_what_it_is_changes_nothing() -> None:
    same = make(replace(YEAR, changes=("old_age_allowance[80-89]=60",)))

    assert forecast_queries.total(same, forecast_queries.cells(same)).more == 0


@database
@pytest.mark.usefixtures("county")
@pytest.mark.parametrize("change", ["no_such_figure=1", "old_age_allowance[70-79]=1", "nonsense"])
def test_what_is_no_figure_is_refused(change: str) -> None:
    with pytest.raises(ChangeRefused):
        make(replace(YEAR, changes=(change,)))


@database
def test_the_deceased_have_no_birthdays_and_cost_nothing(county: County) -> None:
    from tests.office.payments import months

    before = by_month(make())
    months.die(county.elders["b1"], date(2026, 1, 3), known=datetime(2026, 1, 9, tzinfo=UTC))

    forecast = make()

    assert [was - now for was, now in zip(before, by_month(forecast), strict=True)] == [10000] * 12
    assert forecast.elders == 3


@database
@pytest.mark.usefixtures("county")
def test_death_rates_lessen_what_is_expected_month_by_month() -> None:
    everybody = by_month(make())

    expected = by_month(make(replace(YEAR, rates={"80-89": 100.0}, source="测试用数字")))

    # three of the band get 60 yuan and b1, of another band, 100: nobody has died in the first month
    assert expected[0] == everybody[0]
    for step in range(1, 12):
        kept = 0.9 ** (step / 12)
        assert expected[step] == pytest.approx(2 * round(9000 * kept) + 10000, abs=2)
    with pytest.raises(DatabaseError):
        make(replace(YEAR, rates={"80-89": 100.0}))


@database
@pytest.mark.usefixtures("county")
def test_a_forecast_is_seen_in_its_county_only_names_nobody_and_stays() -> None:
    forecast = make()

    assert "王秀英" not in str(forecast.result)
    with scope.within(Scope((NEIGHBOUR,))):
        assert forecast_queries.find(forecast.pk) is None
    for login in ("default", "owner"):
        with (
            pytest.raises(DatabaseError),
            scope.within(WHOLE_OFFICE, using=login),
            connections[login].cursor() as cursor,
        ):
            cursor.execute("UPDATE benefits_forecast SET months = 1")


@database
def test_the_figures_that_may_be_set_are_those_in_force() -> None:
    found = {one.path: one.value for one in figures(COUNTY, MARCH)}

    assert found["old_age_allowance[80-89]"] == "60"
    assert found["nominal_90_reward"] == "1000"


def births(*days: str | None) -> Any:
    return np.array([np.datetime64(day or "NaT", "D") for day in days])


@pytest.mark.parametrize(
    ("born", "age"),
    [("1946-03-01", 80), ("1946-03-02", 79), ("1946-02-28", 80), ("1944-02-29", 82), (None, -1)],
)
def test_ages_are_completed_years_on_the_first_of_the_month(born: str | None, age: int) -> None:
    assert mortality.ages_on(births(born), 2026, 3).tolist() == [age]


@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(2026, 2099), st.integers(1, 12))
def test_ages_are_those_of_the_calendar(born: date, year: int, month: int) -> None:
    expected = year - born.year - ((month, 1) < (born.month, born.day))

    assert mortality.ages_on(births(str(born)), year, month).tolist() == [expected]


@pytest.mark.parametrize(
    ("age", "dies"), [(59, False), (60, True), (69, True), (70, False), (-1, False), (100, True)]
)
def test_a_rate_holds_inside_its_band_only(age: int, dies: bool) -> None:
    chance = mortality.after_a_month(np.array([age]), {"60-69": 120.0, "100+": 500.0})[0]

    assert bool(chance < 1) is dies


def test_twelve_months_of_a_yearly_rate_are_the_rate() -> None:
    chance = mortality.after_a_month(np.array([85]), {"80-89": 75.0})[0]

    assert chance**12 == pytest.approx(0.925)
