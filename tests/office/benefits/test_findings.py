"""The nightly decide lays what is due beside what is received, and says what to look at."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.db.utils import DatabaseError

from anlao.office.benefits import deciding
from anlao.office.benefits.models import Award, Decision, Finding
from anlao.office.registry import details, operations
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from anlao.rules.periods import Month
from tests.office.county import COUNTY, VILLAGE_A1, County, elder, scope_for

pytestmark = pytest.mark.usefixtures("committed")
EARLY = datetime(2026, 2, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
MONTH = Month(2026, 2)
ALLOWANCE = "old-age-allowance"
START = date(2026, 1, 1)


def award(
    her: Elder, fen: int | None = 6000, *, start: date = START, until: date | None = None
) -> None:
    with scope.within(WHOLE_OFFICE):
        row = details.add(
            elder=her,
            kind=Award,
            values={"provision": ALLOWANCE, "fen": fen},
            start=start,
            ground=Ground("发放名单"),
            by="t",
            at=EARLY,
        )
        if until is not None:
            details.end(
                elder=her, row=row, day=until, reason="停发", by="t", at=EARLY + timedelta(days=1)
            )


def found(her: Elder) -> dict[str, str]:
    """Return kinds of what was found about the allowance after deciding, by elder."""
    deciding.decide_division(COUNTY, MONTH, known_at=NOW, today=NOW.date(), by="t")
    with scope.within(WHOLE_OFFICE):
        rows = Finding.objects.filter(elder=her)
        return {row.provision: row.kind for row in rows}


def due(her: Elder) -> int | None:
    with scope.within(WHOLE_OFFICE):
        fen: int | None = Decision.objects.get(elder=her, provision=ALLOWANCE, outcome="yes").fen
        return fen


def test_an_elder_who_is_entitled_and_receives_nothing_is_found(county: County) -> None:
    assert found(county.elders["a1"])[ALLOWANCE] == "not_receiving"


def test_whoever_receives_what_is_due_is_not_found(county: County) -> None:
    found(county.elders["a1"])
    award(county.elders["a1"], due(county.elders["a1"]))

    assert ALLOWANCE not in found(county.elders["a1"])


def test_another_amount_is_found_with_both_figures(county: County) -> None:
    found(county.elders["a1"])
    fen = due(county.elders["a1"])
    assert fen
    award(county.elders["a1"], fen - 1)

    assert found(county.elders["a1"])[ALLOWANCE] == "other_amount"
    with scope.within(WHOLE_OFFICE):
        row = Finding.objects.get(elder=county.elders["a1"], provision=ALLOWANCE)
        assert (row.fen, row.received_fen) == (fen, fen - 1)


def test_somebody_dead_who_still_receives_is_found(county: County) -> None:
    her = county.elders["b1"]
    award(her)
    with scope.within(WHOLE_OFFICE):
        operations.record(
            elder=Elder.objects.get(pk=her.pk),
            facts={"death_date": date(2025, 12, 5)},
            start=date(2025, 12, 5),
            ground=Ground("死亡证明"),
            by="t",
            at=EARLY,
        )

    assert found(her)[ALLOWANCE] == "not_entitled"


def test_somebody_too_young_who_receives_is_found(county: County) -> None:
    del county
    with scope.within(WHOLE_OFFICE):
        young = elder("年轻人", VILLAGE_A1, born=date(1960, 1, 1))
    award(young)

    assert found(young)[ALLOWANCE] == "not_entitled"


@pytest.mark.parametrize(
    ("until", "receives"),
    [(date(2026, 2, 1), False), (date(2026, 2, 2), True), (date(2026, 3, 1), True)],
)
def test_an_award_counts_for_a_month_that_it_touches(
    county: County, until: date, receives: bool
) -> None:
    her = county.elders["a1"]
    found(her)
    award(her, due(her), until=until)

    assert (ALLOWANCE not in found(her)) == receives


def test_an_award_learnt_later_does_not_count(county: County) -> None:
    her = county.elders["a1"]
    award(her)

    deciding.decide_division(
        COUNTY, MONTH, known_at=EARLY - timedelta(days=1), today=NOW.date(), by="t"
    )

    with scope.within(WHOLE_OFFICE):
        row = Finding.objects.get(elder=her, provision=ALLOWANCE)
        assert row.kind == "not_receiving"


def test_an_undecided_provision_names_the_one_fact_that_would_settle_it(county: County) -> None:
    del county
    with scope.within(WHOLE_OFFICE):
        unsure = elder("许未知", VILLAGE_A1, born=date(1950, 1, 1), economic_status="tekun")
    found(unsure)

    with scope.within(WHOLE_OFFICE):
        undecided = Decision.objects.filter(elder=unsure, outcome="unknown")
        rows = {
            row.provision: row for row in Finding.objects.filter(elder=unsure, kind="undecided")
        }
        assert undecided
        assert set(rows) == {row.provision for row in undecided}
        for decision in undecided:
            one = decision.missing[0] if len(decision.missing) == 1 else ""
            assert rows[decision.provision].fact == one


def test_the_next_night_finds_anew(county: County) -> None:
    first = found(county.elders["a1"])
    award(county.elders["a1"], due(county.elders["a1"]))
    found(county.elders["a1"])

    with scope.within(WHOLE_OFFICE):
        assert first[ALLOWANCE] == "not_receiving"
        assert not Finding.objects.filter(elder=county.elders["a1"], provision=ALLOWANCE).exists()
        assert Finding.objects.values("decided").distinct().count() == 1


def test_findings_and_awards_are_seen_inside_the_area_only(county: County) -> None:
    award(county.elders["b1"])
    found(county.elders["a1"])

    for part, keys in (("clerk_a", ("a1", "a2", "a3")), ("clerk_b", ("b1",)), ("neighbour", ())):
        with scope.within(scope_for(county.cast[part])):
            allowed = {county.elders[key].pk for key in keys}
            assert set(Finding.objects.values_list("elder_id", flat=True)) <= allowed
            assert set(Award.objects.values_list("elder_id", flat=True)) <= allowed


def test_two_awards_of_one_provision_never_hold_on_one_day(county: County) -> None:
    award(county.elders["a1"])

    with pytest.raises(IntegrityError), scope.within(WHOLE_OFFICE):
        Award.objects.create(
            elder=county.elders["a1"],
            provision=ALLOWANCE,
            valid=DateRange(START, None),
            known=DateTimeTZRange(EARLY, None),
            recorded_by="t",
        )


def test_nobody_but_the_office_itself_writes_findings(county: County) -> None:
    found(county.elders["a1"])

    with pytest.raises(DatabaseError), transaction.atomic(), scope.within(WHOLE_OFFICE):
        Finding.objects.all().update(fen=0)
