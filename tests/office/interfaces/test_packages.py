"""Data packages by page: who may have one made, what is in it, who fetches it, checks of them."""

from __future__ import annotations

import json
import os
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.office.county import (
    COUNTY,
    NEIGHBOUR,
    TOWN_A,
    TOWN_B,
    VILLAGE_A1,
    County,
    give,
    user,
)
from tests.office.log import chain_is_whole, log

from anlao.office.database.folder import DataFolder
from anlao.office.exchange import checking, signing
from anlao.office.interfaces.tasks import running
from anlao.office.interfaces.tasks.sessions import clear_sessions
from anlao.office.interfaces.web.staff import packages
from anlao.office.jobs import operations as jobs
from anlao.office.jobs.models import Job
from anlao.office.organisations.models import User
from anlao.office.registry import identity

Browser = Callable[[User | None], Client]
ASKED = {"month": "2026-02", "division": COUNTY, "form": "jsonl", "reason": "省平台月报"}


@pytest.fixture
def public(office: DataFolder) -> str:
    return signing.public_text(signing.key_of(office))


@pytest.fixture
def approver(county: County, client_of: Browser) -> Client:
    return client_of(county.cast["approver"])


def work() -> Job:
    """Do the work of the latest job, as the worker does."""
    job: Job = Job.objects.latest("id")
    jobs.run(job.pk, running.WORKS)
    job.refresh_from_db()
    return job


def made(browser: Client, **asked: str) -> Job:
    answer = browser.post("/packages", ASKED | asked)
    assert (answer.status_code, answer["Location"]) == (302, "/packages")
    job = work()
    assert job.state == "done", job.message_zh
    return job


def fetched(browser: Client, job: Job) -> bytes:
    answer = browser.get(f"/packages/{job.pk}/file")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    return bytes(answer.content)


def people(data: bytes) -> dict[str, dict[str, Any]]:
    with zipfile.ZipFile(BytesIO(data)) as file:
        lines = file.read("data/people.jsonl").decode().splitlines()
    return {row["name"]: row for row in map(json.loads, lines)}


def another_approver(name: str, county: County, where: str) -> User:
    part = "neighbour" if where == NEIGHBOUR else "approver"
    found = user(name, county.cast[part].organisation)
    give(found, "county_approver", where)
    return found


def test_a_package_is_made_by_a_job_and_fetched_by_whoever_asked(
    county: County, approver: Client, public: str, office: DataFolder
) -> None:
    job = made(approver)
    data = fetched(approver, job)

    found = checking.check(BytesIO(data), public=public)
    assert (found.division, found.month, found.identity_numbers) == (COUNTY, "2026-02", False)
    assert found.rows == job.result["rows"]
    assert set(people(data)) == {county.elders[key].name for key in ("a1", "a2", "a3", "b1")}
    sealed = (office.files / job.result["package"]).read_bytes()
    assert b"manifest.json" in data
    assert b"manifest.json" not in sealed
    page = approver.get("/packages").content.decode()
    assert "老年人 4<br>能力评估 0<br>待遇判定 0" in page
    assert "省平台月报" in page
    assert public in page


def test_making_and_fetching_are_logged_with_the_reason_and_what_left(approver: Client) -> None:
    job = made(approver)
    fetched(approver, job)

    given = log().get(act="give_out_data")
    taken = log().get(act="fetch_package")
    for entry in (given, taken):
        assert (entry.who, entry.division, entry.purpose) == ("approver", COUNTY, "省平台月报")
        assert entry.after is not None
        assert entry.after["sha256"] == job.result["digest"]
    assert taken.subject == f"job:{job.pk}"
    assert chain_is_whole()


@pytest.mark.parametrize("ticked", [True, False])
def test_identity_numbers_go_in_only_where_ticked(
    county: County, approver: Client, ticked: bool
) -> None:
    job = made(approver, **({"with_numbers": "on"} if ticked else {}))

    her = county.elders["a1"]
    expected = identity.identity_number_of(her) if ticked else None
    assert people(fetched(approver, job))[her.name]["identity_number"] == expected
    assert (">含证件号<" in approver.get("/packages").content.decode()) == ticked


