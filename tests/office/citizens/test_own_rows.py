"""A citizen's pass shows one elder's rows, in every table there is, even to raw SQL."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from anlao.office.benefits.holders import ElderHolder
from anlao.office.cases import asking
from anlao.office.cases.asking import Asker
from anlao.office.citizens import cards, corrections
from anlao.office.citizens.cards import HERSELF
from anlao.office.citizens.models import Card
from anlao.office.messages.models import Event, Message
from anlao.office.registry.models import Elder
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE, Own, make_own_pass, make_pass
from tests.office.cases import flow
from tests.office.county import County, everywhere
from tests.office.payments import months

pytestmark = pytest.mark.usefixtures("committed")
PUBLIC = {"service_list_edition", "service_list_item", "service_list_contact"}
"""What is published is everybody's to read."""
WHOSE = {
    "registry_elder": "id",
    "notices_event": "(SELECT elder_id FROM notices_message m WHERE m.id = message_id)",
    "shared_auditentry": "substr(subject, 7)::bigint",
    "payments_transfer": "(SELECT elder_id FROM payments_line l WHERE l.id = line_id)",
    **{
        f"cases_{part}": "(SELECT elder_id FROM cases_case c WHERE c.id = case_id)"
        for part in ("step", "shown", "objection", "ruling")
    },
}
"""Whose a row is, where no column of its own says so."""
READ = {
    "registry_elder", "registry_vitalstatus", "registry_registrationstatus", "benefits_award",
    "cases_case", "cases_step", "cases_shown", "payments_line", "payments_transfer",
    "citizens_card", "citizens_correction", "notices_message", "notices_event",
    "shared_auditentry",
}  # fmt: skip
"""In which the elder of the test has rows."""


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return list(cursor.fetchall())


def hers(elder: Elder) -> Own:
    """Return the pass that her own card gives her."""
    with everywhere():
        card = Card.objects.get(elder=elder, holder=Card.Holder.SELF, ended_at=None)
    return Own(elder.pk, card.pk, cards.latest_end(elder, flow.TODAY))


@pytest.fixture
def busy(county: County) -> Iterator[County]:
    """Two elders who have asked, were paid and have cards."""
    for key in ("a1", "b1"):
        months.award(county.elders[key])
        months.account(county.elders[key])
    run = months.approved(months.decided(months.MARCH))
    months.sent(run)
    with transaction.atomic(), everywhere():
        for key in ("a1", "b1"):
            her = county.elders[key]
            asking.apply(
                holder=ElderHolder(her), provision=flow.SUPPORT, way_in="counter",
                asker=Asker(), day=flow.TODAY, by="clerk", at=flow.NOW,
            )  # fmt: skip
            cards.issue(
                elder=her,
                holder=HERSELF,
                evidence="身份证",
                day=flow.TODAY,
                by="clerk",
                at=flow.NOW,
            )
            corrections.ask(
                elder=her, fact="lives_alone", said="独居", shows="村委会证明", day=flow.TODAY,
                by="card:1", at=flow.NOW,
            )  # fmt: skip
            told = Message.objects.create(
                subject=f"elder:{her.pk}", elder=her, cause="granted", reference=f"step:{her.pk}",
                channels=["letter"], letter={}, happened_at=flow.NOW, made_at=flow.NOW,
            )  # fmt: skip
            Event.objects.create(message=told, state="made", by="nightly", at=flow.NOW)
    with transaction.atomic():
        yield county


