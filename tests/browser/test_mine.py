"""An elder and her daughter on a telephone, without a script, from the counter on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser

from tests.browser.office import Enter, Office, Visitor, press
from tests.browser.test_portal import LOOKS, NARROW, choose, faults
from tests.card_sheets import read_off

pytestmark = pytest.mark.browser
PAGES = (
    "/sign-in",
    "",
    "/file",
    "/benefits",
    "/payments",
    "/applications",
    "/messages",
    "/corrections",
    "/agents",
    "/readers",
    "/benefits?month=2099-01",
)
_kept: dict[str, str] = {}
"""The cookie of a sign-in that all looks share: tries are counted."""


def sign_in(visitor: Visitor, number: str, code: str, born: str) -> None:
    visitor.go("/mine/sign-in")
    visitor.page.locator("#number").fill(number)
    visitor.page.locator("#code").fill(code)
    visitor.page.locator("#born").fill(born)
    visitor.press("main form button")
    visitor.page.wait_for_url("**/mine")


def let_in(visitor: Visitor) -> None:
    if not _kept:
        sign_in(visitor, *visitor.office.seen["card"])
        cookies = visitor.context.cookies(f"{visitor.office.url}/mine")
        _kept["value"] = next(one["value"] for one in cookies if one["name"] == "mine")
    visitor.context.add_cookies(
        [{"name": "mine", "value": _kept["value"], "url": f"{visitor.office.url}/mine"}]
    )


@pytest.mark.parametrize("look", LOOKS)
def test_pages_are_whole_readable_and_accessible(look: str, enter: Enter) -> None:
    visitor = enter("", size=NARROW)
    choose(visitor, look)
    let_in(visitor)
    found = []
    for path in PAGES:
        for language in LOOKS[look]:
            visitor.speak(language)
            visitor.go(f"/mine{path}")
            where = f"{language} {path}"
            name = re.sub(r"\W+", "-", path.strip("/")) or "start"
            visitor.picture(f"mine-{name}-{look}-{language}", whole=language == "zh")
            found += faults(visitor, where, look)
            if language == "en":
                found += [f"{where}: Chinese left: {one}" for one in visitor.chinese_left()]
    assert "\n".join(found) == ""


@pytest.fixture
def telephone(chromium: Browser, office: Office, enter: Enter) -> Iterator[Visitor]:
    """A browser that runs no script."""
    del enter
    context = chromium.new_context(
        viewport={"width": NARROW[0], "height": NARROW[1]}, java_script_enabled=False
    )
    context.set_default_timeout(8000)
    yield Visitor(office, context, context.new_page(), office.folder)
    context.close()


def test_from_the_counter_to_who_read_her_file(enter: Enter, telephone: Visitor) -> None:
    clerk = enter("clerk")
    clerk.go(clerk.office.elder(tab="/cards"))
    clerk.page.locator("#id_evidence").fill("身份证原件")
    press(clerk.page.locator("form:has(#id_evidence) > button"))
    clerk.page.wait_for_selector(".access-sheet")
    clerk.picture("elder-cards-sheet-zh")
    card = read_off(clerk.page.content())
    clerk.go(clerk.office.elder())
    born = re.search(r"\d{4}-\d{2}-\d{2}", clerk.page.locator("p.quiet").first.inner_text())
    assert born

    page = telephone.page
    sign_in(telephone, *card, born[0])
    press(page.get_by_role("link", name="我的待遇"))
    assert "为什么" in telephone.text() or "还缺什么" in telephone.text()
    press(page.get_by_role("link", name="申请或查看办理进度"))
    page.locator("label.choice").first.click()
    press(page.get_by_role("button", name="提交申请"))
    assert "网上" in telephone.text()

    telephone.go("/mine/agents")
    page.locator("#name").fill("王小妹")
    page.locator("#relation").fill("女儿")
    today = datetime.now(UTC).date()
    first, second = (f"{today + timedelta(days=days)}" for days in (30, 60))
    page.locator("#until").fill(first)
    press(page.get_by_role("button", name="授权并取得办事码"))
    page.locator("section[role=status]", has_text=first).wait_for()
    daughter = read_off(page.content())
    telephone.go("/mine/agents")
    agent = page.locator("section.card", has_text="王小妹")
    assert first in agent.inner_text()
    agent.locator("input[type=date]").fill(second)
    press(agent.get_by_role("button", name="更改有效期"))
    page.locator("section.card", has_text=second).wait_for()
    telephone.go("/mine")
    press(page.get_by_role("button", name="退出"))

    sign_in(telephone, *daughter, born[0])
    assert "让家人代办" not in telephone.text()
    assert f"授权有效期至（不含当日）{second}" in telephone.text()
    telephone.go("/mine/applications")
    assert "您的授权只能查看" in telephone.text()
    assert not page.get_by_role("button", name="提交申请").count()
    press(page.get_by_role("button", name="退出"))

    sign_in(telephone, *card, born[0])
    telephone.go("/mine/readers")
    assert "查阅档案" in telephone.text()
    assert "王小妹" in telephone.text()
