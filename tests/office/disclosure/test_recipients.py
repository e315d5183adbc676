"""Lists of recipients on the portal: only what a county names, masked, and for a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from anlao.office.disclosure import recipients, terms
from anlao.office.disclosure.models import PublicRecipient
from anlao.office.organisations.models import User
from anlao.office.payments import deciding
from anlao.office.payments.models import Line, Run, Transfer
from anlao.office.registry import operations
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from tests.office.county import (
    COUNTY,
    NEIGHBOUR,
    TOWN_A,
    VILLAGE_A1,
    VILLAGE_B,
    County,
    elder,
    everywhere,
)
from tests.office.payments.months import (
    AGE,
    APRIL,
    MAKER,
    MARCH,
    account,
    answered,
    approved,
    at,
    award,
    closed,
    decided,
    opened,
    sent,
)

Browser = Callable[[User | None], Client]
PAGE = f"/public/{COUNTY}/recipients"
TODAY = date(2026, 4, 20)
LATER = date(2026, 3, 11)
LISTS = {"items": [AGE], "amounts": True, "months": 12, "fewest": 1, "source": "局务会"}
pytestmark = pytest.mark.usefixtures("committed")


@contextmanager
def own_terms(**changes: object) -> Any:
    path = settings.DATA.path / "disclosure" / f"{COUNTY}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump({"lists": LISTS | changes}, allow_unicode=True), "utf-8")
    try:
        yield
    finally:
        path.unlink()


def publish(day: date = TODAY, **changes: object) -> int:
    with own_terms(**changes):
        return recipients.publish(COUNTY, day=day, at=at(TODAY))


def receiving(*elders: Elder) -> None:
    for her in elders:
        award(her)
        account(her)


def told(period: str = "2026-03") -> list[tuple[str, str]]:
    rows = recipients.listed(COUNTY, TODAY, period=period)
    return [(row.division_code, row.name) for row in rows]


@pytest.fixture
def march(county: County) -> County:
    """Two elders of a township were sent March."""
    receiving(county.elders["a1"], county.elders["a2"])
    sent(approved(decided(MARCH)))
    return county


@pytest.mark.usefixtures("march")
def test_a_county_that_says_nothing_shows_nothing() -> None:
    assert recipients.publish(COUNTY, day=TODAY, at=at(TODAY)) == 0
    assert terms.terms_of(COUNTY).lists.items == ()


@pytest.mark.usefixtures("march")
def test_a_month_that_was_sent_is_listed_with_masked_names() -> None:
    publish()

    assert told() == [(VILLAGE_A1, "李**"), (VILLAGE_A1, "王**")]


def test_what_is_not_sent_is_not_listed(county: County) -> None:
    receiving(county.elders["a1"])
    approved(decided(MARCH))

    assert publish() == 0


def test_what_came_back_is_not_listed(county: County) -> None:
    receiving(county.elders["a1"], county.elders["a2"])
    sent(run := approved(decided(MARCH)))
    answered(run, failing=(county.elders["a1"].pk,))

    publish()

    assert told() == [(VILLAGE_A1, "李**")]


@pytest.mark.usefixtures("march")
def test_sums_are_told_only_where_the_county_says_so_and_never_of_a_year() -> None:
    publish(amounts=False)
    assert set(PublicRecipient.objects.values_list("fen", flat=True)) == {None}

    publish()
    assert None not in set(
        PublicRecipient.objects.filter(period="2026-03").values_list("fen", flat=True)
    )
    assert set(PublicRecipient.objects.filter(period="2026").values_list("fen", flat=True)) == {
        None
    }


def test_a_year_counts_the_months_of_each(march: County) -> None:
    run = approved(decided(APRIL))
    sent(run)
    answered(run, failing=(march.elders["a1"].pk,))

    publish()

    rows = PublicRecipient.objects.filter(period="2026")
    assert {row.name: row.months for row in rows} == {"王**": 1, "李**": 2}
    assert recipients.periods(COUNTY, TODAY) == ["2026", "2026-04", "2026-03"]


@pytest.mark.parametrize("amounts", [True, False])
def test_who_was_paid_from_two_villages_in_a_month_stands_in_the_later_once(
    march: County, *, amounts: bool
) -> None:
    her, run = march.elders["a1"], Run.objects.using("owner").get()
    answered(run)
    closed(run)
    with transaction.atomic(), everywhere():
        operations.record(
            elder=her,
            facts={"birth_date": date(1931, 1, 1), "hukou": VILLAGE_B},
            start=date(2026, 1, 1),
            ground=Ground("户口簿"),
            by="clerk",
            at=at(LATER),
        )
    more = opened(MARCH, kind="correction", parent=run)
    deciding.decide(more.pk, by=MAKER, at=at(LATER, 10), today=LATER)
    with scope.within(WHOLE_OFFICE):
        more.refresh_from_db()
    sent(approved(more))
    rows = Transfer.objects.using("owner").filter(line__elder=her)
    # lines follow her file; one that was written while she moved may have stayed behind
    Line.objects.using("owner").filter(elder=her, run=run).update(division_code=VILLAGE_A1)
    assert [row.line.division_code for row in rows.order_by("pk")] == [VILLAGE_A1, VILLAGE_B]

    publish(amounts=amounts)

    assert told() == [(VILLAGE_A1, "李**"), (VILLAGE_B, "王**")]
    assert told("2026") == told()
    mine = PublicRecipient.objects.get(period="2026-03", division_code=VILLAGE_B)
    assert mine.fen == (sum(row.fen for row in rows) if amounts else None)
    assert mine.months == 1


@pytest.mark.usefixtures("march")
@pytest.mark.parametrize(("fewest", "place"), [(2, VILLAGE_A1), (3, TOWN_A)])
def test_few_names_stand_under_the_township(fewest: int, place: str) -> None:
    publish(fewest=fewest)

    assert {code for code, _ in told()} == {place}


def test_no_village_is_read_off_what_is_left_over(county: County) -> None:
    receiving(*(county.elders[key] for key in ("a1", "a2", "a3")))
    sent(approved(decided(MARCH)))

    publish(fewest=2)  # two in one village, one in another: one alone would be that village

    assert [code for code, _ in told()] == [TOWN_A] * 3


@pytest.mark.usefixtures("march")
@pytest.mark.parametrize(
    ("day", "periods"),
    [
        (date(2026, 6, 30), ["2026", "2026-03"]),
        (date(2026, 7, 1), ["2026"]),
        (date(2027, 3, 31), ["2026"]),
        (date(2027, 4, 1), []),
    ],
)
def test_a_list_is_gone_when_its_time_is_over(day: date, periods: list[str]) -> None:
    publish(months=3)
    assert recipients.periods(COUNTY, day) == periods  # at once, before any job

    publish(day, months=3)
    assert sorted(set(PublicRecipient.objects.values_list("period", flat=True))) == sorted(periods)


@pytest.mark.usefixtures("march")
def test_what_a_county_names_no_more_is_gone() -> None:
    assert publish() == 4
    assert publish(items=[]) == 0
    assert PublicRecipient.objects.count() == 0


def test_names_of_every_kind_are_masked(county: County) -> None:
    del county
    names = {"张三": "张*", "欧阳修文": "欧***", "古丽·马木提": "古*****", "佟": "佟*"}
    with transaction.atomic(), everywhere():
        made = [elder(name, VILLAGE_A1) for name in names]
    receiving(*made)
    sent(approved(decided(MARCH)))

    publish()

    assert sorted(name for _, name in told()) == sorted(names.values())
    with pytest.raises(DatabaseError, match="masked"), transaction.atomic():
        PublicRecipient.objects.using("owner").update(name="张三")


def test_a_neighbour_is_not_mixed_in(march: County) -> None:
    publish()

    assert recipients.publish(NEIGHBOUR, day=TODAY, at=at(TODAY)) == 0
    assert not recipients.any_in(NEIGHBOUR)
    assert march.elders["n1"].name[0] not in str(told())
    assert len(told()) == 2


@pytest.mark.usefixtures("march")
@pytest.mark.parametrize(
    "act",
    [
        "DELETE FROM disclosure_publicrecipient",
        "UPDATE disclosure_publicrecipient SET name = '*'",
        "INSERT INTO disclosure_publicrecipient SELECT * FROM disclosure_publicrecipient",
    ],
)
def test_the_applications_login_writes_none(act: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act)


def test_the_page_shows_the_latest_and_refuses_what_is_not_up(
    march: County, client_of: Browser
) -> None:
    cache.clear()
    stranger = client_of(None)
    assert "没有发放名单" in stranger.get(PAGE).content.decode()
    publish(timezone.localdate(), months=60)

    year = stranger.get(PAGE)
    month = stranger.get(f"{PAGE}?period=2026-03&item={AGE}").content.decode()

    assert "个月" in year.content.decode()
    assert year["X-Robots-Tag"] == "noindex, noarchive"
    assert "王**" in month
    assert march.elders["a1"].name not in month
    assert stranger.get(f"{PAGE}?period=2026-03&township=331123102").status_code == 200
    assert stranger.get(f"{PAGE}?period=2020-01").status_code == 404
    assert stranger.get(f"{PAGE}?item=nonsense").status_code == 400


def test_a_closed_month_stays_listed(county: County) -> None:
    receiving(county.elders["a1"])
    run = approved(decided(MARCH))
    sent(run)
    answered(run)
    closed(run)

    publish()

    assert told() == [(VILLAGE_A1, "王**")]
