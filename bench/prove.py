"""Proves results equal before anything is timed: every output, every person, every month.

Stops at the first person for whom two engines differ. People with an unknown birth date are left
out: no peer can say unknown (anlao's own answers for them are compared with its one-person path).
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import numpy as np

from anlao.rules.periods import Month
from bench import anlao_side, people
from bench.peers import duckdb_sql, numpy_floor, openfisca_system, polars_expressions
from bench.peers.figures import PROVISIONS, PeerMonth, months_from

MONTHS = [PeerMonth(2023, 10), *months_from(2024, 1, 12), PeerMonth(2025, 2)]
LARGE_MONTH = PeerMonth(2024, 3)


class Unequal(Exception):
    """Raised with the first person for whom two engines differ."""


def compare(
    engine: str, month: PeerMonth, columns: people.Columns, ours: people.Array, theirs: people.Array
) -> None:
    """Raises Unequal."""
    known = columns["birth_date"] != people.UNKNOWN_DAY
    for index, provision in enumerate(PROVISIONS):
        differ = np.flatnonzero((ours[index] != theirs[index]) & known)
        if len(differ):
            row = int(differ[0])
            message = (
                f"{provision} in {month.year}-{month.number:02d}: anlao {ours[index, row]} fen,"
                f" {engine} {theirs[index, row]} fen, {len(differ)} people differ;"
                f" the first is row {row}: {people.person(columns, row)}"
            )
            raise Unequal(message)
    if (ours.sum(axis=1, where=known) != theirs.sum(axis=1, where=known)).any():
        message = f"totals differ in {month}"
        raise Unequal(message)


def prove_months(columns: people.Columns, months: list[PeerMonth]) -> int:
    """Compare all engines on all people; return how many results were compared. Raises Unequal."""
    session = anlao_side.Session()
    given = anlao_side.people_of(columns)
    system = openfisca_system.build_system()
    inputs = openfisca_system.inputs_of(columns)
    connection, frame = duckdb_sql.load(columns), polars_expressions.load(columns)
    compared = 0
    for month in months:
        ours = anlao_side.amounts(session, given, Month(month.year, month.number))
        built = openfisca_system.simulation(system, inputs)
        outputs = [openfisca_system.fen(part) for part in openfisca_system.calculate(built, month)]
        peers: dict[str, Any] = {
            "NumPy": numpy_floor.amounts(columns, month),
            "OpenFisca": np.array(outputs),
            "DuckDB": duckdb_sql.amounts(connection, month),
            "Polars": polars_expressions.amounts(frame, month),
        }
        for engine, theirs in peers.items():
            compare(engine, month, columns, ours, theirs)
            compared += theirs.size
    return compared


def prove_totals(columns: people.Columns, months: list[PeerMonth]) -> None:
    """Compare totals by provision and month on fully known people. Raises Unequal."""
    given = anlao_side.people_of(columns)
    span = [Month(month.year, month.number) for month in months]
    ours = anlao_side.totals(anlao_side.Session(), given, span)
    peers = {
        "NumPy": numpy_floor.totals(columns, months),
        "Polars": polars_expressions.totals(polars_expressions.load(columns), months),
        "DuckDB": duckdb_sql.totals(duckdb_sql.load(columns), months),
    }
    for engine, theirs in peers.items():
        for month, own, other in zip(months, ours, theirs, strict=True):
            for provision, left, right in zip(PROVISIONS, own, other, strict=True):
                if left != right:
                    message = f"{engine}, {provision} {month}: anlao {left}, {engine} {right}"
                    raise Unequal(message)


def prove_one_person(columns: people.Columns, months: list[PeerMonth], sample: int) -> int:
    """Compare anlao's columns with its one-person path, reasons too. Raises Unequal."""
    rng = np.random.default_rng(7)
    rows = rng.choice(len(columns["birth_date"]), sample, replace=False)
    unknown = np.flatnonzero(columns["birth_date"] == people.UNKNOWN_DAY)[:sample]
    whole = people.taken(columns, np.concatenate([rows, unknown]))
    blanked = people.blanked(people.taken(columns, rows), 0.15, rng)
    chosen = {name: np.concatenate([whole[name], blanked[name]]) for name in whole}
    given = anlao_side.people_of(chosen)
    session = anlao_side.Session()
    for month in months:
        when = Month(month.year, month.number)
        many = session.decide(given, when)
        for row in range(len(given)):
            one = anlao_side.decide_person(session, given.facts(row), when)
            for column, decision in zip(many, one, strict=True):
                result = column.results[column.codes[row]]
                fen = result.fen
                if result.formula is not None and column.fen is not None:
                    fen = int(column.fen[row])
                left = (result.outcome, result.reason, fen, result.unit, result.missing)
                right = (
                    decision.outcome,
                    decision.reason,
                    decision.fen,
                    decision.unit,
                    decision.missing,
                )
                if left != right:
                    message = (
                        f"{decision.provision.id} {when}: columns {left}, one person {right},"
                        f" {given.facts(row)}"
                    )
                    raise Unequal(message)
    return len(given) * len(months) * len(PROVISIONS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, required=True, help="people in one month")
    parser.add_argument("--small", type=int, required=True, help="people in every month")
    options = parser.parse_args()
    try:
        small = people.read(options.small)
        compared = prove_months(small, MONTHS)
        compared += prove_months(people.read(options.people), [LARGE_MONTH])
        reasons = prove_one_person(small, MONTHS[:5], 500)
        prove_totals(people.read(options.small, complete=True), months_from(2023, 10, 24))
    except Unequal as error:
        print(f"NOT EQUAL: {error}")
        sys.exit(1)
    print(
        f"Equal: {compared:,} results of four peers over {len(MONTHS)} months, totals of 24 months,"
        f" and {reasons:,} results with reasons of anlao's one-person path."
    )


if __name__ == "__main__":
    main()
