"""Long lists are written by a job; its file is sealed, and fetched by whoever asked for it."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.test import Client
from django.utils import timezone

from anlao.office.database.folder import DataFolder
from anlao.office.interfaces.tasks import running
from anlao.office.jobs import operations as jobs
from anlao.office.jobs.models import Job
from anlao.office.organisations.models import User
from anlao.office.shared import sealed_files
from anlao.office.worklists import operations
from tests.office.county import County
from tests.office.log import log
from tests.office.test_queue import work

Browser = Callable[[User | None], Client]
AGES = ",".join(str(age) for age in range(60, 121))


@pytest.fixture(autouse=True)
def _every_list_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "SHORT", -1)


def asked_for(browser: Client) -> Job:
    may = (5 - timezone.localdate().month - 1) % 12 + 1  # when a1 and a3 have their birthdays
    answer = browser.get(f"/lists/turning?ages={AGES}&ahead={may}&form=csv")
    assert (answer.status_code, answer["Location"]) == (302, "/jobs")
    job: Job = Job.objects.latest("id")
    return job


def test_a_long_list_is_written_by_the_worker_and_fetched_once_it_is_done(
    county: County, client_of: Browser, office: DataFolder
) -> None:
    clerk = client_of(county.cast["clerk_a"])
    job = asked_for(clerk)
    assert clerk.get(f"/jobs/{job.pk}/file").status_code == 404

    work(office)

    job.refresh_from_db()
    assert job.state == "done"
    page = clerk.get("/jobs").content.decode()
    assert f"/jobs/{job.pk}/file" in page
    answer = clerk.get(f"/jobs/{job.pk}/file")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][0] == "姓名"
    assert {row[0] for row in rows[1:]} == {county.elders[key].name for key in ("a1", "a3")}
    sealed = (office.files / job.result["file"]).read_bytes()
    assert "姓名".encode() not in sealed
    acts = list(log(who="clerk_a").values_list("act", flat=True))
    assert "export_list" in acts
    assert "fetch_export" in acts


def test_nobody_else_fetches_it(county: County, client_of: Browser, office: DataFolder) -> None:
    job = asked_for(client_of(county.cast["clerk_a"]))
    work(office)

    for part in ("county_clerk", "clerk_b", "neighbour", "administrator"):
        assert client_of(county.cast[part]).get(f"/jobs/{job.pk}/file").status_code == 404, part
    assert client_of(None).get(f"/jobs/{job.pk}/file").status_code == 302


def test_a_second_press_makes_no_second_job(county: County, client_of: Browser) -> None:
    clerk = client_of(county.cast["clerk_a"])

    first, second = asked_for(clerk), asked_for(clerk)

    assert first.pk == second.pk


def test_what_one_may_no_longer_see_is_not_written(county: County, client_of: Browser) -> None:
    job = asked_for(client_of(county.cast["clerk_a"]))
    county.cast["clerk_a"].grants.update(revoked_at=timezone.now(), revoked_by="t")

    jobs.run(job.pk, running.WORKS)

    job.refresh_from_db()
    assert job.state == "failed"
    assert "权限" in job.message_zh


def test_files_are_kept_for_a_time_and_then_said_to_be_gone(
    county: County, client_of: Browser, office: DataFolder
) -> None:
    clerk = client_of(county.cast["clerk_a"])
    job = asked_for(clerk)
    work(office)
    job.refresh_from_db()
    path = office.files / job.result["file"]
    kept = sealed_files.keep(b"x", kind="import")
    old = time.time() - timedelta(days=8).total_seconds()
    for each in (path, office.files / kept):
        os.utime(each, (old, old))

    assert sealed_files.forget_older("export", timezone.now() - timedelta(days=7)) >= 1

    assert not path.exists()
    assert sealed_files.take_out(kept) == b"x"
    assert clerk.get(f"/jobs/{job.pk}/file").status_code == 302


@pytest.mark.parametrize(
    "name", ["../secrets.json", "import-", "import-ABC", "x/import-" + "0" * 32]
)
def test_only_names_of_our_own_are_opened(office: DataFolder, name: str) -> None:
    del office
    with pytest.raises(AssertionError):
        sealed_files.take_out(name)
