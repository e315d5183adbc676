"""Family, addresses, household and consent: recorded, ended, taken back, never overwritten."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from anlao.office.registry import details
from anlao.office.registry.models import Address, Consent, Detail, Elder, Household, Relation
from anlao.office.registry.operations import Ground, SpanRefused
from anlao.office.shared import scope
from tests.office.county import County, scope_for
from tests.office.log import log

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime(2026, 3, 2, tzinfo=UTC)
LATER = datetime(2026, 4, 2, tzinfo=UTC)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
def her(db: None, county: County) -> Elder:
    del db
    scope.enter(scope_for(county.cast["clerk_a"]))
    return Elder.objects.get(pk=county.elders["a1"].pk)


def add(
    her: Elder, detail: type[Detail], *, start: date = MARCH, at: datetime = NOW, **values: Any
) -> Any:
    return details.add(
        elder=her, kind=detail, values=values, start=start, ground=Ground("来访"), by="t", at=at
    )


def texts(her: Elder, day: date, known_at: datetime = LATER) -> list[str]:
    return [
        str(getattr(row, "text", ""))
        for row in details.detail_on(Address, her, day, known_at=known_at)
    ]


def test_a_new_address_of_one_use_ends_the_one_before(her: Elder) -> None:
    add(her, Address, use="residence", text="旧屋")
    add(her, Address, use="registered", text="户口所在")

    add(her, Address, use="residence", text="新屋", start=APRIL, at=LATER)

    assert sorted(texts(her, MARCH)) == ["户口所在", "旧屋"]
    assert sorted(texts(her, APRIL)) == ["户口所在", "新屋"]
    assert "旧屋" in texts(her, APRIL, known_at=NOW)
    assert Elder.objects.get(pk=her.pk).address == "新屋"


@pytest.mark.parametrize(
    ("point", "fine"),
    [
        ({}, True),
        ({"longitude": Decimal("119.27"), "latitude": Decimal("28.59"), "datum": "gcj02"}, True),
        ({"longitude": Decimal("119.27"), "latitude": Decimal("28.59")}, False),
        ({"longitude": Decimal("119.27"), "datum": "wgs84"}, False),
        ({"longitude": Decimal("28.59"), "latitude": Decimal("119.27"), "datum": "wgs84"}, False),
        ({"longitude": Decimal(136), "latitude": Decimal(54), "datum": "wgs84"}, True),
        ({"longitude": Decimal("136.01"), "latitude": Decimal(54), "datum": "wgs84"}, False),
        ({"longitude": Decimal("119.27"), "latitude": Decimal("28.59"), "datum": "mars"}, False),
    ],
)
def test_a_point_is_whole_and_in_china(her: Elder, point: dict[str, Any], fine: bool) -> None:
    if fine:
        add(her, Address, use="residence", text="某处", **point)
        assert texts(her, MARCH) == ["某处"]
    else:
        with pytest.raises(details.DetailRefused):
            add(her, Address, use="residence", text="某处", **point)
        assert texts(her, MARCH) == []


def test_relatives_stand_side_by_side_and_their_telephones_are_sealed(her: Elder) -> None:
    son = add(her, Relation, kind="son", name="王建国", phone="13900001234", is_supporter=True)
    add(her, Relation, kind="daughter", name="王建英", is_agent=True)

    held = details.detail_on(Relation, her, APRIL, known_at=LATER)

    assert {row.pk for row in held} >= {son.pk}
    assert len(held) == 2
    assert b"13900001234" not in bytes(son.phone_cipher)
    assert "13900001234" not in son.phone_mask
    assert details.phone_of(son, her) == "13900001234"


def test_what_never_held_stays_readable_as_known_then(her: Elder) -> None:
    wrong = add(her, Relation, kind="spouse", name="认错的人")

    details.take_back(elder=her, row=wrong, reason="同名", by="t", at=LATER)

    assert details.detail_on(Relation, her, MARCH, known_at=NOW) == [wrong]
    assert details.detail_on(Relation, her, MARCH, known_at=LATER) == []


def test_an_end_holds_from_its_day_on(her: Elder) -> None:
    row = add(her, Consent, matter="sharing", is_given=True)

    details.end(elder=her, row=row, day=APRIL, reason="撤回", by="t", at=LATER)

    assert len(details.detail_on(Consent, her, MARCH, known_at=LATER)) == 1
    assert details.detail_on(Consent, her, APRIL, known_at=LATER) == []
    with pytest.raises(SpanRefused):
        details.end(elder=her, row=row, day=MARCH, reason="撤回", by="t", at=LATER)


def test_a_withdrawn_consent_replaces_the_one_given(her: Elder) -> None:
    add(her, Consent, matter="sharing", is_given=True)
    add(her, Consent, matter="visits", is_given=True)
    add(her, Consent, matter="sharing", is_given=False, start=APRIL, at=LATER)

    held = details.detail_on(Consent, her, APRIL, known_at=LATER)

    assert {(row.matter, row.is_given) for row in held} == {("sharing", False), ("visits", True)}  # type: ignore[attr-defined]


def test_one_household_a_day(her: Elder) -> None:
    add(her, Household, number="1001")
    add(her, Household, number="1002", start=APRIL, at=LATER)

    held = details.detail_on(Household, her, APRIL, known_at=LATER)

    assert [row.number for row in held] == ["1002"]  # type: ignore[attr-defined]


def test_a_detail_is_never_rewritten_in_the_database(her: Elder) -> None:
    row = add(her, Relation, kind="son", name="王建国")

    with pytest.raises(DatabaseError), transaction.atomic():
        Relation.objects.filter(pk=row.pk).update(name="别人")


def test_every_change_is_in_the_log_without_numbers(her: Elder) -> None:
    add(her, Relation, kind="son", name="王建国", phone="13900001234")

    entry = log().get(act="add_detail", subject=f"elder:{her.pk}")

    assert "13900001234" not in str(entry.after)
    assert entry.purpose == "来访"
