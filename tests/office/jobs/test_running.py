"""A job's life: progress that shows while its work is open, stopping, failing, trying again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection, transaction

from anlao.office.jobs import operations
from anlao.office.jobs.models import Job
from anlao.office.jobs.operations import CannotRetry, OneIsWaiting, Wanted
from anlao.office.jobs.progress import Progress, Refused
from tests.office.log import log

pytestmark = pytest.mark.usefixtures("committed")

WANTED = Wanted("work", "工作", "Work", "thing:1")


def run(work: operations.Work) -> Job:
    job = operations.ask(WANTED, by="clerk")
    operations.run(job.pk, {"work": work})
    job.refresh_from_db()
    return job


def _note(purpose: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE organisations_user SET full_name = %s", [purpose])


def _noted() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM organisations_user WHERE full_name = 'noted'")
        return bool(cursor.fetchone()[0])


def test_progress_shows_while_the_work_is_still_open() -> None:
    seen: list[tuple[str, int, int, str]] = []

    def work(job: Job, progress: Progress) -> Mapping[str, Any]:
        with transaction.atomic():
            _note("noted")
            progress.step(3, 10, "登记", "recording")
            other = connection.copy()
            with other.cursor() as cursor:
                cursor.execute(
                    "SELECT state, done, total, message_en FROM jobs_job WHERE id = %s", [job.pk]
                )
                seen.append(cursor.fetchone())
                cursor.execute("SELECT count(*) FROM organisations_user WHERE full_name = 'noted'")
                assert cursor.fetchone()[0] == 0
            other.close()
        return {"rows": 10}

    job = run(work)

    assert seen == [("running", 3, 10, "recording")]
    assert (job.state, job.result, job.attempts) == ("done", {"rows": 10}, 1)
    assert _noted()


def test_a_stop_takes_back_everything() -> None:
    def work(_: Job, progress: Progress) -> Mapping[str, Any]:
        with transaction.atomic():
            _note("noted")
            other = connection.copy()
            with other.cursor() as cursor:  # somebody else asks, in a request of her own
                cursor.execute("UPDATE jobs_job SET is_cancel_asked = true")
            other.close()
            progress.step(1, 2, "还在做", "still at it")
        return {}

    job = run(work)

    assert job.state == "cancelled"
    assert not _noted()


def test_what_waits_is_stopped_at_once_and_never_run() -> None:
    job = operations.ask(WANTED, by="clerk")
    operations.cancel(job, by="clerk")
    operations.run(job.pk, {})

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("cancelled", 0)


def test_a_refusal_says_what_to_do_and_the_job_can_be_tried_again() -> None:
    def refuses(*_: object) -> Mapping[str, Any]:
        raise Refused("先做那个", "do that first")

    job = run(refuses)
    assert (job.state, job.message_en) == ("failed", "do that first")

    operations.retry(job, by="clerk")
    operations.run(job.pk, {"work": lambda *_: {"fine": True}})
    job.refresh_from_db()
    assert (job.state, job.attempts, job.message_en) == ("done", 2, "")
    with pytest.raises(CannotRetry):
        operations.retry(job, by="clerk")
    assert log(subject=f"job:{job.pk}", act="retry_job").count() == 1


def test_an_error_is_a_failure_that_keeps_nothing_back_from_the_log() -> None:
    def breaks(*_: object) -> Mapping[str, Any]:
        raise ZeroDivisionError

    job = operations.ask(WANTED, by="clerk")
    with pytest.raises(ZeroDivisionError):
        operations.run(job.pk, {"work": breaks})

    job.refresh_from_db()
    assert job.state == "failed"
    assert "ZeroDivisionError" in job.message_en


def test_one_job_for_one_thing_at_a_time() -> None:
    operations.ask(WANTED, by="clerk")

    with pytest.raises(OneIsWaiting):
        operations.ask(WANTED, by="other")
