"""The public portal: open to strangers, told in plain words, and never thrown off its feet."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.office.county import COUNTY, TOWN_A, County, everywhere
from tests.office.log import log

from anlao.office.benefits import deciding
from anlao.office.interfaces.web.citizen import page
from anlao.office.organisations.models import User
from anlao.office.service_list import contacts, operations, statistics
from anlao.office.service_list.models import Edition
from anlao.rules.periods import Month

Browser = Callable[[User | None], Client]
NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
HOME = f"/public/{COUNTY}"


@pytest.fixture
def stranger(county: County, client_of: Browser) -> Client:
    del county
    cache.clear()
    return client_of(None)


@pytest.fixture
def listed(stranger: Client) -> Edition:
    """A published list of the county."""
    del stranger
    with transaction.atomic(), everywhere():
        made = operations.begin(division=COUNTY, year=2026, by="maker", at=NOW, day=NOW.date())
        for step in ("submit", "approve", "publish"):
            made = operations.move(
                edition=made, move=step, by="maker" if step == "submit" else "reviewer",
                at=NOW, day=NOW.date(), words="上级清单未装入，已逐项核对",
            )  # fmt: skip
    return made


def body(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined, no-any-return]


# what there is


def test_places_are_those_with_a_list_or_a_rulebook_in_force(stranger: Client) -> None:
    places = body(stranger.get("/public/?all=1"))

    assert "遂昌县" in places
    assert "浙江省民政厅" in places
    assert "会同县" not in places  # its document is a draft
    assert stranger.get("/public/431225").status_code == 404
    assert stranger.get("/public/110000").status_code == 404


def test_a_published_draft_county_is_there_but_decides_nothing(stranger: Client) -> None:
    with transaction.atomic(), everywhere():
        made = operations.begin(division="431225", year=2026, by="a", at=NOW, day=NOW.date())
        for step in ("submit", "approve", "publish"):
            made = operations.move(
                edition=made, move=step, by="a" if step == "submit" else "b", at=NOW,
                day=NOW.date(), words="没有上级清单，已核对文件",
            )  # fmt: skip

    assert "奖励扶助" in body(stranger.get("/public/431225/list"))
    assert "我能享受什么" not in body(stranger.get("/public/431225"))
    assert stranger.get("/public/431225/entitled").status_code == 404


def test_a_home_shows_only_what_there_is(stranger: Client) -> None:
    home = body(stranger.get(HOME))

    assert "我能享受什么" in home
    assert "服务清单" not in home
    assert "统计" not in home


def test_no_number_is_made_up(stranger: Client) -> None:
    assert "电话还没有登记" in body(stranger.get(HOME))
    with transaction.atomic(), everywhere():
        contacts.record(
            division=COUNTY, name="遂昌县民政局养老服务科", phone="0578-8100000", address="",
            hours="工作日", by="clerk", at=NOW,
        )  # fmt: skip
    for path in ("", "/entitled", "/list", "/list/9", "/entitled?birth_date=x"):
        assert 'href="tel:0578-8100000"' in body(stranger.get(HOME + path))


# the list


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize(
    ("asked", "is_there"),
    [
        ("", True),
        ("?age=79", False),
        ("?age=80", True),
        ("?age=８０", True),
        ("?kind=care", False),
        ("?kind=material&age=85", True),
    ],
)
def test_the_list_is_narrowed(stranger: Client, asked: str, is_there: bool) -> None:
    assert ("高龄津贴" in body(stranger.get(f"{HOME}/list{asked}"))) is is_there


def test_an_item_says_everything(stranger: Client, listed: Edition) -> None:
    with transaction.atomic():
        item = listed.items.get(provisions=["old-age-allowance"])

    told = body(stranger.get(f"{HOME}/list/{item.pk}"))

    for words in (item.who, item.what, *item.amount_lines, item.how, item.clause, item.office):
        assert words in told
    stranger.cookies["language"] = "en"
    assert "Old-age allowance" in body(stranger.get(f"{HOME}/list/{item.pk}"))


def test_a_draft_is_nobodys_to_read(stranger: Client) -> None:
    with transaction.atomic(), everywhere():
        made = operations.begin(division=COUNTY, year=2026, by="maker", at=NOW, day=NOW.date())
        number = made.items.all()[0].pk

    assert stranger.get(f"{HOME}/list").status_code == 404
    assert stranger.get(f"{HOME}/list/{number}").status_code == 404


# what am I entitled to


def test_one_question_after_another_up_to_the_result(stranger: Client) -> None:
    first = body(stranger.get(f"{HOME}/entitled"))
    assert "哪年哪月出生" in first
    second = body(stranger.get(f"{HOME}/entitled?asked=birth_date&year=1930&month=1"))
    assert "户口在哪里" in second
    assert 'name="birth_date" value="1930-01"' in second
    assert "妙高街道" in second
    wide = body(stranger.get(f"{HOME}/entitled?asked=birth_date&year=１９３０&month=1"))
    assert 'name="birth_date" value="1930-01"' in wide
    result = body(stranger.get(f"{HOME}/entitled?birth_date=1930-01&hukou={TOWN_A}&done=1"))
    assert "高龄津贴" in result
    assert "每月100元" in result
    assert "遂政办发〔2023〕26号 二(一)3" in result
    assert "户口簿" in result


def test_nothing_is_kept_of_who_asks(stranger: Client, county: County) -> None:
    del county
    before = log().count()

    response = stranger.get(f"{HOME}/entitled?birth_date=1930-01&hukou={TOWN_A}&done=1")

    assert not response.cookies
    assert response["Cache-Control"] == "no-store"
    assert log().count() == before


def test_somebody_of_here_need_not_know_her_township(stranger: Client) -> None:
    result = body(stranger.get(f"{HOME}/entitled?birth_date=1930-01&hukou={COUNTY}&done=1"))

    assert "每月100元" in result


def test_a_county_whose_townships_are_not_listed_can_be_asked_about(stranger: Client) -> None:
    question = body(stranger.get("/public/33/entitled?birth_date=1930-01"))
    assert 'value="33"' in question
    result = body(stranger.get("/public/33/entitled?birth_date=1930-01&hukou=33&done=1"))
    assert "每月100元" in result


def test_after_twelve_answers_comes_the_result(stranger: Client) -> None:
    answers: dict[str, str] = {}
    while asked := _asked(stranger.get(f"{HOME}/entitled", answers)):
        answers[asked] = "unknown"

    assert len(answers) == 12
    assert "可能享受" in body(stranger.get(f"{HOME}/entitled", answers))


def _asked(response: object) -> str:
    found = re.search(r'name="asked" value="(\w+)"', body(response))
    return found[1] if found else ""


@pytest.mark.parametrize(
    "sent",
    [
        "asked=birth_date&year=45&month=1",
        "asked=birth_date&year=1945&month=",
        "asked=birth_date&year=1945&month=13",
        "asked=birth_date&year=３３３３&month=1",
        "asked=birth_date&year=一九四五&month=1",
        "asked=birth_date&year=2999&month=1",
        "asked=birth_date",
    ],
)
def test_a_slip_is_told_and_the_question_asked_again(stranger: Client, sent: str) -> None:
    response = stranger.get(f"{HOME}/entitled?{sent}")

    assert response.status_code == 400
    assert "哪年哪月出生" in body(response)
    assert 'role="alert"' in body(response)


# whatever is asked


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize(
    "path",
    [
        "/list?age=abc", "/list?age=999", "/list?age=-1", "/list?age=80.5", "/list?kind=x",
        "/list?group=%27%3B--", "/list?group=%00", "/entitled?birth_date=1930",
        "/entitled?birth_date=1930-13", "/entitled?birth_date=9999-01", "/entitled?hukou=330624001",
        "/entitled?hukou=%00", "/entitled?economic_status=rich", "/entitled?capability_level=9",
        "/entitled?capability_level=%EF%BC%91x", "/entitled?lives_alone=maybe",
        "/entitled?assessed_on=none",
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_answered_with_400(stranger: Client, path: str) -> None:
    assert stranger.get(HOME + path).status_code == 400


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize(
    "path",
    [
        "/public/331", "/public/999999", "/public/331123001", "/public/abc", f"{HOME}/list/0",
        f"{HOME}/list/999999999999999999", f"{HOME}/list/99999999999999999999", f"{HOME}/x",
        "/public/331123%0A", "/public/３３１１２３",
    ],
)  # fmt: skip
def test_what_is_not_there_is_answered_with_404(stranger: Client, path: str) -> None:
    assert stranger.get(path).status_code == 404


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize(
    "path",
    [
        "/list?from=singlemessage", "/entitled?utm=1&done=", "/entitled?asked=nothing",
        "/entitled?asked=%00&year=1&month=1", "?all=%FF%FE", "/list?age=80&age=90",
        "/entitled?birth_date=1930-01&birth_date=1940-01",
    ],
)  # fmt: skip
def test_what_others_add_to_an_address_does_no_harm(stranger: Client, path: str) -> None:
    assert stranger.get(HOME + path).status_code == 200


NAMES = st.sampled_from(
    ["birth_date", "hukou", "economic_status", "lives_alone", "assessed_on", "disability_grade",
     "asked", "year", "month", "done", "age", "group", "kind", "back", "size", "all"]
)  # fmt: skip
VALUES = st.text(max_size=12) | st.sampled_from(
    ["unknown", "never", "none", "elsewhere", "true", "1930-01", "331123", "birth_date", "12", "1"]
)


@pytest.mark.usefixtures("listed")
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    path=st.sampled_from(["", "/list", "/entitled", "/statistics"]),
    sent=st.lists(st.tuples(NAMES, VALUES), max_size=8),
)
def test_whatever_is_asked_is_answered(
    stranger: Client, path: str, sent: list[tuple[str, str]]
) -> None:
    cache.clear()

    response = stranger.get(f"{HOME}{path}?{urlencode(sent, errors='surrogatepass')}")

    assert response.status_code in (200, 400, 404)


def test_only_reading_is_answered(stranger: Client) -> None:
    for path in (HOME, f"{HOME}/entitled", "/public/", "/public/display"):
        assert stranger.post(path).status_code == 405
        assert stranger.head(path).status_code in (200, 302)


def test_type_and_contrast_stand_in_a_cookie_that_says_nothing_else(stranger: Client) -> None:
    response = stranger.get("/public/display?size=150&contrast=1", {"size": "150", "back": HOME})
    assert response.status_code == 302
    stranger.get("/public/display", {"size": "150", "contrast": "1", "back": HOME})
    assert stranger.cookies["look"].value == "150c"
    assert 'class="size-150 contrast"' in body(stranger.get(HOME))

    for size in ("9999", "<x>", ""):
        stranger.get("/public/display", {"size": size})
        assert stranger.cookies["look"].value in ("100c", "100")
    away = stranger.get("/public/display", {"back": "https://example.com/public"})
    assert away["Location"] == "/public/"
    away = stranger.get("/public/display", {"back": "//example.com"})
    assert away["Location"] == "/public/"
    split = stranger.get("/public/display", {"back": "/public/\r\nSet-Cookie: a=b"})
    assert "\n" not in split["Location"]
    stranger.cookies["look"] = "999<script>"
    assert 'class="size-100"' in body(stranger.get(HOME))


def test_a_page_that_did_not_change_is_not_sent_again(stranger: Client) -> None:
    first = stranger.get(HOME)
    again = stranger.get(HOME, headers={"If-None-Match": first["ETag"]})

    assert first["Cache-Control"] == "private, no-cache"
    assert (again.status_code, again.content) == (304, b"")


def test_too_many_pages_in_a_minute_are_put_off(
    stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "_EVERYWHERE", 0)

    found = stranger.get(HOME)

    assert found.status_code == 429
    assert found["Retry-After"] == "60"


def test_questions_are_answered_sixty_times_a_minute(stranger: Client) -> None:
    found = [stranger.get(f"{HOME}/entitled").status_code for _ in range(61)]

    assert found == [200] * 60 + [429]


def test_the_portal_does_not_know_who_is_signed_in(county: County, client_of: Browser) -> None:
    browser = client_of(county.cast["county_clerk"])

    response = browser.get(HOME)

    assert response.status_code == 200
    assert county.cast["county_clerk"].full_name not in body(response)
    assert "Cookie" not in response.get("Vary", "")


def test_pages_load_nothing_and_run_nothing(stranger: Client) -> None:
    response = stranger.get(HOME)

    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert b"<script" not in response.content
    assert b"https://" not in response.content


# figures


def test_figures_show_no_small_count(stranger: Client) -> None:
    decided = deciding.decide_division(
        COUNTY, Month(2026, 11), known_at=NOW, today=NOW.date(), by="t"
    )
    statistics.publish(decided)

    told = body(stranger.get(f"{HOME}/statistics"))

    assert "妙高街道" in told
    assert "<svg" in told
    assert '<td class="number">1</td>' not in told
    assert '<td class="number">3</td>' not in told
