"""The bench: proves results equal, lets engines take turns, prints the table, writes RESULTS.md.

``python -m bench.run`` (what ``make bench`` does), ``--quick`` for a tenth of the people,
``--case NAME`` for one case. This process stays small: everything is measured in children.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
DATA = ROOT / "data"
RESULTS = ROOT / "RESULTS.md"
PACKAGES = ("numpy", "pyarrow", "openfisca-core", "polars", "duckdb")
HEAD = "| case | measured | anlao | peers | target | reached |\n|---|---|---|---|---|---|"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many people and rounds each case has."""

    month: int
    large: int
    proof: int
    rounds: int

    @classmethod
    def of(cls, *, quick: bool) -> Sizes:
        return (
            cls(100_000, 1_000_000, 20_000, 5) if quick else cls(1_000_000, 10_000_000, 100_000, 9)
        )


@dataclass(slots=True)
class Report:
    """Rows of the table, printed as they come."""

    rows: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def row(self, *cells: str) -> None:
        line = "| " + " | ".join(cells) + " |"
        self.rows.append(line)
        print(line, flush=True)

    def note(self, text: str) -> None:
        self.notes.append(text)
        print(f"  {text}", flush=True)


def child(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of our own modules to its end in a fresh process."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", *arguments],
        cwd=ROOT.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def must(*arguments: str) -> str:
    done = child(*arguments)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def make_people(count: int, *, complete: bool = False) -> None:
    must("bench.people", str(count), *(["--complete"] if complete else []))


