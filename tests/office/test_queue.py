"""Jobs of the queue, run by a real worker on the office's own database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from anlao.office.benefits.models import DecidedMonth
from anlao.office.database.folder import DataFolder
from anlao.office.interfaces.tasks.nightly import decide_everywhere
from anlao.office.jobs.models import Job
from anlao.office.organisations.models import User
from tests.office.county import COUNTY, County, owner
from tests.office.log import log

ClientOf = Callable[[User | None], Client]


@pytest.fixture(autouse=True)
def _no_jobs(office: DataFolder, committed: None) -> None:
    del committed
    with owner(office) as session:
        session.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


def work(office: DataFolder) -> None:
    """Let a worker do what waits, and end."""
    done = subprocess.run(
        [sys.executable, "-m", "django", "procrastinate", "worker", "--one-shot"],
        env=os.environ | {"ANLAO_DATA": str(office.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_worker_decides_the_month_everywhere(office: DataFolder) -> None:
    number = decide_everywhere.defer(by="test")

    work(office)

    assert ProcrastinateJob.objects.get(pk=number).status == "succeeded"
    assert DecidedMonth.objects.filter(division_code=COUNTY, is_latest=True).count() == 1


def test_the_button_queues_one_job_and_a_second_press_none(
    county: County, client_of: ClientOf
) -> None:
    client = client_of(county.cast["administrator"])

    first, second = client.post("/jobs"), client.post("/jobs")

    assert (first.status_code, second.status_code) == (302, 302)
    assert Job.objects.filter(kind="decide_everywhere").count() == 1
    assert ProcrastinateJob.objects.filter(task_name="run_job").count() == 1
    assert log(act="queue_job").count() == 1
    assert "等待" in client.get("/jobs").content.decode()


def test_a_job_whose_worker_was_killed_is_taken_up_again(office: DataFolder) -> None:
    number = decide_everywhere.defer(by="test")
    with owner(office) as session:
        session.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')"
        )
        session.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id ="
            " (SELECT id FROM procrastinate_workers ORDER BY id DESC LIMIT 1) WHERE id = %s",
            [number],
        )
    from anlao.office.interfaces.tasks.rescue import rescue_stalled_jobs

    rescue_stalled_jobs.defer()
    work(office)
    work(office)

    assert ProcrastinateJob.objects.get(pk=number).status == "succeeded"
