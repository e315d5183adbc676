"""Access cards: handed out, good for one elder, locked by wrong codes, ended with her death."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from anlao.office.citizens import cards, entering
from anlao.office.citizens.cards import HERSELF, CardRefused, Holder
from anlao.office.citizens.models import Card
from anlao.office.registry.models import Elder
from anlao.office.shared import audit, scope
from tests.office.county import County, everywhere
from tests.office.log import log

pytestmark = pytest.mark.usefixtures("db")
DAY = date(2026, 11, 27)
NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
DAUGHTER = Holder("王小妹", "女儿", may_apply=False)


def issued(elder: Elder, holder: Holder = HERSELF) -> tuple[Card, str]:
    with everywhere():
        return cards.issue(
            elder=elder, holder=holder, evidence="身份证原件", day=DAY, by="clerk_a", at=NOW
        )


def entered(card: Card, code: str, born: date | None, at: datetime = NOW) -> str | None:
    return entering.enter(number=card.number, code=code, born=born, day=DAY, at=at)


@pytest.fixture(autouse=True)
def nobody_else() -> Iterator[None]:
    yield
    scope.leave_own()


def test_a_good_card_opens_the_file_of_one(county: County) -> None:
    a1 = county.elders["a1"]
    card, code = issued(a1)

    token = entered(card, code.lower().replace("-", " "), a1.birth_date)

    assert token is not None
    assert list(Elder.objects.values_list("pk", flat=True)) == [a1.pk]
    scope.leave_own()
    assert not Elder.objects.exists()
    me = entering.shown(token, day=DAY, at=NOW + timedelta(minutes=5))
    assert me is not None
    assert (me.elder.pk, me.card.pk) == (a1.pk, card.pk)


@pytest.mark.parametrize("wrong", ["code", "birth", "no birth", "number"])
def test_whatever_does_not_fit_opens_nothing(county: County, wrong: str) -> None:
    a1 = county.elders["a1"]
    card, code = issued(a1)
    born = {"birth": date(1940, 5, 7), "no birth": None}.get(wrong, a1.birth_date)
    number = "00000000" if wrong == "number" else card.number

    token = entering.enter(
        number=number, code="WRONG" if wrong == "code" else code, born=born, day=DAY, at=NOW
    )

    assert token is None
    assert not Elder.objects.exists()
    assert not Card.objects.exists()


def test_wrong_codes_lock_the_card_for_a_while(county: County) -> None:
    a1 = county.elders["a1"]
    card, code = issued(a1)
    for _ in range(5):
        assert entered(card, "WRONG", a1.birth_date) is None

    assert entered(card, code, a1.birth_date) is None
    assert entered(card, code, a1.birth_date, NOW + timedelta(minutes=16)) is not None
    audit.write_waiting()
    acts = list(log(who=card.actor).values_list("act", flat=True))
    assert acts.count("card_sign_in_failed") == 4
    assert acts.count("card_locked") == 1
    assert "card_refused" in acts


def test_a_page_left_alone_and_a_sign_in_that_ended_open_nothing(county: County) -> None:
    a1 = county.elders["a1"]
    card, code = issued(a1)
    token = entered(card, code, a1.birth_date)
    assert token is not None

    assert entering.shown(token, day=DAY, at=NOW + timedelta(minutes=16)) is None
    assert not Elder.objects.exists()
    me = entering.shown(token, day=DAY, at=NOW)
    assert me is not None
    entering.leave(me, at=NOW)
    assert entering.shown(token, day=DAY, at=NOW) is None


def test_a_card_that_is_over_opens_nothing(county: County) -> None:
    a1 = county.elders["a1"]
    card, code = issued(a1)

    late = entering.enter(number=card.number, code=code, born=a1.birth_date, day=card.until, at=NOW)

    assert card.until == date(2028, 11, 27)
    assert late is None


@pytest.mark.parametrize("state", ["deceased", "moved_out"])
def test_cards_end_with_the_file(county: County, state: str) -> None:
    a1 = county.elders["a1"]
    card, code = issued(a1)
    token = entered(card, code, a1.birth_date)
    assert token is not None
    scope.leave_own()
    with everywhere():
        Elder.objects.filter(pk=a1.pk).update(state=state)

    assert entering.shown(token, day=DAY, at=NOW) is None
    assert entered(card, code, a1.birth_date) is None
    assert not Elder.objects.exists()


def test_a_blocked_card_opens_nothing_and_stays_so(county: County) -> None:
    a1 = county.elders["a1"]
    card, code = issued(a1, DAUGHTER)
    token = entered(card, code, a1.birth_date)
    assert token is not None
    scope.leave_own()
    with everywhere():
        cards.end(card=card, reason="本人要求停用", by="clerk_a", at=NOW)

    assert entering.shown(token, day=DAY, at=NOW) is None
    assert entered(card, code, a1.birth_date) is None
    with everywhere(), pytest.raises(DatabaseError, match="stays so"), transaction.atomic():
        Card.objects.filter(pk=card.pk).update(ended_at=None, ended_by="")


def test_a_new_card_of_her_own_takes_the_place_of_the_one_before(county: County) -> None:
    first, _ = issued(county.elders["a1"])
    agent, _ = issued(county.elders["a1"], DAUGHTER)

    second, _ = issued(county.elders["a1"])

    with everywhere():
        live = Card.objects.filter(elder=county.elders["a1"], ended_at=None)
        assert set(live.values_list("number", flat=True)) == {agent.number, second.number}
        assert first.number != second.number


def test_no_card_without_papers_birth_or_relation(county: County) -> None:
    a1 = county.elders["a1"]
    with everywhere():
        for holder, evidence in ((HERSELF, ""), (Holder("王小妹"), "身份证")):
            with pytest.raises(CardRefused):
                cards.issue(elder=a1, holder=holder, evidence=evidence, day=DAY, by="c", at=NOW)
        a1.birth_date = None
        with pytest.raises(CardRefused, match="date of birth"):
            cards.issue(elder=a1, holder=HERSELF, evidence="身份证", day=DAY, by="c", at=NOW)


def test_the_code_is_kept_nowhere(county: County) -> None:
    card, code = issued(county.elders["a1"])

    with everywhere(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_jsonb(c)::text FROM citizens_card c WHERE number = %s", [card.number]
        )
        kept = cursor.fetchone()[0]
    audit.write_waiting()
    told = str(list(log(act="issue_card").values()))

    for text in (kept, told):
        assert code not in text
        assert code.replace("-", "") not in text
