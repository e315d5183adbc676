"""What waits in the queue to be told to the public."""

from __future__ import annotations

from django.db import connection

from tests.office.county import COUNTY


def waiting_to_tell() -> int:
    """Return how many tasks were queued for the county."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'tell_public'"
            " AND args ->> 'county' = %s",
            [COUNTY],
        )
        return int(cursor.fetchone()[0])