class Worker:
    """An engine in its own process that runs once each time it is told."""

    def __init__(self, engine: str, people: int, months: int, *, complete: bool = False) -> None:
        command = [sys.executable, "-m", "bench.worker", engine]
        command += ["--people", str(people), "--months", str(months)]
        self.process = subprocess.Popen(  # noqa: S603
            command + (["--complete"] if complete else []),
            cwd=ROOT.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.seconds: dict[str, list[float]] = {}
        self.over_data_mb = 0.0

    def run(self, what: str = "run", *, keep: bool = True) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(what, file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"a worker ended early: {self.process.args!r}")
        answer = json.loads(line)
        self.over_data_mb = answer["over_data_mb"]
        if keep:
            self.seconds.setdefault(what, []).append(answer["seconds"])

    def median(self, what: str = "run") -> float:
        return statistics.median(self.seconds[what])

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def take_turns(workers: Iterable[Worker], rounds: int, *, warm_up: int = 1) -> None:
    for number in range(warm_up + rounds):
        for worker in workers:
            worker.run(keep=number >= warm_up)


def ratio_of(slow: Worker, fast: Worker) -> float:
    """Return the median ratio of runs that were neighbours in time."""
    pairs = zip(slow.seconds["run"], fast.seconds["run"], strict=True)
    return statistics.median(a / b for a, b in pairs)


def reached(held: bool) -> str:
    return "yes" if held else "**no**"


def seconds(value: float) -> str:
    return f"{value:.3f} s"


def prove(sizes: Sizes, report: Report) -> None:
    for count, complete in ((sizes.month, False), (sizes.proof, False), (sizes.proof, True)):
        make_people(count, complete=complete)
    report.note(must("bench.prove", "--people", str(sizes.month), "--small", str(sizes.proof)))


def case_month(sizes: Sizes, report: Report) -> None:
    """(a) one month of all outputs."""
    make_people(sizes.month)
    engines = ("anlao-month", "openfisca", "numpy")
    ours, fisca, floor = workers = [Worker(engine, sizes.month, 1) for engine in engines]
    take_turns(workers, sizes.rounds, warm_up=2)
    over = ours.over_data_mb
    for _ in range(3):
        ours.run("cold")
        ours.run("written")
        floor.run("one_thread")
    name = f"{sizes.month:,} people × 1 month, 42 outputs"
    faster, slower = ratio_of(fisca, ours), ratio_of(ours, floor)
    report.row(
        "a", name, seconds(ours.median()), f"OpenFisca {seconds(fisca.median())}",
        "≥ 3 × faster", f"{reached(faster >= 3)}: {faster:.1f} ×",
    )  # fmt: skip
    report.row(
        "a", "the same", seconds(ours.median()), f"NumPy floor {seconds(floor.median())}",
        "≤ 3 × the floor", f"{reached(slower <= 3)}: {slower:.1f} ×",
    )  # fmt: skip
    report.row(
        "a", "peak memory over the data", f"{over:.0f} MB",
        f"OpenFisca {fisca.over_data_mb:.0f} MB, floor {floor.over_data_mb:.0f} MB",
        "≤ 250 MB", reached(over <= 250),
    )  # fmt: skip
    report.note(
        f"a: cold (new program, empty look-ups) {seconds(ours.median('cold'))}; outcome, reason and"
        f" amount of every person spread into plain arrays {seconds(ours.median('written'))};"
        f" floor on one thread {seconds(floor.median('one_thread'))}"
    )
    close(workers)


def case_year(sizes: Sizes, report: Report) -> None:
    """(b) twelve months, and how memory grows."""
    make_people(sizes.month)
    rounds = max(3, sizes.rounds // 3)
    engines = ("anlao-span", "openfisca", "numpy")
    ours, fisca, floor = workers = [Worker(engine, sizes.month, 12) for engine in engines]
    take_turns(workers, rounds)
    close(workers)
    one = Worker("anlao-span", sizes.month, 1)
    take_turns([one], rounds)
    close([one])
    faster = ratio_of(fisca, ours)
    report.row(
        "b", f"{sizes.month:,} people × 12 months", seconds(ours.median()),
        f"OpenFisca {seconds(fisca.median())}, floor {seconds(floor.median())}",
        "≥ 8 × faster", f"{reached(faster >= 8)}: {faster:.1f} ×",
    )  # fmt: skip
    growth = ours.over_data_mb / one.over_data_mb
    report.row(
        "b", "peak memory over the data, 12 months to 1",
        f"{ours.over_data_mb:.0f} MB to {one.over_data_mb:.0f} MB",
        f"OpenFisca {fisca.over_data_mb:.0f} MB",
        "≤ 1.3 ×", f"{reached(growth <= 1.3)}: {growth:.2f} ×",
    )  # fmt: skip


def case_person(sizes: Sizes, report: Report) -> None:
    """(c) one person, everything, with reasons."""
    make_people(sizes.proof)
    found = json.loads(must("bench.person", "--people", str(sizes.proof)))
    ours, fisca = found["again"], found["calculated"]
    faster = fisca["p50"] / ours["p50"]
    report.row(
        "c", "one person, everything with reasons",
        f"p50 {ours['p50']:.2f} ms, p99 {ours['p99']:.2f} ms",
        f"OpenFisca with trace p50 {fisca['p50']:.2f} ms, p99 {fisca['p99']:.2f} ms",
        "p50 ≤ 0.5 ms, ≥ 5 × faster",
        f"{reached(ours['p50'] <= 0.5 and faster >= 5)}: {faster:.1f} ×",
    )  # fmt: skip
    report.note(
        f"c: a person never seen p50 {found['first']['p50']:.2f} ms,"
        f" p99 {found['first']['p99']:.2f} ms;"
        f" OpenFisca with building the situation p50 {found['built']['p50']:.2f} ms"
    )


def case_totals(sizes: Sizes, report: Report) -> None:
    """(d) totals by provision and month of two years."""
    make_people(sizes.large, complete=True)
    engines = ("anlao-totals", "numpy-totals", "polars-totals", "duckdb-totals")
    workers = [Worker(engine, sizes.large, 24, complete=True) for engine in engines]
    ours, *peers = workers
    ours.run("first")
    take_turns(peers, 0)
    take_turns(workers, 2, warm_up=0)
    best = min(peers, key=Worker.median)
    share = ratio_of(ours, best)
    named = zip(("chunked NumPy", "Polars", "DuckDB"), peers, strict=True)
    report.row(
        "d", f"{sizes.large:,} people × 24 months, totals", seconds(ours.median()),
        ", ".join(f"{name} {seconds(peer.median())}" for name, peer in named),
        "≤ half of the best", f"{reached(share <= 0.5)}: {share:.2f} ×",
    )  # fmt: skip
    report.note(
        "d: over the data "
        + ", ".join(
            f"{engine} {worker.over_data_mb:.0f} MB"
            for engine, worker in zip(engines, workers, strict=True)
        )
        + f"; our first run, which builds tables and meets cells, {seconds(ours.median('first'))}"
    )
    close(workers)


def case_files(sizes: Sizes, report: Report) -> None:
    """(e) Parquet to Parquet through the command line."""
    command = Path(sys.executable).parent / "anlao"
    known = child("anlao.cli.main", "decide", "--help")
    if known.returncode or not command.exists():
        report.note("e: skipped, the command anlao decide is not there yet")
        return
    DATA.mkdir(exist_ok=True)
    source, out = DATA / f"{sizes.large}.parquet", DATA / "decided.parquet"
    if not source.exists():
        must("bench.people", str(sizes.large), "--parquet", str(source))
    arguments = [str(command), "decide", str(ROOT / "rulebook"), "--month", "2024-03"]
    arguments += ["--only", "yes", "-o", str(out), str(source)]
    taken, peak, code = run_measured(arguments)
    if code:
        report.note(f"e: skipped, anlao decide ended with {code}")
        return
    report.row(
        "e", f"{sizes.large:,} people, Parquet to Parquet, yes rows", seconds(taken),
        f"{sizes.large / taken:,.0f} people/s, peak {peak:.0f} MB",
        "≤ 2 GB", reached(peak <= 2048),
    )  # fmt: skip
    out.unlink()


def run_measured(arguments: list[str]) -> tuple[float, float, int]:
    """Return seconds, peak MB and exit code of a command in a process of its own."""
    start = time.perf_counter()
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL) as process:  # noqa: S603
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - start, usage.ru_maxrss / 1024, process.returncode


def case_loading(sizes: Sizes, report: Report) -> None:
    """(f) read and check the rulebook."""
    found = [json.loads(must("bench.loading")) for _ in range(sizes.rounds)]
    load = statistics.median(item["load"] for item in found)
    tables = statistics.median(item["tables"] for item in found)
    report.row(
        "f", "load a rulebook, build and check its tables", seconds(load + tables),
        f"load {seconds(load)}, tables {seconds(tables)}", "≤ 0.5 s", reached(load + tables <= 0.5),
    )  # fmt: skip


def close(workers: Iterable[Worker]) -> None:
    for worker in workers:
        worker.close()


CASES: dict[str, Callable[[Sizes, Report], None]] = {
    "month": case_month,
    "year": case_year,
    "person": case_person,
    "totals": case_totals,
    "files": case_files,
    "loading": case_loading,
}


def machine() -> str:
    """Return what the figures were measured on, without its name."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = names[0].split(":")[1].strip() if names else model
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    load = os.getloadavg()[0]
    return f"{model}, {os.cpu_count()} cores, {pages:.0f} GB, load {load:.1f} at the start"


def versions() -> str:
    found = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"CPython {platform.python_version()}, anlao {version('anlao')}, {found}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the people")
    parser.add_argument("--case", choices=CASES, action="append", default=[])
    parser.add_argument("--unproved", action="store_true", help="skip the proof of equality")
    options: Any = parser.parse_args()
    sizes, report = Sizes.of(quick=options.quick), Report()
    about = [machine(), versions()]
    print("\n".join(about), flush=True)
    if not options.unproved:
        prove(sizes, report)
    print(HEAD, flush=True)
    for name in options.case or CASES:
        CASES[name](sizes, report)
    if options.case or options.quick or options.unproved:
        print("RESULTS.md is written by a whole run only")
        return
    write_results(about, report)


def write_results(about: list[str], report: Report) -> None:
    lines = [
        "# Results of the bench",
        "",
        "Written by `make bench`; medians of interleaved runs.",
        "",
    ]
    lines += [f"- {line}" for line in about]
    lines += ["", HEAD, *report.rows, "", "## Notes", "", *[f"- {note}" for note in report.notes]]
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
