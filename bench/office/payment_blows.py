"""What the kill test of payments does inside an office, each a program of its own; prints JSON.

python -m bench.office.payment_blows fill FOLDER ELDERS     people, benefits held, accounts
                                     ask FOLDER STAGE ROUND  bring a run to a stage, queue it
                                     end FOLDER RUN          take the run on to its close
                                     look FOLDER             jobs, what was sent, the books
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

from anlao.office.database.folder import DataFolder
from anlao.office.installation import opened

COUNTY = "331123"
STAGES = ("decide", "settle", "file")
_BEGIN = date(2024, 6, 1)


def fill(folder: DataFolder, elders: int) -> dict[str, Any]:
    people = folder.path.parent / f"{folder.path.name}-people.parquet"
    folder.path.parent.mkdir(parents=True, exist_ok=True)
    anlao = Path(sys.executable).parent / "anlao"
    synth = ["synth", COUNTY, "--elders", str(elders), "-o", str(people)]
    subprocess.run([anlao, *synth], check=True, stdout=sys.stderr)  # noqa: S603
    with opened(folder):
        from django.db import transaction
        from django.utils import timezone

        from anlao.office.benefits import deciding
        from anlao.office.payments.models import Account
        from anlao.office.registry import bulk
        from anlao.office.registry.loading import load_population
        from anlao.office.rehearsal import awards, payments
        from anlao.office.rehearsal.people import people_a_county
        from anlao.office.shared import scope

        now = timezone.now()
        with transaction.atomic():
            people_a_county(COUNTY, day=date(2024, 1, 1), at=now)
        count = load_population(
            people=people,
            identities=people.with_suffix(".identity.parquet"),
            history=people.with_suffix(".history.csv"),
            county=COUNTY,
            by="kill test",
            at=now,
        )
        decided = deciding.decide_division(
            COUNTY,
            deciding.month_of(_BEGIN),
            known_at=timezone.now(),
            today=timezone.localdate(now),
            by="kill test",
        )
        awards.pay_out(decided, at=timezone.now())
        with scope.within(scope.WHOLE_OFFICE):
            bulk.insert(Account, payments.accounts_of(COUNTY, timezone.now()))
    return {"elders": count}


def ask(folder: DataFolder, stage: str, number: int) -> dict[str, Any]:
    """Open the run of another month, bring it to a stage, and queue that stage's job."""
    with opened(folder):
        from django.utils import timezone

        from anlao.office.interfaces.tasks import running
        from anlao.office.jobs.operations import Wanted
        from anlao.office.payments import deciding, operations, settling
        from anlao.office.payments.calendar import plus
        from anlao.office.shared import scope

        with scope.within(scope.WHOLE_OFFICE):
            run = operations.open_run(
                division=COUNTY, month=plus(_BEGIN, number), by="clerk", at=timezone.now()
            )
        if stage != "decide":
            now = timezone.now()
            deciding.decide(run.pk, by="clerk", at=now, today=timezone.localdate(now))
            _sign(run.pk)
        if stage == "file":
            with scope.within(scope.WHOLE_OFFICE):
                settling.settle(_run(run.pk), at=timezone.now())
        kind, by, asked = {
            "decide": (running.DECIDE_RUN, "clerk", {}),
            "settle": (running.SETTLE_RUN, "approver", {}),
            "file": (running.BANK_FILE, "finance", {"layout": "usual-csv"}),
        }[stage]
        wanted = Wanted(kind, stage, stage, f"run:{run.pk}", COUNTY, asked)
        told = {"run": run.pk, "job": running.start(wanted, by=by).pk}
        print(json.dumps(told), flush=True)  # the blow is timed from here, not from the end
        return told