def test_a_township_and_csv_can_be_asked_for(approver: Client, public: str) -> None:
    job = made(approver, division=TOWN_A, form="csv")

    data = fetched(approver, job)
    assert checking.check(BytesIO(data), public=public).rows["people"] == 3
    assert "data/people.csv" in zipfile.ZipFile(BytesIO(data)).namelist()


@pytest.mark.parametrize(
    "asked",
    [
        {"reason": ""},
        {"reason": "省"},
        {"month": ""},
        {"month": "2026-13"},
        {"month": "0000-01"},
        {"division": NEIGHBOUR},
        {"division": "330000"},
        {"division": VILLAGE_A1},
        {"division": "999999"},
        {"form": "xlsx"},
    ],
)
def test_what_makes_no_sense_or_lies_outside_makes_no_job(
    approver: Client, asked: dict[str, str]
) -> None:
    assert approver.post("/packages", ASKED | asked).status_code == 400
    assert not Job.objects.exists()


def test_this_month_can_be_asked_for_and_the_next_not(approver: Client) -> None:
    today = timezone.localdate()
    later = (today.replace(day=28) + timedelta(days=4)).replace(day=1)

    for day, status in ((today, 302), (later, 400)):
        answer = approver.post("/packages", ASKED | {"month": f"{day:%Y-%m}"})
        assert answer.status_code == status, day


def test_a_second_press_makes_no_second_job(approver: Client) -> None:
    approver.post("/packages", ASKED)
    approver.post("/packages", ASKED)
    approver.post("/packages", ASKED | {"division": TOWN_B})

    assert Job.objects.count() == 2


def test_a_neighbour_sees_nothing_of_it_and_a_colleague_fetches_nothing(
    county: County, approver: Client, client_of: Browser
) -> None:
    job = made(approver)
    neighbour = client_of(another_approver("far_approver", county, NEIGHBOUR))
    colleague = client_of(another_approver("near_approver", county, COUNTY))

    assert "省平台月报" not in neighbour.get("/packages").content.decode()
    assert "省平台月报" in colleague.get("/packages").content.decode()
    for browser, checks in ((neighbour, 404), (colleague, 200)):
        assert browser.get(f"/packages/{job.pk}/file").status_code == 404
        assert browser.post("/packages/check", {"package": job.pk}).status_code == checks
    assert not log(act="fetch_package").exists()


@pytest.mark.parametrize("part", ["county_clerk", "clerk_a", "auditor", "administrator"])
def test_those_who_enter_watch_or_grant_give_nothing_out(
    county: County, approver: Client, client_of: Browser, part: str
) -> None:
    job = made(approver)
    browser = client_of(county.cast[part])

    assert browser.post("/packages", ASKED).status_code == 403
    assert browser.get(f"/packages/{job.pk}/file").status_code == 403
    assert browser.post("/packages/check", {"package": job.pk}).status_code == 403
    assert 'href="/packages"' not in browser.get("/").content.decode()
    assert 'href="/packages"' in approver.get("/").content.decode()


def test_the_page_of_jobs_hands_no_package_out(approver: Client) -> None:
    job = made(approver)

    assert approver.get(f"/jobs/{job.pk}/file").status_code == 404
    page = approver.get("/jobs").content.decode()
    assert "数据包：" in page
    assert f"/jobs/{job.pk}/file" not in page


def test_a_grant_that_ended_meanwhile_lets_nothing_out(
    county: County, approver: Client, office: DataFolder
) -> None:
    job = made(approver)
    approver.post("/packages", ASKED | {"month": "2026-01"})
    before = set(office.files.iterdir())
    county.cast["approver"].grants.update(revoked_at=timezone.now(), revoked_by="t")

    refused = work()

    assert (refused.state, refused.message_zh) == ("failed", "您已没有这项权限")
    assert set(office.files.iterdir()) == before
    assert log(act="give_out_data").count() == 1
    assert approver.get(f"/packages/{job.pk}/file").status_code == 403


