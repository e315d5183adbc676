"""One person, everything, with reasons: anlao and OpenFisca with trace take turns."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

from anlao.rules.periods import Month
from bench import anlao_side, people
from bench.peers import openfisca_system
from bench.peers.figures import PeerMonth

MONTH = PeerMonth(2024, 3)


def milliseconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def quantiles(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {"p50": ordered[len(ordered) // 2], "p99": ordered[int(len(ordered) * 0.99)]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--sample", type=int, default=1000)
    options = parser.parse_args()
    columns = people.taken(people.read(options.people), slice(0, options.sample))
    given = anlao_side.people_of(columns)
    session = anlao_side.Session()
    month = Month(MONTH.year, MONTH.number)
    session.program.month(month)
    system = openfisca_system.build_system()
    known = [row for row in range(options.sample) if "birth_date" in given.facts(row)]
    facts = {row: given.facts(row) for row in known}
    situations = {row: openfisca_system.person_of(people.person(columns, row)) for row in known}
    times: dict[str, list[float]] = {"first": [], "again": [], "built": [], "calculated": []}

    def decide(row: int) -> Any:
        return anlao_side.decide_person(session, facts[row], month)

    for row in known:
        times["first"].append(milliseconds(lambda row=row: decide(row)))  # type: ignore[misc]
        times["again"].append(milliseconds(lambda row=row: decide(row)))  # type: ignore[misc]
        start = time.perf_counter()
        built = openfisca_system.traced_person(system, situations[row])
        ready = time.perf_counter()
        openfisca_system.calculate(built, MONTH)
        done = time.perf_counter()
        times["built"].append((done - start) * 1000)
        times["calculated"].append((done - ready) * 1000)
    print(json.dumps({name: quantiles(found) for name, found in times.items()}))


if __name__ == "__main__":
    main()
