"""Thirty kills: while a run is decided, settled or sent, a part of the office is killed (-9).

``python -m bench.office.payment_kills`` (part of ``make test-kills``); ``--rounds``, ``--elders``.
After each kill the office is started again; the job must come to its end by itself, the month is
taken to its close, and nobody may have been paid twice, or less. Writes
docs/reference/payment-reliability.md; exits 1 where that failed.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.office.city import place
from bench.office.kills import PARTS, Blow, kill
from bench.office.payment_blows import STAGES
from bench.office.serving import serving

REPORT = Path(__file__).resolve().parents[2] / "docs" / "reference" / "payment-reliability.md"
_PATIENCE = 180


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--elders", type=int, default=40_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path, default=REPORT)
    chosen = parser.parse_args()
    folder = place().with_name("payment-kills")
    shutil.rmtree(folder, ignore_errors=True)
    print(f"an office of {chosen.elders:,} elders in {folder} …", flush=True)
    run("fill", folder, chosen.elders)
    calm = {stage: _calm(folder, stage, month) for month, stage in enumerate(STAGES, 1)}
    print("without a blow:", ", ".join(f"{stage} {calm[stage]:.2f} s" for stage in STAGES))
    dice = random.Random(chosen.seed)  # noqa: S311 - the same part of each job every time
    blows = []
    for number in range(1, chosen.rounds + 1):
        stage = STAGES[number % len(STAGES)]
        part = PARTS[(number - 1) // len(STAGES) % len(PARTS)]
        blow = Blow(number, stage, part, round(dice.random() * calm[stage], 2))
        _strike(folder, blow, len(STAGES) + number)
        blows.append(blow)
        print(
            f"{number:2} {blow.act:7} {blow.part:11} killed after {blow.after:.2f} s, "
            f"{blow.state}: {'; '.join(blow.wrong) or 'nobody twice, nobody less'}",
            flush=True,
        )
    chosen.report.write_text(_report(chosen, calm, blows), encoding="utf-8")
    return 1 if any(blow.wrong for blow in blows) else 0


def run(act: str, folder: Path, *more: object) -> dict[str, Any]:
    """Do something in the office by a program of its own; return what it says."""
    command = [sys.executable, "-m", "bench.office.payment_blows", act, str(folder)]
    out = subprocess.run(  # noqa: S603
        [*command, *map(str, more)], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, Any] = json.loads(out.stdout.splitlines()[-1])
    return found


@contextmanager
def _asked(folder: Path, stage: str, month: int) -> Iterator[dict[str, int]]:
    """Bring the run of a month to a stage; inside the block its job has just been queued."""
    command = [sys.executable, "-m", "bench.office.payment_blows", "ask", str(folder)]
    with subprocess.Popen(  # noqa: S603
        [*command, stage, str(month)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as asking:
        assert asking.stdout is not None
        yield json.loads(asking.stdout.readline())


def _calm(folder: Path, stage: str, month: int) -> float:
    """Let a stage come to its end; return how many seconds after it was asked for that was."""
    with serving(folder, folder / "serve.log"):
        with _asked(folder, stage, month) as asked:
            pass
        assert _ended(folder, asked["job"]) == "done"
    found = run("look", folder)["jobs"][str(asked["job"])]
    run("end", folder, asked["run"])
    return float(found["ended"]) - float(found["asked"])


def _strike(folder: Path, blow: Blow, month: int) -> None:
    log = folder / "serve.log"
    with serving(folder, log) as (_, parent), _asked(folder, blow.act, month) as asked:
        time.sleep(blow.after)
        kill(folder, parent, blow.part)
        at = time.time()
    blow.state = _state_at(at, run("look", folder)["jobs"][str(asked["job"])])
    began = time.monotonic()
    with serving(folder, log):
        state = _ended(folder, asked["job"])
    blow.again = round(time.monotonic() - began, 1)
    came_to = run("end", folder, asked["run"]) if state == "done" else {}
    blow.wrong = list(_wrongs(state, came_to, run("look", folder)))


def _state_at(at: float, job: dict[str, Any]) -> str:
    """Return what a job was doing at an instant (seconds of the epoch)."""
    if job["began"] is None or job["began"] > at:
        return "waited"
    return "ran" if job["ended"] is None or job["ended"] > at else "was done"


def _ended(folder: Path, job: int) -> str:
    until = time.monotonic() + _PATIENCE
    state = "queued"
    while time.monotonic() < until and state in ("queued", "running"):
        state = str(run("look", folder)["jobs"][str(job)]["state"])
        time.sleep(0.3)
    return state


def _wrongs(state: str, came_to: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    """Yield what a round left other than it had to."""
    if state != "done":
        yield f"the job is {state}"
    elif came_to["owed"] != came_to["sent"]:
        yield f"{came_to['owed']} fen owed, {came_to['sent']} sent"
    elif came_to["files"] != 1:
        yield f"{came_to['files']} files for the bank"
    if found["paid_twice"]:
        yield f"{found['paid_twice']} were paid twice"
    if found["unpaid"]:
        yield f"{found['unpaid']} were owed and not sent"
    if found["faults"]:
        yield f"the books: {found['faults'][0]}"
    if found["chain"]:
        yield f"audit chain: {found['chain'][0]}"


def _report(chosen: argparse.Namespace, calm: dict[str, float], blows: list[Blow]) -> str:
    rows = [
        f"| {blow.number} | {blow.act} | {blow.part} | {blow.after:.2f} | {blow.state} "
        f"| {blow.again:.1f} | {'; '.join(blow.wrong) or 'nobody twice, nobody less'} |"
        for blow in blows
    ]
    failed = sum(bool(blow.wrong) for blow in blows)
    hit = sum(blow.state == "ran" for blow in blows)
    usual = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in calm.items())
    return "\n".join(
        (
            "# Kills while paying",
            "",
            f"Written by `make test-kills` on {datetime.now(UTC):%Y-%m-%d}: an office of "
            f"{chosen.elders:,} elders on the embedded PostgreSQL. While a month's run was being "
            "decided, settled or written for the bank, a part of the office was killed with "
            "signal 9 at a random time between asking for the job and its usual end "
            f"({usual}); then the office was started again.",
            "",
            "After each blow: the job came to its end by itself; the month was taken to its "
            "close; everything owed was sent once, in one file; the ledger fits lines and "
            "transfers; the audit chain is whole.",
            "",
            "| # | while | killed | after s | the job | whole again s | found |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
            f"The job ran at {hit} of {len(blows)} blows. "
            f"Rounds in which something was wrong: {failed} of {len(blows)}.",
            "",
        )
    )


if __name__ == "__main__":
    raise SystemExit(main())
