"""The provisions in DuckDB: one query a month over a table in memory."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from bench.peers.expressions import combined_of, name_of, provisions_of, shared_of
from bench.peers.figures import PROVISIONS, PeerMonth
from bench.people import FLAGS, Array, Columns


def load(columns: Columns, threads: int = 2) -> Any:
    """Return a connection that holds the people as its own table."""
    connection = duckdb.connect(config={"threads": threads})
    arrays = {
        name: pa.array(data.astype(bool) if name in FLAGS else data)
        for name, data in columns.items()
    }
    connection.register("given", pa.table(arrays))
    connection.execute("CREATE TABLE people AS SELECT * FROM given")
    connection.unregister("given")
    return connection


def _query(month: PeerMonth, outputs: str) -> str:
    def named(expressions: dict[str, str]) -> str:
        return ", ".join(f"{text} AS {name}" for name, text in expressions.items())

    amounts = {name_of(provision): text for provision, text in provisions_of(month).items()}
    return (
        f"WITH shared AS (SELECT *, {named(shared_of(month))} FROM people),"  # noqa: S608
        f" combined AS (SELECT *, {named(combined_of(month))} FROM shared),"
        f" amounts AS (SELECT {named(amounts)} FROM combined)"
        f" SELECT {outputs} FROM amounts"
    )


def amounts(connection: Any, month: PeerMonth) -> Array:
    """Return fen by provision and person."""
    found = connection.execute(_query(month, "*")).fetchnumpy()
    return np.array([found[name_of(provision)] for provision in PROVISIONS], np.int32)


def totals(connection: Any, months: list[PeerMonth]) -> list[list[tuple[int, int]]]:
    """Return (people, fen) by month and provision."""
    names = [name_of(provision) for provision in PROVISIONS]
    outputs = ", ".join(f"count(*) FILTER ({name} > 0), sum({name})" for name in names)
    found = []
    for month in months:
        row = connection.execute(_query(month, outputs)).fetchone()
        found.append([(int(row[i]), int(row[i + 1])) for i in range(0, len(row), 2)])
    return found
