"""What the public is told of institutions: those filed and open, and nothing that is not known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlao.office.disclosure import institutions
from anlao.office.disclosure.institutions import Wanted
from anlao.office.disclosure.models import PublicInstitution
from anlao.office.facilities.models import Institution, Stay
from anlao.office.facilities.registers import INSTITUTIONS
from anlao.office.interfaces.tasks.disclosing import tell_public, tell_public_everywhere
from anlao.office.organisations.models import User
from anlao.office.registry.operations import Contradiction, Ground
from anlao.office.subjects import operations
from tests.office.county import COUNTY, TOWN_A, VILLAGE_A1, VILLAGE_B, VILLAGE_N, County, everywhere
from tests.office.disclosure.waiting import waiting_to_tell
from tests.office.subjects.registers import institution, opened, stay

DAY = date(2026, 11, 27)
NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
Browser = Callable[[User | None], Client]
HOME = f"/public/{COUNTY}/institutions"
OFFER: dict[str, Any] = {
    "address": "东街1号",
    "telephone": "0578-8100001",
    "point": "119.270000,28.590000,cgcs2000",
    "fee_from": 180000,
    "fee_to": 420050,
    "takes_unable": True,
    "takes_dementia": False,
}


def home(name: str = "青松敬老院", place: str = VILLAGE_A1, **facts: Any) -> Institution:
    with transaction.atomic(), everywhere():
        return institution(name, place, **({"filed": True} | facts))


def live_in(house: Institution, *elders: Any, **facts: Any) -> None:
    with transaction.atomic(), everywhere():
        for elder in elders:
            stay(elder, house, date(2025, 1, 1), **facts)


def told() -> dict[str, PublicInstitution]:
    institutions.publish(COUNTY, day=DAY, at=NOW)
    return {row.name: row for row in PublicInstitution.objects.all()}


@pytest.mark.usefixtures("committed")
def test_only_what_is_filed_and_open_is_told() -> None:
    home("备案的")
    home("不清楚", filed=None)
    home("没有备案", filed=False)
    home("备案过期", filed_until=date(2026, 11, 26))
    home("备案到今天", filed_until=DAY)
    home("关了", closed_on=DAY)
    home("明天关", closed_on=date(2026, 11, 28))
    home("邻县", VILLAGE_N)

    assert set(told()) == {"备案的", "备案到今天", "明天关"}


@pytest.mark.usefixtures("committed")
def test_free_beds_are_beds_less_residents(county: County) -> None:
    house = home(beds=3)
    live_in(house, county.elders["a1"])
    live_in(house, county.elders["a2"], left_on=DAY)

    row = told()["青松敬老院"]

    assert (row.beds, row.vacant) == (3, 2)


@pytest.mark.usefixtures("committed")
def test_free_beds_are_not_known_where_beds_or_residents_are_not(county: County) -> None:
    home("没有登记床位")
    home("没有登记过入住", beds=20)
    live_in(home("人比床多", beds=1), county.elders["a1"], county.elders["a2"])
    doubtful = home("入住日期不清楚", VILLAGE_B, beds=20)
    live_in(doubtful, county.elders["a3"])
    with transaction.atomic(), everywhere():
        hers = county.elders["b1"]
        opened(
            "resident",
            Stay(name="某", elder=hers, institution=doubtful, division_code=VILLAGE_B),
        )

    rows = told()

    assert rows["没有登记床位"].vacant is None
    assert rows["没有登记过入住"].vacant is None
    assert rows["人比床多"].vacant is None
    assert rows["入住日期不清楚"].vacant is None


@pytest.mark.usefixtures("committed")
def test_what_is_recorded_takes_the_place_of_what_was_told() -> None:
    house = home(**OFFER)
    assert told()["青松敬老院"].fee_from == 180000

    with transaction.atomic(), everywhere():
        operations.record(
            INSTITUTIONS, house, {"fee_from": None, "fee_to": 300000}, start=DAY,
            ground=Ground("收费公示"), by="clerk", at=NOW,
        )  # fmt: skip

    row = told()["青松敬老院"]
    assert (row.fee_from, row.fee_to, row.least_fee) == (None, 300000, 300000)


@pytest.mark.usefixtures("committed")
def test_telling_it_again_tells_the_same_and_the_night_tells_every_county() -> None:
    home(**OFFER)
    home("邻县颐养院", VILLAGE_N)

    assert (tell_public(COUNTY), tell_public(COUNTY)) == ([1, 0], [1, 0])
    assert tell_public_everywhere() == [2, 0]
    assert {row.name for row in PublicInstitution.objects.all()} == {"青松敬老院", "邻县颐养院"}


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    "facts",
    [
        {"fee_from": 200000, "fee_to": 100000},
        {"telephone": "javascript:alert(1)"},
        {"fee_from": -1},
    ],
)
def test_nonsense_is_refused(facts: dict[str, Any]) -> None:
    with everywhere(), pytest.raises(Contradiction):
        institution("某院", VILLAGE_A1, **facts)


@pytest.mark.usefixtures("committed")
def test_the_applications_login_reads_and_never_writes() -> None:
    home()
    told()

    for act in (
        "DELETE FROM disclosure_publicinstitution",
        "UPDATE disclosure_publicinstitution SET vacant = 99",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(act)
    assert PublicInstitution.objects.count() == 1


# narrowing


def row(**values: Any) -> PublicInstitution:
    return PublicInstitution(counted_at=NOW, **({"number": 1, "name": "院"} | values))


facts = st.builds(
    row,
    number=st.integers(1, 9),
    grade=st.none() | st.integers(0, 5),
    fee_from=st.none() | st.integers(0, 9),
    fee_to=st.none() | st.integers(0, 9),
    vacant=st.none() | st.integers(0, 2),
    takes_unable=st.none() | st.booleans(),
    takes_dementia=st.none() | st.booleans(),
)
wishes = st.builds(
    Wanted,
    grade=st.none() | st.integers(1, 5),
    fee=st.none() | st.integers(0, 9),
    free=st.booleans(),
    unable=st.booleans(),
    dementia=st.booleans(),
)


@given(facts, wishes)
def test_what_is_not_known_neither_fits_nor_fails(one: PublicInstitution, wanted: Wanted) -> None:
    answers = institutions._answers(one, wanted)

    asked = [wanted.grade is not None, wanted.fee is not None, wanted.free, wanted.unable]
    assert len(answers) == sum([*asked, wanted.dementia])
    if wanted.free and one.vacant is None:
        assert None in answers
        assert not all(answers)


# pages


@pytest.fixture
def stranger(county: County, client_of: Browser) -> Client:
    del county
    cache.clear()
    return client_of(None)


def body(browser: Client, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status
    assert len(answer.content) < 100_000
    return answer.content.decode()


def test_nothing_to_tell_is_no_page_and_no_tile(stranger: Client) -> None:
    body(stranger, HOME, 404)

    assert "养老机构" not in body(stranger, f"/public/{COUNTY}")


def test_the_directory_tells_what_is_known_and_says_what_is_not(
    stranger: Client, county: County
) -> None:
    live_in(home(beds=3, rating=3, **OFFER), county.elders["a1"])
    home("白鹤颐养院")
    told()

    page = body(stranger, HOME)

    for words in ("青松敬老院", "每月1,800至4,200.50元", "三级", "东街1号", "tel:0578-8100001"):
        assert words in page
    assert "不详" in page
    assert "<svg" in page
    assert "养老机构" in body(stranger, f"/public/{COUNTY}")
    assert "王秀英" not in page
    stranger.cookies["language"] = "en"
    assert "1,800 to 4,200.50 yuan a month" in body(stranger, HOME)


@pytest.mark.parametrize(
    ("asked", "there", "unknown"),
    [
        ("?fee=1800", {"青松敬老院"}, 1),
        ("?fee=１７９９", set(), 1),
        ("?free=1", {"青松敬老院"}, 1),
        ("?grade=3", {"青松敬老院"}, 1),
        ("?grade=4", set(), 1),
        ("?unable=1", {"青松敬老院"}, 1),
        ("?dementia=1", set(), 1),
        (f"?township={TOWN_A}", {"青松敬老院"}, 0),
        ("?order=fee", {"青松敬老院", "白鹤颐养院"}, 0),
    ],
)
def test_it_is_narrowed_and_says_how_many_nobody_can_tell(
    stranger: Client, county: County, asked: str, there: set[str], unknown: int
) -> None:
    live_in(home(beds=3, rating=3, **OFFER), county.elders["a1"])
    home("白鹤颐养院", VILLAGE_B)
    told()

    page = body(stranger, HOME + asked)

    assert {name for name in ("青松敬老院", "白鹤颐养院") if name in page} == there
    assert ("情况不详没有列出" in page) is bool(unknown)
    assert ("没有这样的机构" in page) is (not there)


@pytest.mark.parametrize(
    "asked",
    ["?fee=x", "?fee=-1", "?grade=9", "?order=a", "?township=330624001", "?page=7", "?free=2"],
)
def test_what_makes_no_sense_is_said_so(stranger: Client, asked: str) -> None:
    home(**OFFER)
    told()

    body(stranger, HOME + asked, 400)


def test_one_institution_says_how_to_ask(stranger: Client) -> None:
    number = home(beds=3, **OFFER).pk
    other = home("邻县颐养院", VILLAGE_N).pk
    tell_public_everywhere()

    page = body(stranger, f"{HOME}/{number}")

    for words in ("每月1,800至4,200.50元", "tel:0578-8100001", "119.2700", "CGCS2000", "不详"):
        assert words in page
    body(stranger, f"{HOME}/{other}", 404)


def test_many_institutions_come_page_by_page(stranger: Client) -> None:
    for number in range(31):
        home(f"演示院{number:02d}", **OFFER)
    told()

    first, second = body(stranger, HOME), body(stranger, f"{HOME}?page=2")

    assert "演示院29" in first
    assert "演示院30" not in first
    assert "31. <a" in second


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(
        st.sampled_from(["township", "grade", "fee", "order", "free", "unable", "page", "x"]),
        st.text(max_size=12) | st.sampled_from(["1", "", "2", "fee", COUNTY, TOWN_A]),
        max_size=5,
    )
)
def test_whatever_is_asked_is_answered(stranger: Client, sent: dict[str, str]) -> None:
    cache.clear()
    if not PublicInstitution.objects.exists():
        home(**OFFER)
        told()

    assert stranger.get(HOME, sent).status_code in (200, 400)


@pytest.mark.parametrize(
    ("fact", "typed", "status", "shown"),
    [
        ("point", "119.27,28.59,CGCS2000", 302, "119.270000,28.590000,cgcs2000"),
        ("point", "119.27,28.59", 400, "坐标系是"),
        ("fee_to", "1000", 400, "超出允许的范围"),
        ("telephone", "0578-8100009", 302, "0578-8100009"),
    ],
)
def test_what_the_public_is_told_is_recorded_on_the_page_of_the_file(
    county: County, client_of: Browser, fact: str, typed: str, status: int, shown: str
) -> None:
    number = home(fee_from=180000).pk
    browser = client_of(county.cast["clerk_a"])
    sent = {"value": typed, "start": "2026-11-01", "until": "", "evidence": "收费公示"}

    answer = browser.post(f"/registers/institution/{number}/record?fact={fact}", sent)

    assert answer.status_code == status
    page = answer if status == 400 else browser.get(f"/registers/institution/{number}")
    assert shown in page.content.decode()


def test_recording_asks_for_the_directory_to_follow(county: County, client_of: Browser) -> None:
    number, before = home(**OFFER).pk, waiting_to_tell()
    sent = {"value": "2500", "start": "2026-11-01", "until": "", "evidence": "收费公示"}
    answer = client_of(county.cast["clerk_a"]).post(
        f"/registers/institution/{number}/record?fact=fee_from", sent
    )

    assert answer.status_code == 302
    assert waiting_to_tell() == before + 1
