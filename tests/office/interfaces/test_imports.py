"""The pages of imported lists: a clerk's whole way, and what others see of it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook
from tests.office.county import COUNTY, TOWN_A, TOWN_B, County, everywhere, identity_number
from tests.office.log import log
from tests.office.registry.imports.made import workbook

from anlao.office.interfaces.tasks import running
from anlao.office.jobs import operations as jobs
from anlao.office.jobs.models import Job
from anlao.office.organisations.models import User
from anlao.office.registry import identity
from anlao.office.registry.models import Elder, HardshipStatus

ClientOf = Callable[[User | None], Client]
HEAD = ["身份证号", "姓名", "备注二", "困难类别"]


def brought(browser: Client, rows: list[list[Any]], *, area: str = COUNTY) -> Any:
    return sent(browser, workbook(rows), area)


def sent(browser: Client, data: bytes, area: str = COUNTY) -> Any:
    file = SimpleUploadedFile("困难名单.xlsx", data)
    form = {"file": file, "kind": "hardship", "month": "2026-11", "lasts": "on", "area": area}
    return browser.post("/imports/new", form)


def number(her: Elder) -> str:
    return identity.identity_number_of(her)


def work() -> Job:
    """Do the work of the latest job, as the worker does."""
    job: Job = Job.objects.latest("id")
    jobs.run(job.pk, running.WORKS)
    job.refresh_from_db()
    return job


def mapped(browser: Client, path: str) -> Any:
    return browser.post(
        path, {"column-0": "identity_number", "column-1": "name", "column-3": "economic_status"}
    )


def hardship(her: Elder) -> list[str]:
    from django.db import transaction

    with transaction.atomic(), everywhere():
        rows = HardshipStatus.objects.filter(elder=her, known__upper_inf=True)
        return [row.economic_status for row in rows]


def rows_of(county: County) -> list[list[Any]]:
    a1, a3 = county.elders["a1"], county.elders["a3"]
    stranger = identity_number(a3.birth_date or a1.created_at.date(), 903).number
    return [
        HEAD,
        [number(a1), a1.name, "=1+1", "低保"],
        [stranger, a3.name, None, "特困"],
        [number(county.elders["b1"]), "陈金妹", None, "富裕"],
    ]


def test_a_clerk_takes_a_list_all_the_way_and_back(county: County, client_of: ClientOf) -> None:
    browser = client_of(county.cast["county_clerk"])
    a1, a3 = county.elders["a1"], county.elders["a3"]

    data = workbook(rows_of(county))
    answer = sent(browser, data)
    assert answer.status_code == 302
    columns = answer["Location"]
    path = columns.removesuffix("/columns")
    page = browser.get(columns).content.decode()
    assert "备注二" in page
    assert number(a1) not in page
    assert mapped(browser, columns).status_code == 302
    assert "等待" in browser.get(path).content.decode()

    assert work().state == "done"
    findings = browser.get(f"{path}/findings").content.decode()
    assert "富裕" in findings
    copy = browser.get(f"{path}/marked")
    cells = (
        CalamineWorkbook.from_filelike(io.BytesIO(copy.content)).get_sheet_by_index(0).to_python()
    )
    assert "富裕" in cells[3]
    assert any("困难类别" in str(cell) for cell in cells[3][4:])

    page = browser.get(f"{path}/matches").content.decode()
    assert a3.name in page
    assert (
        browser.post(f"{path}/matches", {"row": 3, "decision": f"link:{a3.pk}"}).status_code == 302
    )
    assert "重新生成预览" in browser.get(path).content.decode()
    browser.post(f"{path}/act", {"act": "preview"})
    assert work().state == "done"
    preview = browser.get(f"{path}/preview?only=addition").content.decode()
    assert "没有登记" in preview
    assert "低保" in preview

    browser.post(f"{path}/act", {"act": "commit"})
    assert work().state == "done"
    assert (hardship(a1), hardship(a3)) == (["dibao"], ["tekun"])
    assert "已提交" in browser.get(path).content.decode()
    seen = sent(browser, data)
    assert seen.status_code == 400
    assert path in seen.content.decode()

    assert browser.post(f"{path}/undo", {"reason": ""}).status_code == 400
    browser.post(f"{path}/undo", {"reason": "传错月份"})
    assert work().state == "done"
    assert (hardship(a1), hardship(a3)) == ([], [])
    assert "传错月份" in browser.get(path).content.decode()
    assert {"import_upload", "import_commit", "import_undo"} <= set(
        log().values_list("act", flat=True)
    )


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("what", ["findings", "preview"])
def test_tables_given_out_hold_no_formula(
    county: County, client_of: ClientOf, what: str, form: str
) -> None:
    browser = client_of(county.cast["county_clerk"])
    rows = rows_of(county)
    rows.append([number(county.elders["a2"]), "李桂兰", None, "=cmd|' /C calc'!A0"])
    path = brought(browser, rows)["Location"].removesuffix("/columns")
    mapped(browser, f"{path}/columns")
    work()

    answer = browser.get(f"{path}/{what}?form={form}")

    assert answer.status_code == 200
    assert log(act="export_list", subject=path[1:].replace("s/", ":")).exists()
    if form == "csv":
        lines = answer.content.decode("utf-8-sig").splitlines()
        assert not any(
            cell.startswith(("=", "+", "@")) for line in lines for cell in line.split(",")
        )
    else:
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
        assert len(book.get_sheet_by_index(0).to_python()) > 1


def test_a_file_that_is_no_list_is_refused_and_kept_nowhere(
    county: County, client_of: ClientOf
) -> None:
    browser = client_of(county.cast["county_clerk"])

    answer = sent(browser, b"MZ a program")

    assert answer.status_code == 400
    assert "文件内容不是表格" in answer.content.decode()
    assert not log(act="import_upload").exists()


def test_a_township_clerk_brings_lists_for_her_township_only(
    county: County, client_of: ClientOf
) -> None:
    browser = client_of(county.cast["clerk_a"])

    assert brought(browser, rows_of(county), area=COUNTY).status_code == 400
    assert brought(browser, rows_of(county), area=TOWN_B).status_code == 400
    path = brought(browser, rows_of(county), area=TOWN_A)["Location"].removesuffix("/columns")

    for part, status in (
        ("clerk_a", 200),
        ("county_clerk", 200),
        ("clerk_b", 404),
        ("neighbour", 404),
    ):
        other = client_of(county.cast[part])
        for tab in ("", "/columns", "/findings", "/matches", "/preview"):
            assert other.get(path + tab).status_code == status, (part, tab)
        if status == 404:
            assert other.post(f"{path}/act", {"act": "commit"}).status_code == 404
            assert other.get(f"{path}/marked").status_code == 404
            assert other.get(f"{path}/undo").status_code == 404


def test_a_grant_that_ended_meanwhile_stops_the_job(county: County, client_of: ClientOf) -> None:
    browser = client_of(county.cast["county_clerk"])
    path = brought(browser, rows_of(county))["Location"].removesuffix("/columns")
    mapped(browser, f"{path}/columns")
    county.cast["county_clerk"].grants.update(revoked_at="2026-01-01T00:00:00Z")

    job = work()

    assert (job.state, job.message_en) == ("failed", "you may no longer do this")


def test_jobs_of_others_are_not_there(county: County, client_of: ClientOf) -> None:
    browser = client_of(county.cast["clerk_a"])
    path = brought(browser, rows_of(county), area=TOWN_A)["Location"].removesuffix("/columns")
    mapped(browser, f"{path}/columns")
    job = Job.objects.latest("id")

    assert browser.get(f"/jobs/{job.pk}").json()["over"] is False
    assert client_of(county.cast["clerk_b"]).get(f"/jobs/{job.pk}").status_code == 404
    assert client_of(county.cast["administrator"]).get(f"/jobs/{job.pk}").status_code == 200
    assert browser.post(f"/jobs/{job.pk}", {"act": "cancel"}).status_code == 302
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert browser.post(f"/jobs/{job.pk}", {"act": "retry"}).status_code == 302
    assert work().state == "done"
