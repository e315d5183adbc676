"""What an agent's card lets its holder do, and for how long: refused by the database itself.

Every change here is raw SQL under the pass of a card, as if a page had forgotten to ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from anlao.office.cases.models import Case
from anlao.office.citizens import cards, entering
from anlao.office.citizens.cards import HERSELF, CardRefused, Holder
from anlao.office.citizens.models import Card, CardSignIn, Correction
from anlao.office.registry.models import Elder
from anlao.office.shared import audit, scope
from tests.office.cases import flow
from tests.office.county import County, everywhere
from tests.office.log import log

pytestmark = pytest.mark.usefixtures("db")
DAY = date(2026, 11, 27)
NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
LATEST = date(2028, 11, 27)
"""What the usual settings allow on that day."""
HOLDERS = {
    "herself": HERSELF,
    "daughter": Holder("王小妹", "女儿", may_apply=True),
    "son": Holder("王大力", "儿子", may_apply=False),
}


@dataclass(frozen=True)
class Family:
    """An elder with a card of her own, a daughter who may apply and a son who may only see."""

    elder: Elder
    cards: dict[str, Card]
    codes: dict[str, str]

    def enters(self, who: str) -> Card:
        """Let one of them be signed in for the rest of the transaction; return her card."""
        card = self.cards[who]
        token = entering.enter(
            number=card.number, code=self.codes[who], born=self.elder.birth_date, day=DAY, at=NOW
        )
        assert token is not None
        assert entering.shown(token, day=DAY, at=NOW) is not None
        return card


def issued(elder: Elder, holder: Holder, until: date | None = None) -> tuple[Card, str]:
    return cards.issue(
        elder=elder, holder=holder, evidence="身份证", day=DAY, by="clerk_a", at=NOW, until=until
    )


@pytest.fixture
def family(county: County) -> Iterator[Family]:
    a1 = county.elders["a1"]
    with everywhere():
        made = {who: issued(a1, holder) for who, holder in HOLDERS.items()}
        issued(county.elders["b1"], HERSELF)
    yield Family(
        a1,
        {who: card for who, (card, _) in made.items()},
        {who: code for who, (_, code) in made.items()},
    )
    scope.leave_own()


def does(change: str, *values: Any) -> int:
    """Return how many rows a change reached. Raises DatabaseError where it is refused."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change, values or None)
        return int(cursor.rowcount)


def names_an_agent(elder: Elder, until: date, holder: str = "agent") -> int:
    name = "外人" if holder == "agent" else ""
    return does(
        "INSERT INTO citizens_card (number, digest, elder_id, division_code, holder, name,"
        " relation, may_apply, evidence, until, issued_by, issued_at, failed_attempts, ended_by,"
        " ended_reason)"
        " VALUES ('12345678', 'x', %s, '', %s, %s, %s, true, 'x', %s, 'x', now(), 0, '', '')",
        elder.pk, holder, name, name, until,
    )  # fmt: skip


def asks(elder: Elder, kind: str, name: str, relation: str) -> int:
    return does(
        "INSERT INTO cases_case (subject, elder_id, division_code, provision, state, way_in,"
        " asked_on, asked_by_kind, agent_name, agent_relation, ground, path, round, deadline_note)"
        " VALUES (%s, %s, '', %s, 'asked', 'portal', %s, %s, %s, %s, '', '{}', 1, '')",
        f"elder:{elder.pk}", elder.pk, flow.SUPPORT, DAY, kind, name, relation,
    )  # fmt: skip


def asks_to_correct(elder: Elder, signed: str) -> int:
    return does(
        "INSERT INTO citizens_correction (elder_id, division_code, fact, said, shows, day, by, at,"
        " state, answer, answered_by) VALUES (%s, '', 'lives_alone', 'x', 'x', %s, %s, now(),"
        " 'open', '', '')",
        elder.pk, DAY, signed,
    )  # fmt: skip


OF_ONES_OWN = {
    "a longer time": "UPDATE citizens_card SET until = until + 1",
    "a shorter time": "UPDATE citizens_card SET until = until - 1",
    "an end": "UPDATE citizens_card SET ended_at = now(), ended_by = 'x'",
}
OF_OTHERS = OF_ONES_OWN | {
    "more tries": "UPDATE citizens_card SET failed_attempts = 0, locked_until_at = NULL",
}


