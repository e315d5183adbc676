"""What was paid too much, and what came back, is told to whom it concerns."""

from __future__ import annotations

from datetime import date

import pytest

from anlao.office.messages.models import LETTER, Message
from anlao.office.messages.sweeping import Swept, sweep
from anlao.office.payments.models import RecoveryStep
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from tests.office.county import COUNTY, County
from tests.office.payments import months

pytestmark = pytest.mark.usefixtures("committed")


def swept(day: date) -> tuple[Swept, list[Message]]:
    with scope.within(WHOLE_OFFICE):
        found = sweep(COUNTY, day=day, at=months.at(day), by="nightly")
        return found, list(Message.objects.order_by("pk"))


def test_the_family_is_told_what_was_paid_after_a_death(county: County) -> None:
    her = county.elders["a1"]
    months.award(her)
    months.account(her)
    months.paid(months.MARCH)
    months.die(her, date(2026, 1, 10), known=months.at(date(2026, 4, 2)))
    months.approved(months.decided(months.APRIL))

    first, rows = swept(date(2026, 4, 20))
    second, _ = swept(date(2026, 4, 21))

    assert first.made == {"recovery": 1}
    assert second.total == 0
    (message,) = rows
    assert message.letter["to"] == "王秀英家属"
    assert message.channels == [LETTER]
    with scope.within(WHOLE_OFFICE):
        fen = sum(RecoveryStep.objects.filter(kind="charged").values_list("fen", flat=True))
    assert f"多发{fen // 100}.{fen % 100:02d}元" in message.letter["zh"]["body"][0]
    assert message.letter["zh"]["body"][1] == "说明：已去世。"


def test_a_returned_payment_is_told_once_a_text_says_no_amount(county: County) -> None:
    her = county.elders["a1"]
    months.award(her)
    months.account(her)
    run = months.approved(months.decided(months.MARCH))
    months.sent(run)
    months.answered(run, failing=(her.pk,))

    found, (message,) = swept(date(2026, 3, 20))

    assert found.made == {"payment_returned": 1}
    assert "元" not in message.sms
    assert "元" in message.letter["zh"]["body"][0]
    assert swept(date(2026, 3, 21))[0].total == 0
