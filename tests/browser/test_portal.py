"""The public portal on an old telephone: large type, no script, little to load, no sign-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.neighbours import COUNTY as NEIGHBOUR
from tests.browser.office import OF_SIZE_AND_LANGUAGE, Enter, Office, Visitor, press
from tests.browser.prepare import COUNTY

pytestmark = pytest.mark.browser

NARROW = (360, 740)
HOME = f"/public/{COUNTY}"
LOOKS = {"normal": ("zh", "en"), "large": ("zh", "en"), "contrast": ("zh",)}
"""How the portal is looked at, in which languages: colours are the same in both."""
RESULT = "birth_date=1937-03&hukou=331123001&economic_status=dibao&done=1"
PAGES = {
    "places": "/public/?all=1",
    "home": HOME,
    "list": f"{HOME}/list",
    "list-narrowed": f"{HOME}/list?age=82&kind=material",
    "list-nothing": f"{HOME}/list?age=12",
    "list-wrong": f"{HOME}/list?age=old",
    "item": f"{HOME}/list/{{item}}",
    "question-birth": f"{HOME}/entitled",
    "question-wrong": f"{HOME}/entitled?asked=birth_date&year=45&month=1",
    "question-place": f"{HOME}/entitled?birth_date=1940-05",
    "question-choice": f"{HOME}/entitled?birth_date=1940-05&hukou=331123001&assessed_on=unknown",
    "result": f"{HOME}/entitled?{RESULT}",
    "statistics": f"{HOME}/statistics",
    "institutions": f"{HOME}/institutions",
    "institutions-none": f"{HOME}/institutions?free=1&fee=1",
    "notices": f"{HOME}/notices",
    "notices-none": f"{HOME}/notices?township=331123102",
    "recipients": f"{HOME}/recipients",
    "recipients-month": f"{HOME}/recipients?period={{paid}}&item=old-age-allowance",
    "recipients-township": f"{HOME}/recipients?period={{paid}}&township=331123001",
    "recipients-none": f"/public/{NEIGHBOUR}/recipients",
    "institution": f"{HOME}/institutions/{{home}}",
    "missing": f"{HOME}/list/999",
}
SMALL = """(least) => [...document.querySelectorAll('body *')]
  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
  .filter(e => e.checkVisibility() && !e.closest('svg')
    && parseFloat(getComputedStyle(e).fontSize) < least)
  .map(e => e.outerHTML.slice(0, 120))"""
TOO_LITTLE_TO_TOUCH = """() => [...document.querySelectorAll('a, button, input, select, summary')]
  .filter(e => e.type !== 'hidden' && e.checkVisibility() && !e.closest('.skip'))
  .map(e => [e, (e.closest('label') || e).getBoundingClientRect()])
  .filter(([e, box]) => box.height < 44 || box.width < 44)
  .filter(([e]) => !(e.tagName === 'A' && getComputedStyle(e).display === 'inline'))
  .map(([e, box]) => `${box.width}x${box.height} ${e.outerHTML.slice(0, 120)}`)"""


def address(visitor: Visitor, name: str) -> str:
    return PAGES[name].format_map(visitor.office.seen["lists"])


def choose(visitor: Visitor, look: str) -> None:
    wanted = {"normal": "size=100", "large": "size=200", "contrast": "size=100&contrast=1"}[look]
    address = f"{visitor.office.url}/public/display?{wanted}&back={HOME}"
    assert visitor.context.request.get(address, max_redirects=0).status == 302


def faults(visitor: Visitor, where: str, look: str) -> list[str]:
    """Return what an old person could not read or touch on the page that is shown."""
    least = 36 if look == "large" else 18
    found = [f"{where} too wide: {one}" for one in visitor.overflows()]
    found += [f"{where} too small: {one}" for one in visitor.page.evaluate(SMALL, least)]
    found += [f"{where} to touch: {o}" for o in visitor.page.evaluate(TOO_LITTLE_TO_TOUCH)]
    rules = OF_SIZE_AND_LANGUAGE if where.startswith("en") else ()
    found += [f"{where} axe: {one}" for one in visitor.violations(*rules)]
    if visitor.page.locator("h1").count() != 1:
        found.append(f"{where}: not one h1")
    return found


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole_readable_and_accessible(name: str, look: str, enter: Enter) -> None:
    visitor = enter("", size=NARROW, seat=look)
    choose(visitor, look)
    found = []
    for language in LOOKS[look]:
        visitor.speak(language)
        visitor.go(address(visitor, name))
        visitor.picture(f"public-{name}-{look}-{language}", whole=language == "zh")
        found += faults(visitor, language, look)
    if language == "en":
        found += [f"Chinese on an English page: {one}" for one in visitor.chinese_left()]
    assert "\n".join(found) == ""


@pytest.fixture
def plain(chromium: Browser, office: Office, enter: Enter) -> Iterator[Visitor]:
    """Somebody whose browser runs no script."""
    del enter
    context = chromium.new_context(
        viewport={"width": NARROW[0], "height": NARROW[1]}, java_script_enabled=False
    )
    context.set_default_timeout(8000)
    yield Visitor(office, context, context.new_page(), office.folder)
    context.close()


def test_from_home_to_the_result_without_a_script(plain: Visitor) -> None:
    visitor, page = plain, plain.page
    visitor.go("/public/")
    press(page.get_by_role("link", name="我能享受什么"))
    page.get_by_label("年（四位数）").fill("1930")
    page.get_by_label("月", exact=True).select_option("5")
    press(page.get_by_role("button", name="下一题", exact=True))
    page.get_by_text("妙高街道").click()
    press(page.get_by_role("button", name="下一题", exact=True))
    while "现在看结果" in visitor.text():
        if page.get_by_role("radio").count():
            page.get_by_text("不知道", exact=True).click()
            press(page.get_by_role("button", name="下一题", exact=True))
        else:
            press(page.get_by_role("button", name="不知道，下一题"))

    assert "每月100元" in visitor.text()
    assert "居民身份证" in visitor.text()
    assert visitor.context.cookies() == []


def test_a_daughter_finds_out_on_a_telephone_in_the_largest_type(enter: Enter) -> None:
    visitor = enter("", size=(390, 844))
    page = visitor.page
    visitor.go(HOME)
    press(page.get_by_role("link", name="最大"))
    press(page.get_by_role("link", name="我能享受什么").first)
    page.get_by_label("年（四位数）").fill("1945")
    page.get_by_label("月", exact=True).select_option("3")
    press(page.get_by_role("button", name="下一题", exact=True))
    page.get_by_text("妙高街道").click()
    press(page.get_by_role("button", name="下一题", exact=True))
    press(page.get_by_role("link", name="不答了，现在看结果"))

    assert page.locator("html").get_attribute("class") == "size-200"
    assert "每月60元" in visitor.text()
    assert visitor.overflows() == []
    assert visitor.violations() == []
    visitor.picture("public-journey-telephone")
    page.emulate_media(media="print")
    visitor.picture("public-journey-printed")
    assert page.get_by_text("可能要带").first.is_visible()


def test_one_may_go_back_and_answer_otherwise(plain: Visitor) -> None:
    visitor, page = plain, plain.page
    visitor.go(f"{HOME}/entitled?birth_date=1940-05&hukou=331123001")
    press(page.get_by_role("link", name="回到上一题"))
    assert "户口在哪里" in visitor.text()
    page.get_by_text("其他地方", exact=True).click()
    press(page.get_by_role("button", name="下一题", exact=True))

    assert "还没有能确定的项目" in visitor.text()


def test_the_list_is_narrowed_and_an_item_opened_without_a_script(plain: Visitor) -> None:
    visitor, page = plain, plain.page
    visitor.go(f"{HOME}/list")
    page.get_by_label("年龄（周岁）").fill("90")
    press(page.get_by_role("button", name="查找"))
    press(page.get_by_role("link", name="高龄津贴"))

    assert "80至89岁：每月60元" in visitor.text()
    assert page.get_by_role("link", name="000-0000000").first.is_visible()


def test_type_grows_and_contrast_turns_without_a_script(plain: Visitor) -> None:
    visitor, page = plain, plain.page
    visitor.go(f"{HOME}/list")
    press(page.get_by_role("link", name="最大"))
    assert page.url.endswith(f"{HOME}/list")
    press(page.get_by_role("link", name="高对比度"))

    assert page.locator("html").get_attribute("class") == "size-200 contrast"


def test_the_page_is_used_by_keyboard_alone(enter: Enter) -> None:
    visitor = enter("", size=NARROW)
    keys = visitor.page.keyboard
    visitor.go(f"{HOME}/entitled")
    keys.press("Tab")
    assert visitor.page.evaluate("document.activeElement.className") == "skip"
    keys.press("Enter")
    keys.press("Tab")
    keys.type("1930")
    keys.press("Tab")
    keys.type("5")
    keys.press("Tab")
    keys.press("Enter")
    visitor.page.wait_for_selector("text=户口在哪里")


@pytest.mark.parametrize("name", ["places", "home", "list", "result", "statistics"])
def test_a_first_visit_loads_little(name: str, enter: Enter) -> None:
    visitor = enter("", size=NARROW)
    loaded: list[int] = []
    visitor.page.on(
        "requestfinished",
        lambda request: loaded.append(
            sum(request.sizes()[part] for part in ("responseBodySize", "responseHeadersSize"))
        ),
    )
    visitor.go(address(visitor, name))
    visitor.page.wait_for_load_state("networkidle")

    assert len(loaded) >= 2
    assert sum(loaded) <= 100_000


@pytest.mark.parametrize("name", ["result", "item", "list", "statistics"])
def test_page_prints_whole(name: str, enter: Enter) -> None:
    visitor = enter("")
    visitor.go(address(visitor, name))
    visitor.page.emulate_media(media="print")
    visitor.resize((680, 960))
    visitor.picture(f"public-{name}-print")

    assert visitor.overflows() == []
    for gone in (".looks", ".crumbs", "form", ".no-print"):
        assert not any(one.is_visible() for one in visitor.page.locator(gone).all())
    if name == "result":
        assert visitor.page.get_by_text("90虚岁一次性奖励").first.is_visible()
        assert visitor.page.get_by_text("可能要带").is_visible()
