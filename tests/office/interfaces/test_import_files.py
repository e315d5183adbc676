"""Files about an imported list: short ones at once, long ones by a job, marked ones to one."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook
from tests.office.county import TOWN_A, VILLAGE_A1, County, give
from tests.office.interfaces.test_imports import brought, mapped, number, rows_of, work
from tests.office.log import log

from anlao.office.jobs.models import Job
from anlao.office.organisations.models import User
from anlao.office.registry.imports import files

ClientOf = Callable[[User | None], Client]


@pytest.fixture
def clerk(county: County, client_of: ClientOf) -> Client:
    return client_of(county.cast["county_clerk"])


def checked(browser: Client, county: County, **where: str) -> str:
    """Bring a list of three rows, one of them bad, have it checked, and return its address."""
    path = str(brought(browser, rows_of(county), **where)["Location"]).removesuffix("/columns")
    mapped(browser, f"{path}/columns")
    assert work().state == "done"
    return path


def cells(content: bytes) -> list[list[str]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [[str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]


FILES = ("findings?form=xlsx", "findings?form=csv", "preview?form=xlsx", "preview?form=csv")


@pytest.mark.parametrize("file", [*FILES, "marked"])
def test_a_long_file_is_written_by_a_job_with_what_a_short_one_holds(
    county: County, clerk: Client, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    path = checked(clerk, county)
    short = clerk.get(f"{path}/{file}")
    assert short.status_code == 200
    monkeypatch.setattr(files, "SHORT", 0)

    answer = clerk.get(f"{path}/{file}")

    assert (answer.status_code, answer["Location"]) == (302, "/jobs")
    job = work()
    assert job.state == "done"
    long = clerk.get(f"/jobs/{job.pk}/file")
    assert long["Content-Type"] == short["Content-Type"]
    if file.endswith("csv"):
        assert list(csv.reader(io.StringIO(long.content.decode("utf-8-sig"))))[1:]
        assert long.content == short.content
    else:
        assert cells(long.content) == cells(short.content)
        assert len(cells(long.content)) > 1
    acts = log(who="county_clerk", subject=path[1:].replace("s/", ":"))
    assert acts.filter(act="export_list").count() == 2
    (fetch,) = log(act="fetch_export")
    assert fetch.division == job.division


@pytest.mark.parametrize("file", ["findings?form=csv", "preview?form=csv"])
def test_the_limit_is_of_rows_and_is_itself_short(
    county: County, clerk: Client, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    path = checked(clerk, county)
    text = clerk.get(f"{path}/{file}").content.decode("utf-8-sig")
    rows = len(list(csv.reader(io.StringIO(text)))) - 1
    assert rows > 0

    for limit, status in ((rows, 200), (rows - 1, 302)):
        monkeypatch.setattr(files, "SHORT", limit)
        assert clerk.get(f"{path}/{file}").status_code == status


def test_a_marked_copy_counts_rows_that_were_read_and_an_unread_list_is_long(
    county: County, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = checked(clerk, county)
    monkeypatch.setattr(files, "SHORT", 3)
    assert clerk.get(f"{path}/marked").status_code == 200
    monkeypatch.setattr(files, "SHORT", 2)
    assert clerk.get(f"{path}/marked").status_code == 302
    monkeypatch.undo()

    rows = [*rows_of(county)[:2]]
    unread = str(brought(clerk, rows)["Location"]).removesuffix("/columns")
    assert clerk.get(f"{unread}/marked")["Location"] == "/jobs"


def test_a_marked_copy_goes_to_its_bringer_alone_and_nobody_queues_one(
    county: County, client_of: ClientOf, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = client_of(county.cast["clerk_a"])
    path = checked(town, county, area=TOWN_A)
    monkeypatch.setattr(files, "SHORT", 0)

    refused = clerk.get(f"{path}/marked", follow=True)

    assert "只给上传的人" in refused.content.decode()
    assert not Job.objects.filter(kind="export_import").exists()
    town.get(f"{path}/marked")
    job = work()
    assert number(county.elders["a1"]) in str(cells(town.get(f"/jobs/{job.pk}/file").content))
    for part in ("county_clerk", "clerk_b", "neighbour", "administrator"):
        assert client_of(county.cast[part]).get(f"/jobs/{job.pk}/file").status_code == 404, part


@pytest.mark.parametrize("part", ["clerk_b", "neighbour"])
def test_a_neighbour_queues_nothing(
    county: County,
    client_of: ClientOf,
    monkeypatch: pytest.MonkeyPatch,
    part: str,
) -> None:
    path = checked(client_of(county.cast["clerk_a"]), county, area=TOWN_A)
    monkeypatch.setattr(files, "SHORT", 0)

    for file in (*FILES, "marked"):
        assert client_of(county.cast[part]).get(f"{path}/{file}").status_code == 404
    assert not Job.objects.filter(kind="export_import").exists()


def test_whoever_may_no_longer_import_gets_no_file_of_a_list(
    county: County, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = checked(clerk, county)
    monkeypatch.setattr(files, "SHORT", 0)
    clerk.get(f"{path}/marked")
    done = work()
    clerk.get(f"{path}/findings?form=csv")
    her = county.cast["county_clerk"]
    her.grants.update(revoked_at=timezone.now(), revoked_by="t")
    give(her, "village_worker", VILLAGE_A1)  # she still has a page of jobs

    refused = work()

    assert clerk.get("/jobs").status_code == 200
    assert (refused.state, refused.message_zh) == ("failed", "您已没有这项权限")
    assert clerk.get(f"/jobs/{done.pk}/file").status_code == 404


def test_a_worksheet_that_would_be_cut_off_is_refused(
    county: County, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = checked(clerk, county)
    monkeypatch.setattr(files, "_MOST", 1)

    refused = clerk.get(f"{path}/preview?form=xlsx", follow=True)

    assert "请导出 CSV" in refused.content.decode()
    assert clerk.get(f"{path}/preview?form=csv").status_code == 200
    monkeypatch.setattr(files, "_MOST", 2)
    assert clerk.get(f"{path}/preview?form=xlsx").status_code == 200


def test_an_export_does_not_stand_for_the_work_on_its_list(
    county: County, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = checked(clerk, county)
    monkeypatch.setattr(files, "SHORT", 0)
    clerk.get(f"{path}/findings?form=csv")

    clerk.post(f"{path}/act", {"act": "preview"})

    assert set(Job.objects.filter(state="queued").values_list("kind", flat=True)) == {
        "export_import",
        "preview_list",
    }


def test_a_second_press_makes_no_second_job(
    county: County, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = checked(clerk, county)
    monkeypatch.setattr(files, "SHORT", 0)

    for _ in range(2):
        clerk.get(f"{path}/findings?form=csv")

    assert Job.objects.filter(kind="export_import").count() == 1