def test_a_grant_that_became_narrower_lets_nothing_out(county: County, approver: Client) -> None:
    job = made(approver)
    approver.post("/packages", ASKED | {"month": "2026-01"})
    her = county.cast["approver"]
    her.grants.update(revoked_at=timezone.now(), revoked_by="t")
    give(her, "county_approver", TOWN_A)

    refused = work()

    assert (refused.state, refused.message_zh) == ("failed", "这个区划不在您的范围")
    assert approver.get(f"/packages/{job.pk}/file").status_code == 404


def test_a_package_that_is_stopped_leaves_nothing(approver: Client, office: DataFolder) -> None:
    before = set(office.files.iterdir())
    approver.post("/packages", ASKED)
    Job.objects.update(is_cancel_asked=True)

    job = work()

    assert job.state == "cancelled"
    assert set(office.files.iterdir()) == before
    assert not log(act="give_out_data").exists()


def test_packages_go_after_a_week_and_are_said_to_be_gone(
    approver: Client, office: DataFolder
) -> None:
    old, new = made(approver), made(approver, division=TOWN_A)
    for job, days in ((old, 7.1), (new, 6.9)):
        then = time.time() - timedelta(days=days).total_seconds()
        os.utime(office.files / job.result["package"], (then, then))

    clear_sessions()

    assert approver.get(f"/packages/{old.pk}/file").status_code == 302
    assert "已过保留期" in approver.get("/packages").content.decode()
    answer = approver.post("/packages/check", {"package": old.pk})
    assert (answer.status_code, answer["Location"]) == (302, "/packages")
    assert "请重新制作" in approver.get("/packages").content.decode()
    assert approver.get(f"/packages/{new.pk}/file").status_code == 200


def sent(browser: Client, data: bytes, key: str) -> Any:
    file = SimpleUploadedFile("收到.zip", data)
    return browser.post("/packages/check", {"file": file, "key": key})


def test_a_whole_package_is_said_to_be_whole_and_the_check_is_logged(
    approver: Client, public: str
) -> None:
    job = made(approver)
    data = fetched(approver, job)

    for answer in (
        sent(approver, data, f" {public} "),
        approver.post("/packages/check", {"package": job.pk}),
    ):
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "完整，签名有效" in page
        assert job.result["digest"] in page
        assert "4 行" in page
    first, second = log(act="check_package").order_by("number")
    assert (first.subject, second.subject) == ("", f"job:{job.pk}")
    for entry in (first, second):
        assert entry.after is not None
        assert entry.after["whole"] is True
        assert entry.after["sha256"] == job.result["digest"]


def changed(data: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (b"\n" if name == "data/people.jsonl" else b""))
    return out.getvalue()


def test_a_package_that_was_changed_is_refused_in_plain_words(
    approver: Client, public: str
) -> None:
    data = fetched(approver, made(approver))

    for wrong, key, words in (
        (changed(data), public, "data/people.jsonl 已被改动"),
        (data[:-200], public, "这不是完整的数据包"),
        (b"PK no zip", public, "这不是完整的数据包"),
        (data, "A" * 43 + "=", "不是用这把公钥"),
    ):
        answer = sent(approver, wrong, key)
        assert answer.status_code == 400
        assert "这个数据包不能用" in answer.content.decode()
        assert words in answer.content.decode()
    said = [entry.after for entry in log(act="check_package")]
    assert [after is not None and after["whole"] for after in said] == [False] * 4


def test_a_check_needs_a_file_and_a_key_and_takes_none_that_is_too_large(
    approver: Client, public: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = fetched(approver, made(approver))
    monkeypatch.setattr(packages, "LARGEST_UPLOAD", len(data) - 1)
    assert sent(approver, data, public).status_code == 400
    assert approver.post("/packages/check", {"key": public}).status_code == 400
    assert not log(act="check_package").exists()

    monkeypatch.setattr(packages, "LARGEST_UPLOAD", len(data))
    assert sent(approver, data, "").status_code == 400
    assert sent(approver, data, public).status_code == 200
