"""Public notices on the portal: masked, of one county, for their days, and gone at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Thread
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.utils import timezone

from anlao import masking
from anlao.office.benefits.holders import FileHolder
from anlao.office.cases import asking, terms, verifying
from anlao.office.cases.asking import Asker
from anlao.office.cases.models import Case
from anlao.office.disclosure import notices
from anlao.office.disclosure.models import PublicNotice
from anlao.office.interfaces.tasks.disclosing import tell_public
from anlao.office.organisations.models import User
from anlao.office.registry.models import Elder
from anlao.office.workforce.registers import CAREGIVERS
from tests.office.cases.flow import (
    NOW,
    SUPPORT,
    TODAY,
    TOWN,
    VILLAGE,
    check_all,
    needy,
    on_notice,
    show_all,
)
from tests.office.county import COUNTY, NEIGHBOUR, VILLAGE_A1, County, everywhere
from tests.office.subjects.registers import caregiver

Browser = Callable[[User | None], Client]
PAGE = f"/public/{COUNTY}/notices"


@pytest.fixture
def posted(county: County, committed: None) -> Case:
    """A case that was put on notice today, told to the public."""
    del county, committed
    with transaction.atomic(), everywhere():
        case = on_notice(needy("叶素珍"))
    notices.publish(COUNTY, day=TODAY, at=NOW)
    return case


def told() -> list[PublicNotice]:
    return list(PublicNotice.objects.all())


@contextmanager
def own_terms(**changes: object) -> Any:
    usual = yaml.safe_load(terms._USUAL.read_text("utf-8"))
    path = settings.DATA.path / "cases" / f"{COUNTY}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(usual | changes, allow_unicode=True), "utf-8")
    try:
        yield
    finally:
        path.unlink()


@pytest.mark.usefixtures("posted")
def test_a_notice_tells_a_masked_name_and_no_item() -> None:
    (row,) = told()

    assert (row.name, row.provision, row.place) == ("叶**", "", "村务公开栏")
    assert (row.first_day, row.last_day) == (TODAY, TODAY + timedelta(days=6))


@pytest.mark.usefixtures("posted")
def test_an_item_is_told_where_the_county_names_it() -> None:
    online = {"shown": True, "items": [SUPPORT], "source": "局务会"}
    with own_terms(notice_online=online):
        notices.publish(COUNTY, day=TODAY, at=NOW)

    assert [row.provision for row in told()] == [SUPPORT]


@pytest.mark.usefixtures("posted")
def test_a_county_may_tell_nothing_and_settings_without_a_word_tell_nothing() -> None:
    with own_terms(notice_online={"shown": False, "items": [], "source": "局务会"}):
        assert notices.publish(COUNTY, day=TODAY, at=NOW) == 0
    assert told() == []

    usual = yaml.safe_load(terms._USUAL.read_text("utf-8"))
    del usual["notice_online"]
    assert terms.Terms.model_validate(usual).notice_online.shown is False


@pytest.mark.parametrize(
    ("days", "count"), [(-1, 0), (0, 1), (6, 1), (7, 0)], ids=["before", "first", "last", "after"]
)
def test_it_is_there_from_its_first_day_through_its_last(
    posted: Case, days: int, count: int
) -> None:
    del posted
    assert notices.on(COUNTY, TODAY + timedelta(days=days)).count() == count


@pytest.mark.usefixtures("posted")
def test_a_later_telling_drops_what_is_over_and_a_second_tells_the_same() -> None:
    assert notices.publish(COUNTY, day=TODAY, at=NOW) == 1
    assert len(told()) == 1
    assert notices.publish(COUNTY, day=TODAY + timedelta(days=7), at=NOW) == 0
    assert told() == []


def test_a_neighbour_is_not_mixed_in(posted: Case) -> None:
    del posted
    assert notices.on(NEIGHBOUR, TODAY).count() == 0
    assert notices.publish(NEIGHBOUR, day=TODAY, at=NOW) == 0
    assert notices.on(COUNTY, TODAY).count() == 1


def object_to(case: Case) -> None:
    verifying.object_to_notice(
        number=case.pk, who="邻居", text="有房出租", by=VILLAGE, at=NOW, day=TODAY
    )


@pytest.mark.usefixtures("committed")
def test_a_caregivers_notice_is_told_with_a_masked_name(county: County) -> None:
    del county
    with transaction.atomic(), everywhere():
        her = FileHolder(CAREGIVERS, caregiver("何惠芳", VILLAGE_A1))
        case = taken_to_notice(her)

    notices.publish(COUNTY, day=TODAY, at=NOW)

    assert [(row.number, row.name) for row in told()] == [(case.pk, masking.name("何惠芳"))]


def taken_to_notice(holder: FileHolder) -> Case:
    case = asking.apply(
        holder=holder,
        provision="special-post-allowance",
        way_in="counter",
        asker=Asker("self"),
        day=TODAY,
        by=VILLAGE,
        at=NOW,
    )
    show_all(case)
    case = verifying.complete(number=case.pk, by=TOWN, at=NOW, day=TODAY)
    check_all(case)
    return verifying.post(number=case.pk, place="官网", first=TODAY, by=TOWN, at=NOW, day=TODAY)


def withdraw(case: Case) -> None:
    asking.withdraw(number=case.pk, reason="不再申请", by=VILLAGE, at=NOW, day=TODAY)


def rename(case: Case) -> None:
    assert case.elder is not None
    Elder.objects.filter(pk=case.elder.pk).update(name="叶素贞")


def let_die(case: Case) -> None:
    assert case.elder is not None
    Elder.objects.filter(pk=case.elder.pk).update(state="deceased")


@pytest.mark.parametrize("act", [object_to, withdraw, rename, let_die])
def test_it_is_gone_in_the_same_transaction(posted: Case, act: Callable[[Case], None]) -> None:
    with transaction.atomic(), everywhere():
        act(posted)

        assert told() == []


def test_what_was_rolled_back_is_still_on_notice(posted: Case) -> None:
    with transaction.atomic(), everywhere():
        object_to(posted)
        transaction.set_rollback(True)

    assert len(told()) == 1


def test_an_open_objection_keeps_it_away_and_a_dismissed_one_brings_it_back(posted: Case) -> None:
    with transaction.atomic(), everywhere():
        object_to(posted)
    assert notices.publish(COUNTY, day=TODAY, at=NOW) == 0

    with transaction.atomic(), everywhere():
        verifying.answer(
            number=posted.pk, is_upheld=False, text="查无此事", by=TOWN, at=NOW, day=TODAY
        )
    assert notices.publish(COUNTY, day=TODAY, at=NOW) == 1


def test_telling_waits_for_whoever_objects_and_then_leaves_the_case_out(posted: Case) -> None:
    def tell() -> None:
        try:
            notices.publish(COUNTY, day=TODAY, at=NOW)
        finally:
            connections.close_all()

    with transaction.atomic(), everywhere():
        object_to(posted)
        meanwhile = Thread(target=tell)
        meanwhile.start()
        meanwhile.join(timeout=0.5)
        waits = meanwhile.is_alive()
    meanwhile.join(timeout=20)

    assert waits
    assert not meanwhile.is_alive()
    assert told() == []


@pytest.mark.usefixtures("posted")
@pytest.mark.parametrize(
    "act",
    [
        "DELETE FROM disclosure_publicnotice",
        "UPDATE disclosure_publicnotice SET name = 'x'",
        "INSERT INTO disclosure_publicnotice SELECT * FROM disclosure_publicnotice",
    ],
)
def test_the_applications_login_writes_none(act: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act)


# pages


def body(browser: Client, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status
    assert len(answer.content) < 100_000
    return answer.content.decode()


@pytest.fixture
def stranger(county: County, client_of: Browser) -> Client:
    del county
    cache.clear()
    return client_of(None)


def hang_out(day: date) -> Case:
    """Tell of a case as if it were on notice for one day: the page goes by the clock."""
    with transaction.atomic(), everywhere():
        case = on_notice(needy("叶素珍"))
    PublicNotice.objects.using("owner").bulk_create(
        [
            PublicNotice(
                number=case.pk, division_code=case.division_code, name="叶**", first_day=day,
                last_day=day, place="村务公开栏", told_at=timezone.now(),
            )
        ]
    )  # fmt: skip
    return case


def test_the_page_shows_what_is_on_notice_today_and_nothing_of_how_poor_she_is(
    stranger: Client,
) -> None:
    case = hang_out(timezone.localdate())

    page = body(stranger, PAGE)

    for words in ("叶**", "村务公开栏", "妙高街道", "养老服务待遇", "对公示有异议"):
        assert words in page
    for words in ("叶素珍", "特困", "集中供养", case.number, "低保"):
        assert words not in page
    assert stranger.get(PAGE)["X-Robots-Tag"].startswith("noindex")


def test_yesterdays_notice_is_gone_and_an_empty_page_says_so(stranger: Client) -> None:
    hang_out(timezone.localdate() - timedelta(days=1))

    page = body(stranger, PAGE)

    assert "叶**" not in page
    assert "现在没有公示" in page
    assert "公示" in body(stranger, f"/public/{COUNTY}")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("?township=331123001", 200),
        ("?township=330624001", 400),
        ("?township=x", 400),
        ("?page=2", 400),
        ("?page=x", 400),
    ],
)
def test_what_makes_no_sense_is_said_so(stranger: Client, path: str, status: int) -> None:
    body(stranger, PAGE + path, status)


def test_only_counties_have_notices(stranger: Client) -> None:
    body(stranger, "/public/33/notices", 404)
    body(stranger, "/public/431225/notices", 404)


def test_the_task_tells_both(posted: Case) -> None:
    del posted
    assert tell_public(COUNTY) == [0, 0]  # by the clock, that notice is over