@pytest.mark.parametrize("who", ["daughter", "son"])
@pytest.mark.parametrize("change", OF_ONES_OWN.values(), ids=OF_ONES_OWN)
def test_an_agent_does_not_change_her_own_card(family: Family, who: str, change: str) -> None:
    mine = family.enters(who)

    with pytest.raises(ProgrammingError, match="only the elder herself"):
        does(f"{change} WHERE id = %s", mine.pk)


@pytest.mark.parametrize("change", OF_OTHERS.values(), ids=OF_OTHERS)
def test_an_agent_reaches_no_other_card(family: Family, change: str) -> None:
    mine = family.enters("daughter")

    assert does(f"{change} WHERE id <> %s", mine.pk) == 0


def test_an_agent_ends_no_sign_in_of_another(family: Family) -> None:
    family.enters("herself")
    mine = family.enters("daughter")

    change = "UPDATE citizens_cardsignin SET ended_at = now() WHERE card_id <> %s"
    assert does(change, mine.pk) == 0


@pytest.mark.parametrize("who", ["daughter", "son"])
def test_an_agent_names_nobody(family: Family, who: str) -> None:
    family.enters(who)

    with pytest.raises(DatabaseError, match="row-level security"):
        names_an_agent(family.elder, DAY + timedelta(days=1))


def test_an_agent_makes_no_sign_in_of_the_elder(family: Family) -> None:
    family.enters("daughter")

    with pytest.raises(DatabaseError, match="row-level security"):
        does(
            "INSERT INTO citizens_cardsignin (card_id, elder_id, division_code, digest, started_at,"
            " seen_at) VALUES (%s, %s, '', 'x', now(), now())",
            family.cards["herself"].pk, family.elder.pk,
        )  # fmt: skip


def test_a_card_that_has_proved_nothing_yet_names_and_ends_nobody(family: Family) -> None:
    scope.enter_own(scope.Own(family.elder.pk, family.cards["herself"].pk))

    assert does("UPDATE citizens_card SET failed_attempts = 1") == 1
    assert does("UPDATE citizens_card SET until = until - 1 WHERE holder = 'agent'") == 0
    with pytest.raises(DatabaseError, match="row-level security"):
        names_an_agent(family.elder, DAY + timedelta(days=1))


@pytest.mark.parametrize(("until", "may"), [(LATEST, True), (LATEST + timedelta(days=1), False)])
def test_she_names_an_agent_for_as_long_as_her_county_says(
    family: Family, until: date, may: bool
) -> None:
    family.enters("herself")

    if may:
        assert names_an_agent(family.elder, until) == 1
    else:
        with pytest.raises(DatabaseError, match="row-level security"):
            names_an_agent(family.elder, until)


def test_she_gives_herself_no_card(family: Family) -> None:
    family.enters("herself")

    with pytest.raises(DatabaseError, match="row-level security"):
        names_an_agent(family.elder, LATEST, holder="self")


@pytest.mark.parametrize(
    ("until", "may"),
    [(DAY + timedelta(days=1), True), (LATEST, True), (LATEST + timedelta(days=1), False)],
)
def test_she_moves_an_agents_end_as_far_as_her_county_says(
    family: Family, until: date, may: bool
) -> None:
    family.enters("herself")
    does("UPDATE citizens_card SET until = %s WHERE holder = 'agent'", LATEST - timedelta(days=9))
    change = "UPDATE citizens_card SET until = %s WHERE holder = 'agent'"

    if may:
        assert does(change, until) == 2
    else:
        with pytest.raises(DatabaseError, match="for so long"):
            does(change, until)


def test_nobody_moves_the_end_of_the_elders_own_card(family: Family) -> None:
    change = "UPDATE citizens_card SET until = until - 1 WHERE holder = 'self'"
    family.enters("herself")
    with pytest.raises(DatabaseError, match="only the end of an agent's card"):
        does(change)
    scope.leave_own()

    with everywhere(), pytest.raises(DatabaseError, match="only the end of an agent's card"):
        does(change)


