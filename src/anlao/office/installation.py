"""Making an office, or bringing one up to date: database, tables, keys, divisions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from anlao.office.database import logins
from anlao.office.database.embedded import running
from anlao.office.database.folder import DataFolder

SETTINGS = "anlao.office.project.settings"
Say = Callable[[str], None]


@contextmanager
def opened(folder: DataFolder, *, say: Say = lambda _: None) -> Iterator[None]:
    """Have the office of a folder ready inside the block: its database runs, its tables are there.

    The last program that leaves stops the embedded server. Raises FolderRefused and
    DatabaseFailed.
    """
    folder.make()
    os.environ["ANLAO_DATA"] = str(folder.path)
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    with nullcontext() if logins.own_server() else running(folder):
        say("数据库已就绪 / database ready")
        try:
            with folder.alone():
                bring_up_to_date(folder)
            yield
        finally:
            _close_connections()


def bring_up_to_date(folder: DataFolder) -> None:
    """Make the logins, migrate as the owner, keep the key of row scope, load divisions."""
    logins.ensure(folder)
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", database="owner", verbosity=0, interactive=False)
    with connections["owner"].cursor() as cursor:
        # Finished sessions and jobs go; nothing else that the application writes ever does.
        cursor.execute(
            "GRANT DELETE ON django_session, procrastinate_jobs, procrastinate_events, "
            "procrastinate_periodic_defers, procrastinate_workers TO anlao_app"
        )
        cursor.execute("REVOKE ALL ON scope_key FROM anlao_app")
        cursor.execute(
            "INSERT INTO scope_key (key) VALUES (%s) ON CONFLICT (single) DO UPDATE SET key = %s",
            [folder.secrets()["scope"]] * 2,
        )
    connections["owner"].close()
    from anlao.office.divisions.operations import load_all

    load_all()


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()
