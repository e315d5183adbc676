"""What the kill test does inside an office, each a program of its own; prints JSON.

python -m bench.office.blows fill FOLDER ELDERS        people and a clerk
                             import FOLDER ROUND ROWS  bring and check a list, queue its commit
                             decide FOLDER             queue the nightly decide
                             look FOLDER               what there is: jobs, rows, the audit chain
"""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from anlao.office.database.folder import DataFolder
from anlao.office.installation import opened

COUNTY = "331123"
CLERK = "clerk"
_WORDS = ("低保", "低保边缘", "特困")


def fill(folder: DataFolder, elders: int) -> dict[str, Any]:
    people = folder.path.parent / f"{folder.path.name}-people.parquet"
    anlao = Path(sys.executable).parent / "anlao"
    synth = ["synth", COUNTY, "--elders", str(elders), "-o", str(people)]
    subprocess.run([anlao, *synth], check=True, stdout=sys.stderr)  # noqa: S603
    with opened(folder):
        from django.db import transaction
        from django.utils import timezone

        from anlao.office.registry.loading import load_population
        from anlao.office.rehearsal.people import people_a_county

        now = timezone.now()
        with transaction.atomic():
            people_a_county(COUNTY, day=timezone.localdate(now), at=now)
        count = load_population(
            people=people,
            identities=people.with_suffix(".identity.parquet"),
            history=people.with_suffix(".history.csv"),
            county=COUNTY,
            by="kill test",
            at=now,
        )
    return {"elders": count}


def bring(folder: DataFolder, number: int, rows: int) -> dict[str, Any]:
    """Bring a list that changes every row's elder; its commit waits in the queue."""
    with opened(folder):
        from django.db import transaction
        from django.utils import timezone

        from anlao.office.interfaces.tasks import running
        from anlao.office.jobs.operations import Wanted
        from anlao.office.jobs.progress import UNSEEN
        from anlao.office.registry.imports import batches, checking, previews
        from anlao.office.registry.imports.batches import Brought
        from anlao.office.registry.imports.safety import Upload
        from anlao.office.shared import scope
        from anlao.office.shared.scope import Scope

        now, today = timezone.now(), timezone.localdate()
        with transaction.atomic(), scope.within(Scope((COUNTY,))):
            file = Upload("名单.xlsx", _workbook(number, rows))
            month = today.replace(day=1)
            brought = Brought(file, "hardship", f"kill test {number}", month, None, COUNTY)
            batch = batches.bring(brought, by=CLERK, at=now)
            batches.confirm(batch, batches.mapping_of(batch), by=CLERK, at=now)
            checking.check(batch, today=today, progress=UNSEEN)
            previews.preview(batch, UNSEEN)
            batch.refresh_from_db()
            wanted = Wanted(
                running.COMMIT, "提交名单", "commit a list", f"import:{batch.pk}", COUNTY
            )
            job = running.start(wanted, by=CLERK)
            return {"job": job.pk, "batch": batch.pk, "counts": batch.counts}


def _workbook(number: int, rows: int) -> bytes:
    import xlsxwriter

    from anlao.office.registry import identity
    from anlao.office.registry.models import Elder

    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["公民身份号码", "姓名", "困难类别"])
        elders = Elder.objects.filter(state="living", identity_cipher__isnull=False).order_by("pk")
        for place, elder in enumerate(elders[:rows], 1):
            word = _WORDS[(place + number) % len(_WORDS)]
            page.write_row(place, 0, [identity.identity_number_of(elder), elder.name, word])
    return out.getvalue()


def decide(folder: DataFolder) -> dict[str, Any]:
    with opened(folder):
        from anlao.office.interfaces.tasks import running
        from anlao.office.jobs.operations import Wanted

        return {"job": running.start(Wanted(running.DECIDE, "判定", "decide"), by="admin").pk}


def look(folder: DataFolder) -> dict[str, Any]:
    with opened(folder):
        from django.db import connections

        from anlao.office.jobs.models import Job
        from anlao.office.shared import audit

        def single(query: str) -> int:
            with connections["owner"].cursor() as cursor:
                cursor.execute(query)
                return int(cursor.fetchone()[0] or 0)

        return {
            "jobs": {str(job.pk): job.state for job in Job.objects.all()},
            "committed": single("SELECT count(*) FROM imports_batch WHERE state = 'committed'"),
            "hardship_rows": single("SELECT count(*) FROM registry_hardshipstatus"),
            "hardship_now": single(
                "SELECT count(*) FROM registry_hardshipstatus WHERE upper_inf(known)"
            ),
            "commits_logged": single(
                "SELECT count(*) FROM shared_auditentry WHERE act = 'import_commit'"
            ),
            "changes_logged": single(
                "SELECT count(*) FROM shared_auditentry WHERE act = 'record_facts'"
            ),
            "latest_months": single("SELECT count(*) FROM benefits_decidedmonth WHERE is_latest"),
            "decisions": single("SELECT count(*) FROM benefits_decision"),
            "doubled": single(
                "SELECT count(*) FROM (SELECT elder_id, provision FROM benefits_decision"
                " GROUP BY 1, 2 HAVING count(*) > 1) twice"
            ),
            "findings_apart": single(
                "SELECT count(*) FROM benefits_finding f JOIN benefits_decidedmonth m"
                " ON m.id = f.decided_id WHERE NOT m.is_latest"
            ),
            "chain": [f"{one.number}: {one.why}" for one in audit.verify().broken],
            "people": single("SELECT count(*) FROM registry_elder"),
        }


if __name__ == "__main__":
    act, place, *numbers = sys.argv[1:]
    where = DataFolder(Path(place))
    found = {
        "fill": lambda: fill(where, int(numbers[0])),
        "import": lambda: bring(where, int(numbers[0]), int(numbers[1])),
        "decide": lambda: decide(where),
        "look": lambda: look(where),
    }[act]()
    print(json.dumps(found, ensure_ascii=False))