def touched(change: str) -> int:
    """Return how many rows a change reached: none where the login may not make it at all."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
            return int(cursor.rowcount)
    except ProgrammingError:  # permission denied
        return 0


def secured() -> list[str]:
    found = rows(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r' ORDER BY relname"
    )
    return [name for (name,) in found]


def test_every_table_shows_her_rows_and_no_others(busy: County) -> None:
    a1 = busy.elders["a1"].pk
    scope.enter_own(hers(busy.elders["a1"]))

    seen = {}
    for table in sorted(set(secured()) - PUBLIC):
        count = rows(f"SELECT count(*) FROM {table}")[0][0]
        columns = {name for (name,) in rows(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass", table)}  # fmt: skip
        whose = WHOSE.get(table) or ("elder_id" if "elder_id" in columns else None)
        if count:
            assert whose is not None, f"{table} shows a citizen rows of nobody knows whom"
            assert rows(f"SELECT DISTINCT {whose} FROM {table}") == [(a1,)], table
        seen[table] = count

    assert {table for table, count in seen.items() if count} >= READ
    scope.enter(WHOLE_OFFICE)
    for table in READ - {"registry_registrationstatus"}:
        assert rows(f"SELECT count(*) FROM {table}")[0][0] > seen[table], table
    scope.leave_own()


def test_without_a_good_pass_nothing_is_seen(busy: County) -> None:
    a1, b1 = busy.elders["a1"].pk, busy.elders["b1"].pk
    now = time.time()
    own = hers(busy.elders["a1"])
    good = make_own_pass(own, now=now)
    forged = good.replace(f"citizen:{a1}:", f"citizen:{b1}:")
    staff = make_pass(WHOLE_OFFICE, now=now)

    for name, text in (
        ("anlao.citizen", ""),
        ("anlao.citizen", forged),
        ("anlao.citizen", make_own_pass(own, now=now - 7200)),
        ("anlao.citizen", staff),
        ("anlao.citizen", "citizen:x"),
        ("anlao.pass", good),
    ):
        rows("SELECT set_config(%s, %s, true)", name, text)
        for table in sorted(set(secured()) - PUBLIC):
            assert rows(f"SELECT count(*) FROM {table}") == [(0,)], (table, text)
        rows("SELECT set_config(%s, '', true)", name)


def test_a_citizen_takes_the_place_of_no_staff(busy: County) -> None:
    scope.enter(WHOLE_OFFICE)

    scope.enter_own(hers(busy.elders["a1"]))

    assert rows("SELECT count(*) FROM registry_elder") == [(1,)]
    scope.leave_own()
    assert rows("SELECT count(*) FROM registry_elder") == [(0,)]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE registry_elder SET name = 'x'",
        "UPDATE registry_vitalstatus SET known = known",
        "UPDATE payments_line SET state = 'owed'",
        "UPDATE benefits_award SET known = known",
        "DELETE FROM cases_shown",
    ],
)
def test_she_reads_and_does_not_write(busy: County, change: str) -> None:
    scope.enter_own(hers(busy.elders["a1"]))

    assert touched(change) == 0
    scope.leave_own()


@pytest.mark.parametrize("state", ["approval", "open"])
def test_no_case_goes_where_only_the_office_takes_it(busy: County, state: str) -> None:
    scope.enter_own(hers(busy.elders["a1"]))

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET state = %s", [state])
    scope.leave_own()


FORGED = {
    "an approval": (
        "INSERT INTO cases_step (case_id, division_code, at, by, act, before, after, reason)"
        " SELECT id, '', now(), 'approver', 'approve', 'asked', 'open', '' FROM cases_case"
    ),
    "her own step as the office's": (
        "INSERT INTO cases_step (case_id, division_code, at, by, act, before, after, reason)"
        " SELECT id, '', now(), 'clerk', 'withdraw', 'asked', 'withdrawn', '' FROM cases_case"
    ),
    "a paper that nobody saw": (
        "INSERT INTO cases_shown (case_id, division_code, at, by, zh, en, note)"
        " SELECT c.id, '', now(), 'card:' || k.number, 'x', 'x', '原件已核'"
        " FROM cases_case c, citizens_card k"
    ),
    "an objection that was answered": (
        "INSERT INTO cases_objection (case_id, division_code, at, by, against, day, who, text,"
        " answer, is_upheld, answered_by, answered_at) SELECT c.id, '', now(),"
        " 'card:' || k.number, 'ruling', now(), 'x', 'x', 'x', true, 'boss', now()"
        " FROM cases_case c, citizens_card k"
    ),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_she_signs_for_nobody_else_and_says_nothing_of_the_offices(
    busy: County, forged: str
) -> None:
    scope.enter_own(hers(busy.elders["a1"]))

    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(forged)
    scope.leave_own()


def test_no_card_of_her_own_and_none_for_another(busy: County) -> None:
    a1, b1 = busy.elders["a1"], busy.elders["b1"]
    scope.enter_own(hers(a1))

    for elder, holder in ((a1, "self"), (b1, "agent")):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            rows(
                "INSERT INTO citizens_card (number, digest, elder_id, division_code, holder, name,"
                " relation, may_apply, evidence, until, issued_by, issued_at, failed_attempts,"
                " ended_by, ended_reason) VALUES ('12345678', 'x', %s, '', %s, '', '', true, 'x',"
                " %s, 'x', now(), 0, '', '') RETURNING id",
                elder.pk, holder, date(2027, 1, 1),
            )  # fmt: skip
    scope.leave_own()
