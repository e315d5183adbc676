"""A clerk brings a list with bad rows and takes it all the way, through the office's own worker."""

from __future__ import annotations

import io
import re

import pytest
from python_calamine import CalamineWorkbook

from tests.browser.office import Enter, Visitor, press
from tests.office.registry.imports.made import identity, workbook

pytestmark = pytest.mark.browser


def _known(visitor: Visitor, which: str) -> tuple[str, str]:
    """Return name and whole identity number of one of the picked elders."""
    visitor.go(visitor.office.elder(which))
    name = visitor.page.locator("h1").inner_text().split()[0]
    visitor.page.locator("#reason").fill("核对名单")
    visitor.press("form[action$=reveal] button")
    found = re.search(r"\b\d{17}[\dX]\b", visitor.text())
    assert found, visitor.text()
    return name, found[0]


def test_a_list_goes_in_by_the_worker_and_comes_out_again(enter: Enter) -> None:
    visitor = enter("clerk")
    page = visitor.page
    name, number = _known(visitor, "rich")
    other, others = _known(visitor, "neighbour")
    stranger = next(
        made for order in range(900, 999) if (made := identity(others[6:14], order)) != others
    )
    rows = [["身份证号", "姓名", "参保类型"], [number, name, "无"], [stranger, other, "无"]]
    rows += [["123", "李某", "无"], [identity("19410308", 77), "赵某", "没有这一种"]]

    visitor.go("/imports/new")
    page.locator("#id_file").set_input_files(
        {"name": "社保.xlsx", "mimeType": "application/octet-stream", "buffer": workbook(rows)}
    )
    page.locator("#id_kind").select_option("social_security")
    press(page.locator("main form button"))
    path = page.url.removesuffix("/columns")
    assert "参保类型" in visitor.text()
    press(page.get_by_role("button", name="确认，核对整份名单"))
    page.get_by_role("button", name="放弃这批").wait_for(timeout=30_000)

    press(page.get_by_role("link", name="看问题清单"))
    assert "没有这一种" in visitor.text()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载标注过的名单").click()
    marked = CalamineWorkbook.from_filelike(io.BytesIO(waiting.value.path().read_bytes()))
    assert "错误" in marked.get_sheet_by_index(0).to_python()[0]

    page.goto(f"{path}/matches")
    page.locator("input[value^='link:']").first.check()
    press(page.get_by_role("button", name="决定").first)
    assert "已决定" in visitor.text()
    page.goto(path)
    press(page.get_by_role("button", name="按您的决定重新生成预览"))
    page.get_by_role("button", name="提交名单").wait_for(timeout=30_000)
    press(page.get_by_role("link", name="看每一处变化"))
    assert name in visitor.text()
    visitor.picture("journey-import-preview")
    page.goto(path)
    press(page.get_by_role("button", name="提交名单"))
    page.get_by_role("link", name="撤销整批").wait_for(timeout=30_000)

    visitor.go(visitor.office.elder("rich", "/history"))
    assert "社会保障局《养老保险待遇名单》导入批次" in visitor.text()
    page.goto(f"{path}/undo")
    page.locator("#reason").fill("传错了月份")
    press(page.get_by_role("button", name="撤销", exact=True))
    page.get_by_text("传错了月份").wait_for(timeout=30_000)
    assert "没有撤销" not in visitor.text()
    visitor.picture("journey-import-undone")