def end(folder: DataFolder, number: int) -> dict[str, Any]:
    """Take a run from wherever it is to its close; return what it came to."""
    with opened(folder):
        from django.db.models import Sum
        from django.utils import timezone

        from anlao.office.payments import operations, settling
        from anlao.office.payments.bank import answers, files
        from anlao.office.payments.models import Line, Transfer
        from anlao.office.rehearsal import payments
        from anlao.office.shared import scope

        if _run(number).state == "previewed":
            _sign(number)
        with scope.within(scope.WHOLE_OFFICE):
            settling.settle(_run(number), at=timezone.now())
            files.make(_run(number), "usual-csv", by="finance", at=timezone.now())
            run = _run(number)
            answers.read(run, payments.answer_of(run), by="finance", at=timezone.now())
            operations.close(_run(number), by="finance")
            owed = Line.objects.filter(run=number, state="owed").aggregate(fen=Sum("fen"))["fen"]
            sent = Transfer.objects.filter(run=number).aggregate(fen=Sum("fen"))["fen"]
            return {"owed": owed, "sent": sent, "files": _run(number).files.count()}


def look(folder: DataFolder) -> dict[str, Any]:
    with opened(folder):
        from django.db import connections

        from anlao.office.jobs.models import Job
        from anlao.office.payments import ledger
        from anlao.office.shared import audit, scope

        def single(query: str) -> int:
            with connections["owner"].cursor() as cursor:
                cursor.execute(query)
                return int(cursor.fetchone()[0] or 0)

        with scope.within(scope.WHOLE_OFFICE):
            faults = [one.en for one in ledger.verify(COUNTY)]
        return {
            "jobs": {str(job.pk): _told(job) for job in Job.objects.all()},
            "faults": faults,
            "chain": [f"{one.number}: {one.why}" for one in audit.verify().broken],
            "paid_twice": single(
                "WITH sent AS (SELECT l.subject, l.provision, l.period, sum(t.fen) AS fen"
                " FROM payments_transfer t JOIN payments_line l ON l.id = t.line_id"
                " WHERE t.state <> 'returned' GROUP BY 1, 2, 3),"
                " due AS (SELECT subject, provision, period, max(due_fen) AS fen"
                " FROM payments_line GROUP BY 1, 2, 3)"
                " SELECT count(*) FROM sent JOIN due USING (subject, provision, period)"
                " WHERE sent.fen > due.fen"
            ),
            "unpaid": single(
                "SELECT count(*) FROM payments_line l JOIN payments_run r ON r.id = l.run_id"
                " WHERE l.state = 'owed' AND l.fen > l.offset_fen AND r.state = 'closed'"
                " AND NOT EXISTS (SELECT 1 FROM payments_transfer t WHERE t.line_id = l.id)"
            ),
        }


def _told(job: Any) -> dict[str, Any]:
    """Return a job's state, and when it was asked for, began and ended (seconds of the epoch)."""
    times = {"asked": job.created_at, "began": job.started_at, "ended": job.finished_at}
    return {"state": job.state} | {name: at and at.timestamp() for name, at in times.items()}


def _run(number: int) -> Any:
    from anlao.office.payments.models import Run
    from anlao.office.shared import scope

    with scope.within(scope.WHOLE_OFFICE):
        return Run.objects.get(pk=number)


def _sign(number: int) -> None:
    from django.utils import timezone

    from anlao.office.payments import lines, operations, signing
    from anlao.office.rehearsal import payments as rehearsal
    from anlao.office.shared import scope

    now = timezone.now()
    with scope.within(scope.WHOLE_OFFICE):
        for doubt in (lines.NO_CASE, lines.SAME_PERSON):
            run = _run(number)
            operations.clear_all(run, doubt, place="", reason="looked at", by="clerk", at=now)
        run = _run(number)
        rehearsal.stamp(run, by="clerk", at=now)
        signing.review(run, digest=run.digest, remark="", by="clerk2", at=now)
        signing.approve(run, digest=run.digest, remark="", by="approver", at=now)


if __name__ == "__main__":
    act, place, *more = sys.argv[1:]
    where = DataFolder(Path(place))
    found = {
        "fill": lambda: fill(where, int(more[0])),
        "ask": lambda: ask(where, more[0], int(more[1])),
        "end": lambda: end(where, int(more[0])),
        "look": lambda: look(where),
    }[act]()
    print(json.dumps(found, ensure_ascii=False))