def test_she_ends_an_agent_and_the_agents_sign_in(family: Family) -> None:
    daughter = family.enters("daughter")
    family.enters("herself")

    cards.end(card=daughter, reason="本人停用", by=family.cards["herself"].actor, at=NOW)

    daughter.refresh_from_db()
    assert daughter.ended_at == NOW
    assert not CardSignIn.objects.filter(card=daughter, ended_at=None).exists()


def test_whose_card_only_sees_asks_for_nothing(family: Family) -> None:
    son = family.enters("son")

    with pytest.raises(DatabaseError, match="row-level security"):
        asks(family.elder, "agent", son.name, son.relation)
    with pytest.raises(DatabaseError, match="row-level security"):
        asks_to_correct(family.elder, son.actor)
    assert not Case.objects.exists()
    assert not Correction.objects.exists()


def test_an_agent_who_may_apply_asks_in_her_own_name_alone(family: Family) -> None:
    daughter = family.enters("daughter")

    for asked_as in (("self", "", ""), ("agent", "王大力", "儿子"), ("village", "", "")):
        with pytest.raises(DatabaseError, match="row-level security"):
            asks(family.elder, *asked_as)
    for who in ("herself", "son"):
        with pytest.raises(DatabaseError, match="row-level security"):
            asks_to_correct(family.elder, family.cards[who].actor)

    assert asks(family.elder, "agent", daughter.name, daughter.relation) == 1
    assert asks_to_correct(family.elder, daughter.actor) == 1


def test_a_case_is_taken_back_by_whoever_may_apply(family: Family) -> None:
    with everywhere():
        flow.asked(family.elder)
    change = "UPDATE cases_case SET state = 'withdrawn'"

    family.enters("son")
    assert does(change) == 0
    family.enters("daughter")
    assert does(change) == 1


def test_the_end_of_an_agents_card_is_moved_with_a_reason_and_logged(family: Family) -> None:
    daughter = family.cards["daughter"]
    until = date(2027, 6, 30)

    with everywhere():
        cards.move_end(card=daughter, until=until, day=DAY, reason="本人要求", by="clerk_a")
        daughter.refresh_from_db()

    assert daughter.until == until
    audit.write_waiting()
    entry = log().get(act="move_card_end")
    assert (entry.who, entry.purpose) == ("clerk_a", "本人要求")
    assert entry.before == {"card": daughter.number, "until": "2028-11-27"}
    assert entry.after == {"card": daughter.number, "until": "2027-06-30"}


REFUSED = {
    "a day after the latest": (LATEST + timedelta(days=1), "本人要求", "2028-11-27"),
    "today, which is to end her": (DAY, "本人要求", "for a day at least"),
    "the same day": (LATEST, "本人要求", "nothing was changed"),
    "no reason": (DAY + timedelta(days=1), "", "Say why"),
}


@pytest.mark.parametrize(("until", "reason", "said"), REFUSED.values(), ids=REFUSED)
def test_an_end_is_not_moved_to(family: Family, until: date, reason: str, said: str) -> None:
    daughter = family.cards["daughter"]
    with everywhere(), pytest.raises(CardRefused, match=said):
        cards.move_end(card=daughter, until=until, day=DAY, reason=reason, by="clerk_a")


@pytest.mark.parametrize("over", ["ended", "run out", "her own", "file closed"])
def test_only_an_agents_card_that_is_good_has_its_end_moved(family: Family, over: str) -> None:
    card = family.cards["herself" if over == "her own" else "daughter"]
    day = LATEST if over == "run out" else DAY

    with everywhere():
        if over == "ended":
            cards.end(card=card, reason="遗失", by="clerk_a", at=NOW)
        if over == "file closed":
            card.elder.state = Elder.State.DECEASED
        with pytest.raises(CardRefused):
            cards.move_end(
                card=card, until=day + timedelta(days=30), day=day, reason="延长", by="clerk_a"
            )


@pytest.mark.parametrize(("until", "may"), [(LATEST, True), (LATEST + timedelta(days=1), False)])
def test_no_card_is_handed_out_for_longer_than_the_county_says(
    county: County, until: date, may: bool
) -> None:
    a1 = county.elders["a1"]
    with everywhere():
        if may:
            assert issued(a1, HOLDERS["son"], until)[0].until == until
        else:
            with pytest.raises(CardRefused, match="2028-11-27"):
                issued(a1, HOLDERS["son"], until)
