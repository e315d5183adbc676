"""Twenty kills: while a list is committed or a month decided, a part of the office is killed (-9).

``python -m bench.office.kills`` (what ``make test-kills`` does); ``--rounds``, ``--elders``. After
each kill the office is started again; the interrupted job must come to its end by itself, with
nothing lost and nothing twice. Writes docs/reference/reliability.md; exits 1 where that failed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.office.city import place
from bench.office.serving import serving

REPORT = Path(__file__).resolve().parents[2] / "docs" / "reference" / "reliability.md"
ROWS = 8000
PARTS = ("worker", "database", "web server", "everything")
_PATIENCE = 180
_LATEST = 3.0
"""Seconds after the job was asked for within which the blow falls; it takes about that long."""


@dataclass(slots=True)
class Blow:
    """One round: what ran, what was killed and when, and what was wrong afterwards."""

    number: int
    act: str
    part: str
    after: float
    state: str = ""
    again: float = 0.0
    wrong: list[str] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--elders", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path, default=REPORT)
    chosen = parser.parse_args()
    folder = place().with_name("kills")
    shutil.rmtree(folder, ignore_errors=True)
    print(f"an office of {chosen.elders:,} elders in {folder} …", flush=True)
    run("fill", folder, chosen.elders)
    dice = random.Random(chosen.seed)  # noqa: S311 - the same blows every time
    calm = _calm(folder)
    blows = []
    for number in range(1, chosen.rounds + 1):
        act = ("import", "decide")[number % 2]
        part = PARTS[(number - 1) // 2 % len(PARTS)]
        blow = Blow(number, act, part, round(dice.uniform(0.05, _LATEST), 2))
        _strike(folder, blow, calm)
        blows.append(blow)
        print(
            f"{number:2} {blow.act:7} {blow.part:11} killed after {blow.after:.2f} s, "
            f"{blow.state}: {'; '.join(blow.wrong) or 'nothing lost, nothing twice'}",
            flush=True,
        )
    chosen.report.write_text(_report(chosen, blows), encoding="utf-8")
    return 1 if any(blow.wrong for blow in blows) else 0


def run(act: str, folder: Path, *numbers: int) -> dict[str, Any]:
    """Do something in the office by a program of its own; return what it says."""
    command = [sys.executable, "-m", "bench.office.blows", act, str(folder), *map(str, numbers)]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    found: dict[str, Any] = json.loads(out.stdout.splitlines()[-1])
    return found


def _calm(folder: Path) -> dict[str, Any]:
    """Decide once without a blow: what a month comes to when nothing happens."""
    with serving(folder, folder / "serve.log"):
        job = run("decide", folder)["job"]
        return _ended(folder, job)


def _strike(folder: Path, blow: Blow, calm: dict[str, Any]) -> None:
    log = folder / "serve.log"
    before = run("look", folder)
    with serving(folder, log) as (_, parent):
        asked = (
            run("import", folder, blow.number, ROWS)
            if blow.act == "import"
            else run("decide", folder)
        )
        time.sleep(blow.after)
        kill(folder, parent, blow.part)
    blow.state = f"job was {_state_after(folder, asked['job'])}"
    began = time.monotonic()
    with serving(folder, log):
        found = _ended(folder, asked["job"])
    blow.again = round(time.monotonic() - began, 1)
    blow.wrong = list(_wrongs(blow, asked, before, found, calm))


def _state_after(folder: Path, job: int) -> str:
    return str(run("look", folder)["jobs"][str(job)])


def _ended(folder: Path, job: int) -> dict[str, Any]:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        found = run("look", folder)
        if found["jobs"][str(job)] not in ("queued", "running"):
            return found
        time.sleep(0.5)
    return found


def _wrongs(
    blow: Blow,
    asked: dict[str, Any],
    before: dict[str, Any],
    found: dict[str, Any],
    calm: dict[str, Any],
) -> Iterator[str]:
    """Yield what a round left other than it had to."""
    if found["jobs"][str(asked["job"])] != "done":
        yield f"the job is {found['jobs'][str(asked['job'])]}"
    if found["chain"]:
        yield f"audit chain: {found['chain'][0]}"
    if found["people"] != before["people"]:
        yield "elders were lost or came twice"
    if found["doubled"] or found["findings_apart"]:
        yield "decisions or findings stand twice"
    if blow.act == "decide":
        if found["latest_months"] != calm["latest_months"]:
            yield "not one latest month"
        if found["hardship_rows"] != before["hardship_rows"]:
            yield "statuses changed"
        return
    changed = asked["counts"]["outcomes"].get("change", 0)
    expected = {
        "committed": before["committed"] + 1,
        "commits_logged": before["commits_logged"] + 1,
        "changes_logged": before["changes_logged"] + changed,
    }
    for name, number in expected.items():
        if found[name] != number:
            yield f"{name} is {found[name]:,}, not {number:,}"


def kill(folder: Path, parent: int, part: str) -> None:
    """Kill a part of the office with signal 9."""
    children = _children(parent)
    if part == "everything":
        targets = [parent, *children, _postmaster(folder)]
    elif part == "database":
        targets = [_postmaster(folder)]
    else:
        word = "granian" if part == "web server" else "procrastinate"
        targets = [pid for pid in children if word in _command(pid)]
    for pid in targets:
        os.kill(pid, signal.SIGKILL)


def _children(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        if int(fields[1]) == parent:
            found.append(int(stat.parent.name))
    return found + [pid for child in found for pid in _children(child)]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def _postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def _report(chosen: argparse.Namespace, blows: list[Blow]) -> str:
    rows = [
        f"| {blow.number} | {blow.act} | {blow.part} | {blow.after:.2f} | {blow.state} "
        f"| {blow.again:.1f} | {'; '.join(blow.wrong) or 'nothing lost, nothing twice'} |"
        for blow in blows
    ]
    failed = sum(bool(blow.wrong) for blow in blows)
    return "\n".join(
        (
            "# Kills",
            "",
            f"Written by `make test-kills` on {datetime.now(UTC):%Y-%m-%d}: an office of "
            f"{chosen.elders:,} elders on the embedded PostgreSQL. While a list of {ROWS:,} rows "
            "was being committed, or a month decided, a part of the office was killed with "
            "signal 9 at a random time; then the office was started again.",
            "",
            "After each blow: the job came to its end by itself; a list is committed once and "
            "logged once, with one entry an elder that it changed; one latest month, no decision "
            "twice; no elder lost; the audit chain whole.",
            "",
            "| # | while | killed | after s | then | whole again s | found |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
            f"Rounds in which something was wrong: {failed} of {len(blows)}.",
            "",
        )
    )


if __name__ == "__main__":
    raise SystemExit(main())
