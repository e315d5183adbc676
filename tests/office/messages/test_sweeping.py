"""What happened is told once, to whom it concerns, in words that give nothing away."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from anlao.office.benefits.holders import ElderHolder
from anlao.office.cases import asking, deciding, pausing
from anlao.office.cases.models import Case
from anlao.office.messages import causes, states
from anlao.office.messages.models import LETTER, SMS, Event, Message, with_state
from anlao.office.messages.sweeping import Swept, sweep
from anlao.office.registry import operations as registry
from anlao.office.registry.identity import identity_number_of
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE, Scope
from tests.office.cases import flow
from tests.office.cases.flow import ALLOWANCE, APPROVER, LATER, LATER_AT, NOW, TODAY
from tests.office.county import COUNTY, NEIGHBOUR, TOWN_A, VILLAGE_A2, VILLAGE_B, County
from tests.office.log import log

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def whole(db: None, county: County) -> None:
    del db, county
    scope.enter(WHOLE_OFFICE)


def swept(division: str = COUNTY, *, day: date = LATER, at: datetime = LATER_AT) -> Swept:
    return sweep(division, day=day, at=at, by="nightly")


def found_case(her: Elder) -> Case:
    return asking.find(elder=her, provision=ALLOWANCE, day=TODAY, by="n", at=NOW, ground="符合")


def granted(her: Elder) -> Case:
    """Return her approved case; she was confirmed alive, so that nothing else is to be told."""
    pausing.confirm_alive(
        elder=her, on=TODAY, how="visit", evidence="走访", by="v", at=NOW, day=TODAY
    )
    return deciding.approve(number=found_case(her).pk, by=APPROVER, at=NOW, day=TODAY)


def only(cause: str) -> Message:
    (message,) = with_state(Message.objects.filter(cause=cause))
    assert isinstance(message, Message)
    return message


def test_an_approval_is_told_by_letter_with_its_number_and_amount(county: County) -> None:
    case = granted(county.elders["a2"])

    assert swept().made == {"granted": 1}

    message = only("granted")
    letter = message.letter["zh"]
    assert (message.channels, message.about) == ([LETTER], case.number)
    assert case.number in letter["body"][0]
    assert any("每月" in line for line in letter["body"])
    assert len(letter["rights"]) == 3
    assert message.letter["en"]["title"] == "Notice of approval"
    assert [row.state for row in message.events.all()] == [states.MADE]
    (entry,) = log(act="make_messages")
    assert entry.after == {"granted": 1}


def test_a_second_sweep_makes_nothing(county: County) -> None:
    granted(county.elders["a2"])
    swept()

    assert swept().total == 0
    assert Message.objects.count() == Event.objects.count() == 1


def test_what_follows_later_is_told_as_well(county: County) -> None:
    case = granted(county.elders["a2"])
    swept()
    pausing.suspend(
        number=case.pk, kind="other", from_day=date(2026, 4, 1), reason="情况待核",
        by=APPROVER, at=LATER_AT, day=LATER,
    )  # fmt: skip
    pausing.terminate(
        number=case.pk, from_day=date(2026, 5, 1), reason="不再符合", by=APPROVER,
        at=LATER_AT, day=LATER,
    )  # fmt: skip

    assert swept().made == {"suspended": 1, "terminated": 1}
    assert "自2026-04-01起暂停" in only("suspended").letter["zh"]["body"][0]
    assert "情况待核" in only("suspended").letter["zh"]["body"][1]


def test_a_refusal_gives_the_reason_and_the_rights() -> None:
    case = flow.to_approve(flow.needy())
    deciding.reject(number=case.pk, reason="材料存疑", by=APPROVER, at=LATER_AT, day=LATER)

    swept()

    letter = only("refused").letter["zh"]
    assert letter["body"][1] == "理由：材料存疑。"
    assert any("行政复议" in line for line in letter["rights"])


def test_what_was_found_is_told_while_it_waits_for_her_word(county: County) -> None:
    proposed = asking.find(
        elder=county.elders["a1"], provision="care-subsidy", day=TODAY, by="n", at=NOW, ground="x"
    )
    assert proposed.state == "proposed"

    swept()

    message = only("benefit_found")
    assert message.channels == [SMS, LETTER]
    assert "王**" in message.sms
    assert county.elders["a1"].name not in message.sms
    assert identity_number_of(county.elders["a1"]) not in str((message.sms, message.letter))


@pytest.mark.parametrize(("days", "many"), [(60, 1), (61, 0)])
def test_what_happened_long_ago_is_not_told_any_more(county: County, days: int, many: int) -> None:
    granted(county.elders["a2"])
    at = NOW + timedelta(days=days)

    found = swept(day=at.date(), at=at).made

    assert found.get("granted", 0) == many


def test_a_sweep_stays_in_its_county(county: County) -> None:
    granted(county.elders["a2"])

    assert swept(NEIGHBOUR).total == 0
    assert swept(TOWN_A).total == 1


def test_the_rest_waits_for_another_sweep(county: County) -> None:
    for key in ("a2", "b1"):
        granted(county.elders[key])

    first = sweep(COUNTY, day=LATER, at=LATER_AT, by="clerk", most=1)
    second = sweep(COUNTY, day=LATER, at=LATER_AT, by="clerk", most=1)

    assert [(one.total, one.is_more) for one in (first, second)] == [(1, True), (1, False)]


def test_of_the_dead_the_family_is_told_by_letter(county: County) -> None:
    her = county.elders["a2"]
    granted(her)
    registry.record(
        elder=her, facts={"death_date": TODAY}, start=TODAY, ground=Ground("死亡证明"),
        by="clerk", at=NOW,
    )  # fmt: skip

    swept()

    message = only("granted")
    assert message.letter["to"] == "李桂兰家属"
    assert message.channels == [LETTER]


def test_nobody_is_told_twice_even_by_raw_rows(county: County) -> None:
    granted(county.elders["a2"])
    swept()
    told = only("granted")

    with pytest.raises(IntegrityError, match="message_once"), transaction.atomic():
        Message.objects.create(
            subject=told.subject, elder=told.elder, cause="granted", reference=told.reference,
            channels=[LETTER], letter={}, happened_at=NOW, made_at=NOW,
        )  # fmt: skip


def test_a_message_is_seen_inside_its_area_alone(county: County) -> None:
    granted(county.elders["a2"])
    swept()

    seen = {}
    for code in (TOWN_A, VILLAGE_A2, VILLAGE_B, COUNTY, NEIGHBOUR):
        scope.enter(Scope((code,)))
        seen[code] = (Message.objects.count(), Event.objects.count())
    assert seen == {
        TOWN_A: (1, 1), COUNTY: (1, 1), VILLAGE_A2: (0, 0), VILLAGE_B: (0, 0), NEIGHBOUR: (0, 0)
    }  # fmt: skip


def test_a_message_goes_with_the_file_that_moves(county: County) -> None:
    her = county.elders["a2"]
    granted(her)
    swept()

    registry.record(
        elder=her, facts={"hukou": VILLAGE_B}, start=LATER, ground=Ground("迁移"), by="clerk",
        at=LATER_AT,
    )  # fmt: skip

    her.refresh_from_db()
    assert her.division_code == VILLAGE_B
    assert only("granted").division_code == VILLAGE_B
    assert set(Event.objects.values_list("division_code", flat=True)) == {VILLAGE_B}


@pytest.mark.parametrize("change", ["UPDATE notices_message SET sms = 'x'",
    "DELETE FROM notices_event", "UPDATE notices_event SET state = 'delivered'"])  # fmt: skip
def test_nothing_written_is_changed(county: County, change: str) -> None:
    granted(county.elders["a2"])
    swept()

    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        connection.cursor().execute(change)


def test_the_database_knows_the_same_order_of_states(county: County) -> None:
    del county
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(notices_moves())")
        in_database = {move for (move,) in cursor.fetchall()}

    assert in_database == {
        f"{before}>{after}" for before, many in states.NEXT.items() for after in many
    }


def test_a_confirmation_of_life_is_called_for_once(county: County) -> None:
    her = county.elders["a1"]
    deciding.approve(number=found_case(her).pk, by=APPROVER, at=NOW, day=TODAY)

    assert swept().made["life_due"] == 1
    assert swept(day=LATER + timedelta(days=1)).made.get("life_due", 0) == 0
    assert only("life_due").channels == [SMS, LETTER]


@pytest.mark.parametrize(("days", "in_how_many"), [(0, 0), (1, 30), (400, 30)])
def test_whoever_is_late_has_the_days_of_grace_to_come(
    county: County, days: int, in_how_many: int
) -> None:
    her = county.elders["a1"]
    deciding.approve(number=found_case(her).pk, by=APPROVER, at=NOW, day=TODAY)
    swept()
    due = date.fromisoformat(Message.objects.get(cause="life_due").reference.split(":")[2])
    day = due + timedelta(days=days)
    found = next(
        one
        for one in causes.FINDS[-1](causes.Look(COUNTY, NOW, day))
        if one.reference == f"alive:{her.pk}:{due}"
    )

    said = found.tell(ElderHolder(her))[0]

    assert said["due"] == str(day + timedelta(days=in_how_many))
