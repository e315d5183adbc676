"""A sample of a paid run: who draws it, what is recorded, what it says."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from anlao.office.payments import verifying
from anlao.office.payments.models import Run, Sample, SampleCheck, SampleItem
from anlao.office.payments.refusals import RunRefused
from anlao.office.payments.verifying import Found, Wanted
from anlao.office.registry import operations as registry
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE, Scope
from tests.office.county import COUNTY, TOWN_A, VILLAGE_A1, County
from tests.office.log import log
from tests.office.payments import months
from tests.office.payments.months import APRIL, CHECKER, FINANCE, MAKER, MARCH

pytestmark = pytest.mark.usefixtures("committed")
SURE = Wanted(950, 50, 500)
NOW = months.at(APRIL)


@pytest.fixture
def run(county: County) -> Run:
    """A closed run of March in which a1 (60 yuan) and b1 (100 yuan) were paid."""
    for key in ("a1", "b1"):
        months.award(county.elders[key])
        months.account(county.elders[key])
    return months.paid(MARCH)


def draw(run: Run, *, by: str = CHECKER, wanted: Wanted = SURE, seed: str = "seed") -> Sample:
    with scope.within(WHOLE_OFFICE):
        return verifying.draw(run, wanted, seed=seed, by=by, at=NOW)


def record(item: SampleItem, found: Found, *, by: str = CHECKER) -> None:
    with scope.within(WHOLE_OFFICE):
        verifying.record(item, found, by=by, at=NOW)


def items(sample: Sample) -> list[verifying.Item]:
    with scope.within(WHOLE_OFFICE):
        return verifying.items(sample)


def test_a_small_run_is_asked_whole_and_drawn_again_by_its_seed(run: Run) -> None:
    sample = draw(run)

    assert (sample.size, sample.population) == (2, 2)
    assert {one.item.transfer.fen for one in items(sample)} == {6000, 10000}
    with scope.within(WHOLE_OFFICE):
        assert verifying.is_as_drawn(sample)
        assert log(act="draw_sample", who=CHECKER).count() == 1


def test_what_was_found_is_reckoned_and_a_later_check_holds(run: Run) -> None:
    sample = draw(run)
    first, second = (one.item for one in items(sample))
    record(first, Found("call", "unreached"))
    record(first, Found("visit", "full"))
    record(second, Found("call", "less", second.transfer.fen - 150))

    outcome = verifying.outcome(sample, items(sample))

    assert (outcome.answered, outcome.wrong, outcome.waiting) == (2, 1, 0)
    assert outcome.rate == 0.5
    assert (outcome.sent_fen, outcome.short_fen) == (16000, 150)
    assert [one.tries for one in items(sample)] == [2, 1]


def test_whoever_does_not_answer_widens_only_the_worst_case(run: Run) -> None:
    sample = draw(run)
    first, second = (one.item for one in items(sample))
    record(first, Found("call", "full"))
    record(second, Found("call", "unreached"))

    outcome = verifying.outcome(sample, items(sample))

    assert (outcome.answered, outcome.wrong, outcome.unreached) == (1, 0, 1)
    assert outcome.rate == 0
    # one wrong of two at 95 %: 1 - (1 - 0.975) ** (1/2) from above
    assert outcome.at_worst == pytest.approx(0.98742, abs=1e-5)


def test_a_sample_may_be_a_part(run: Run) -> None:
    sample = draw(run, wanted=Wanted(900, 500, 10))

    assert (sample.size, len(items(sample))) == (1, 1)


@pytest.mark.parametrize("by", [MAKER, FINANCE])
def test_whoever_made_or_paid_the_run_neither_draws_nor_records(run: Run, by: str) -> None:
    with pytest.raises(RunRefused):
        draw(run, by=by)
    item = items(draw(run))[0].item
    with pytest.raises(RunRefused):
        record(item, Found("call", "full"), by=by)
    with scope.within(WHOLE_OFFICE):
        assert not SampleCheck.objects.exists()


def test_a_run_on_its_way_is_not_verified_yet(county: County) -> None:
    months.award(county.elders["a1"])
    months.account(county.elders["a1"])
    run = months.approved(months.decided(MARCH))
    months.sent(run)
    with pytest.raises(RunRefused):
        draw(run)

    months.answered(run)

    assert draw(run).size == 1


def test_a_run_in_which_all_came_back_has_nothing_to_ask(county: County) -> None:
    a1 = county.elders["a1"]
    months.award(a1)
    months.account(a1)
    run = months.approved(months.decided(MARCH))
    months.sent(run)
    months.answered(run, failing=(a1.pk,))

    with pytest.raises(RunRefused):
        draw(run)


@pytest.mark.parametrize("fen", [None, 0, 6000, 10000])
def test_less_is_more_than_nothing_and_less_than_was_sent(run: Run, fen: int | None) -> None:
    item = next(one.item for one in items(draw(run)) if one.item.transfer.fen == 6000)

    with pytest.raises(RunRefused):
        record(item, Found("call", "less", fen))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments_sample SET size = 1",
        "DELETE FROM payments_sample",
        "UPDATE payments_sampleitem SET place = 9",
        "DELETE FROM payments_samplecheck",
        "UPDATE payments_samplecheck SET result = 'full', received_fen = 6000",
    ],
)
@pytest.mark.parametrize("login", ["default", "owner"])
def test_neither_the_application_nor_the_owner_rewrites_a_sample(
    run: Run, statement: str, login: str
) -> None:
    from django.db import connections

    record(items(draw(run))[0].item, Found("call", "not"))

    with (
        pytest.raises(DatabaseError),
        scope.within(WHOLE_OFFICE, using=login),
        connections[login].cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_database_itself_lets_no_maker_verify(run: Run) -> None:
    row = Sample(
        run=run, division_code=COUNTY, confidence=950, tolerated=50, expected=500,
        population=2, size=2, seed="x", by=MAKER, at=NOW,
    )  # fmt: skip

    with pytest.raises(DatabaseError), scope.within(WHOLE_OFFICE):
        row.save(force_insert=True)


def test_items_are_seen_inside_their_area_and_go_with_the_elder(run: Run, county: County) -> None:
    b1 = county.elders["b1"]
    sample = draw(run)
    with scope.within(Scope((TOWN_A,))):
        before = SampleItem.objects.filter(sample=sample).count()

    with scope.within(WHOLE_OFFICE):
        registry.record(
            elder=b1,
            facts={"residence": VILLAGE_A1, "hukou": VILLAGE_A1},
            start=APRIL,
            ground=Ground("迁入"),
            by="clerk",
            at=NOW,
        )
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT division_code FROM registry_elder WHERE id = %s", [b1.pk])
            assert cursor.fetchone()[0] in (VILLAGE_A1, b1.division_code)
            cursor.execute(
                "UPDATE registry_elder SET division_code = %s WHERE id = %s", [VILLAGE_A1, b1.pk]
            )

    with scope.within(Scope((TOWN_A,))):
        after = SampleItem.objects.filter(sample=sample).count()
    assert (before, after) == (1, 2)
