"""How long a list takes from upload to committed, in an office of its own that is gone afterwards.

python -m bench.office.imports [ROWS]

Every row of the list changes something: the longest way there is. Half the elders have a status
that the list cuts, the other half none. Prints wall and processor seconds (ours, and the
database server's) by phase.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from anlao.identity_numbers import check_character
from anlao.office.database.folder import DataFolder
from anlao.office.installation import opened

COUNTY, VILLAGE = "331123", "331123001007"
MOST_SECONDS = 60
_BORN = 9_000  # so many days of birth, one after the other, then the next sequence number


@contextmanager
def measured(phase: str, total: dict[str, float]) -> Iterator[None]:
    wall, cpu, server = time.perf_counter(), time.process_time(), of_the_server()
    yield
    spent = {
        "wall": time.perf_counter() - wall,
        "ours": time.process_time() - cpu,
        "server": of_the_server() - server,
    }
    for name, seconds in spent.items():
        total[name] = total.get(name, 0) + seconds
    shown(phase, spent)


def shown(phase: str, spent: dict[str, float]) -> None:
    parts = " ".join(f"{name} {seconds:7.1f} s" for name, seconds in spent.items())
    print(f"{phase:<28}{parts}", flush=True)


def of_the_server() -> float:
    """Return processor seconds that the server's process for our connection has spent."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        parts = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def number_of(place: int) -> str:
    born = date(1930, 1, 1) + timedelta(days=place % _BORN)
    body = f"{COUNTY}{born:%Y%m%d}{place // _BORN:03d}"
    return body + check_character(body)


def workbook(rows: int) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        page = book.add_worksheet("困难名单")
        for column, header in enumerate(("公民身份号码", "姓名", "困难类别", "月保障金")):
            page.write_string(0, column, header)
        for place in range(rows):
            for column, value in enumerate((number_of(place), "王秀英", "低保", "886")):
                page.write_string(place + 1, column, value)
    return out.getvalue()


def fill(rows: int, at: datetime) -> None:
    """Give everybody a file, and every second one a hardship status."""
    from django.db import connections

    from anlao import masking
    from anlao.office.registry.identity import IDENTITY
    from anlao.office.shared.vaults import vault

    with connections["owner"].cursor() as cursor:
        with cursor.copy(
            "COPY registry_elder (id, file_number, name, initials, identity_cipher, identity_index,"
            " identity_mask, phone_mask, address, division_code, birth_date, sex, state,"
            " is_synthetic, created_at) FROM STDIN"
        ) as copy:
            for place in range(rows):
                number, file = number_of(place), f"bench-{place:08d}"
                sealed = vault().seal(number, field=IDENTITY, row=file)
                index = vault().index(number, field=IDENTITY)
                sex = "male" if int(number[16]) % 2 else "female"
                born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
                mask = masking.identity_number(number)
                copy.write_row(
                    (
                        place + 1,
                        file,
                        "王秀英",
                        " wxy",
                        sealed,
                        index,
                        mask,
                        "",
                        "",
                        VILLAGE,
                        born,
                        sex,
                        "living",
                        True,
                        at,
                    )
                )
        cursor.execute(
            "INSERT INTO registry_vitalstatus (elder_id, division_code, valid, known, evidence,"
            " recorded_by, birth_date, sex) SELECT id, division_code, '[1900-01-01,)',"
            " tstzrange(%s, NULL), 'bench', 'bench', birth_date, sex FROM registry_elder",
            [at],
        )
        cursor.execute(
            "INSERT INTO registry_hardshipstatus (elder_id, division_code, valid, known, evidence,"
            " recorded_by, economic_status, support_mode) SELECT id, division_code,"
            " '[1900-01-01,)', tstzrange(%s, NULL), 'bench', 'bench', 'ordinary', ''"
            " FROM registry_elder WHERE id %% 2 = 0",
            [at],
        )
        cursor.execute("ANALYZE")


def run(rows: int) -> float:
    from django.utils import timezone

    from anlao.office.jobs.progress import UNSEEN
    from anlao.office.registry.imports import batches, checking, commits, previews, undos
    from anlao.office.registry.imports.batches import Brought
    from anlao.office.registry.imports.safety import Upload
    from anlao.office.shared import audit, scope
    from anlao.office.shared.scope import Scope

    data, at, today = workbook(rows), timezone.now(), timezone.localdate()
    fill(rows, datetime(2026, 1, 1, tzinfo=UTC))
    county, spent = Scope((COUNTY,)), {}
    told: dict[str, Any] = {"by": "bench", "at": at, "today": today, "progress": UNSEEN}
    print(f"{rows:,} rows, {len(data) / 2**20:.1f} MiB")
    with measured("upload, safety, columns", spent), scope.within(county):
        brought = Brought(
            Upload("list.xlsx", data), "hardship", "bench", today.replace(day=1), None, COUNTY
        )
        batch = batches.bring(brought, by="bench", at=at)
    with measured("check, stage, match", spent), scope.within(county):
        checking.check(batch, today=today, progress=UNSEEN)
    with measured("preview", spent), scope.within(county):
        previews.preview(batch, UNSEEN)
    print(batch.counts)
    with measured("commit", spent), scope.within(county):
        commits.commit(batch, **told)
    shown("upload to committed", spent)
    with measured("undo, not counted", {}), scope.within(county):
        undos.undo(batch, "bench", **told)
    with measured("the chain is whole", {}):
        assert not audit.verify().broken
    return spent["wall"]


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    top = Path(tempfile.mkdtemp(prefix="anlao-bench-"))
    top.chmod(0o711)  # as root the database runs as another user, who must pass through here
    try:
        with opened(DataFolder(top / "office")):
            seconds = run(rows)
    finally:
        shutil.rmtree(top, ignore_errors=True)
    return 0 if seconds <= MOST_SECONDS or rows > 100_000 else 1


if __name__ == "__main__":
    sys.exit(main())
