"""She turns eighty, the night finds her, she is paid, she dies, the office hears of it late."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from anlao.office.benefits import deciding as months_of_benefits
from anlao.office.benefits.deciding import month_of
from anlao.office.cases import deciding as cases
from anlao.office.cases import finding, states
from anlao.office.cases.models import Case
from anlao.office.journeys import operations as journeys
from anlao.office.journeys.operations import Signed
from anlao.office.payments import ledger, recovering
from anlao.office.payments.models import Recovery
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from tests.office.county import COUNTY, VILLAGE_A1, County, elder
from tests.office.payments import months
from tests.office.payments.months import AGE, APRIL, MARCH, MAY

pytestmark = pytest.mark.usefixtures("committed")


def test_from_the_birthday_to_the_money_that_comes_back(county: County) -> None:
    del county
    with scope.within(WHOLE_OFFICE):
        her = elder("洪满八", VILLAGE_A1, born=date(1946, 3, 12))
    months.account(her)
    night = datetime(2026, 3, 2, tzinfo=UTC)
    decided = months_of_benefits.decide_division(
        COUNTY, month_of(MARCH), known_at=night, today=night.date(), by="night"
    )
    with scope.within(WHOLE_OFFICE):
        finding.open_cases(decided, most=100, by="night", at=night, day=night.date())
        case = Case.objects.get(elder=her, provision=AGE)
        assert case.state == states.APPROVAL
        cases.approve(number=case.pk, by="approver", at=night, day=night.date())

    march = months.paid(MARCH)
    april = months.paid(APRIL)
    with scope.within(WHOLE_OFFICE):  # died in March, told in May
        heard = months.at(date(2026, 5, 6))
        journeys.die(
            elder=her, day=date(2026, 3, 20), signed=Signed("clerk", heard, Ground("死亡证明"))
        )
    may = months.approved(months.decided(MAY))

    def hers(run: object) -> dict[str, int]:
        return {key[2]: line.fen for key, line in months.lines(run).items() if key[0] == her.pk}  # type: ignore[arg-type]

    assert hers(march) == {"2026-03": 6000}
    assert hers(april) == {"2026-04": 6000}
    assert hers(may) == {"2026-04": -6000}
    with scope.within(WHOLE_OFFICE):
        recovery = Recovery.objects.get(elder=her)
        doing = recovering.Doing("finance", months.at(date(2026, 5, 20)), "女儿退回现金")
        recovering.repay(recovery, fen=6000, day=date(2026, 5, 20), doing=doing)
        recovery.refresh_from_db()
        assert recovery.state == "settled"
        assert list(ledger.verify(COUNTY)) == []
