"""One engine in a process of its own: loads the people, then runs when told, and says what it cost.

Reads commands as lines on stdin and answers each with one line of JSON. The bench lets several
workers take turns, so that noise of the machine falls on all of them.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

from bench import people
from bench.peers.figures import PeerMonth, months_from

Run = Callable[[], float]
START = (2024, 3)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    del result
    return seconds


def anlao_months(months: int) -> list[Any]:
    from anlao.rules.periods import Month

    return [Month(month.year, month.number) for month in peer_months(months)]


def peer_months(months: int) -> list[PeerMonth]:
    return months_from(*START, months)


def anlao_month(columns: people.Columns, _: int) -> dict[str, Run]:
    from bench import anlao_side

    given = anlao_side.people_of(columns)
    month = anlao_months(1)[0]
    warm = anlao_side.Session()

    def cold() -> float:
        return timed(lambda: anlao_side.Session().decide(given, month))

    def written() -> float:
        return timed(lambda: anlao_side.written_out(warm.decide(given, month)))

    return {
        "run": lambda: timed(lambda: warm.decide(given, month)),
        "cold": cold,
        "written": written,
    }


def anlao_span(columns: people.Columns, months: int) -> dict[str, Run]:
    from bench import anlao_side

    given = anlao_side.people_of(columns)
    warm = anlao_side.Session()
    span = anlao_months(months)

    def run() -> float:
        return timed(lambda: sum(len(found) for _, found in warm.decide_months(given, span)))

    return {"run": run}


def anlao_totals(columns: people.Columns, months: int) -> dict[str, Run]:
    from bench import anlao_side

    given = anlao_side.people_of(columns)
    span = anlao_months(months)
    warm = anlao_side.Session()

    def run() -> float:
        return timed(lambda: anlao_side.totals(warm, given, span))

    return {"first": run, "run": run}


def openfisca(columns: people.Columns, months: int) -> dict[str, Run]:
    """Inputs are set before the clock starts; every run is a fresh simulation."""
    from bench.peers import openfisca_system as peer

    system = peer.build_system()
    inputs = peer.inputs_of(columns)
    columns.clear()

    def run() -> float:
        built = peer.simulation(system, inputs)
        return timed(lambda: [peer.calculate(built, month) for month in peer_months(months)])

    return {"run": run}


def numpy_span(columns: people.Columns, months: int) -> dict[str, Run]:
    from bench.peers import numpy_floor as peer

    def all_months(workers: int) -> int:
        return sum(len(peer.amounts(columns, month, workers)) for month in peer_months(months))

    return {
        "run": lambda: timed(lambda: all_months(2)),
        "one_thread": lambda: timed(lambda: all_months(1)),
    }


def numpy_totals(columns: people.Columns, months: int) -> dict[str, Run]:
    from bench.peers import numpy_floor as peer

    return {"run": lambda: timed(lambda: peer.totals(columns, peer_months(months)))}


def polars_totals(columns: people.Columns, months: int) -> dict[str, Run]:
    from bench.peers import polars_expressions as peer

    frame = peer.load(columns)
    columns.clear()
    return {"run": lambda: timed(lambda: peer.totals(frame, peer_months(months)))}


def duckdb_totals(columns: people.Columns, months: int) -> dict[str, Run]:
    from bench.peers import duckdb_sql as peer

    connection = peer.load(columns)
    columns.clear()
    return {"run": lambda: timed(lambda: peer.totals(connection, peer_months(months)))}


ENGINES: dict[str, Callable[[people.Columns, int], dict[str, Run]]] = {
    "anlao-month": anlao_month,
    "anlao-span": anlao_span,
    "anlao-totals": anlao_totals,
    "openfisca": openfisca,
    "numpy": numpy_span,
    "numpy-totals": numpy_totals,
    "polars-totals": polars_totals,
    "duckdb-totals": duckdb_totals,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--complete", action="store_true")
    parser.add_argument("--months", type=int, default=1)
    options = parser.parse_args()
    columns = people.read(options.people, complete=options.complete)
    runs = ENGINES[options.engine](columns, options.months)
    loaded = peak_mb()
    for line in sys.stdin:
        gc.collect()
        seconds = runs[line.strip()]()
        peak = peak_mb()
        answer = {"seconds": seconds, "peak_mb": peak, "over_data_mb": peak - loaded}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
