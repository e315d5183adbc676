"""The provisions as Polars expressions, month by month, a million people at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from bench.peers.expressions import combined_of, name_of, provisions_of, shared_of
from bench.peers.figures import PROVISIONS, PeerMonth
from bench.people import FLAGS, Array, Columns

SHARD = 1_000_000


def load(columns: Columns) -> pl.DataFrame:
    return pl.DataFrame(
        {name: data.astype(bool) if name in FLAGS else data for name, data in columns.items()}
    )


def _named(expressions: dict[str, str]) -> list[pl.Expr]:
    return [pl.sql_expr(text).alias(name) for name, text in expressions.items()]


def _amounts(people: Any, month: PeerMonth) -> pl.LazyFrame:
    texts = {name_of(provision): text for provision, text in provisions_of(month).items()}
    lazy: pl.LazyFrame = people.lazy()
    return (
        lazy.with_columns(_named(shared_of(month)))
        .with_columns(_named(combined_of(month)))
        .select(
            [
                expression if text != "0" else pl.repeat(0, pl.len()).alias(name)
                for expression, (name, text) in zip(_named(texts), texts.items(), strict=True)
            ]
        )
    )


def amounts(people: pl.DataFrame, month: PeerMonth) -> Array:
    """Return fen by provision and person."""
    found = _amounts(people, month).collect()
    return np.array([found[name_of(provision)].to_numpy() for provision in PROVISIONS], np.int32)


def totals(people: pl.DataFrame, months: list[PeerMonth]) -> list[list[tuple[int, int]]]:
    """Return (people, fen) by month and provision."""
    found = []
    for month in months:
        sums = np.zeros((len(PROVISIONS), 2), np.int64)
        for start in range(0, people.height, SHARD):
            row = _totals(people.slice(start, SHARD), month)
            sums += np.array(row, np.int64).reshape(-1, 2)
        found.append([(int(count), int(fen)) for count, fen in sums])
    return found


def _totals(people: pl.DataFrame, month: PeerMonth) -> tuple[Any, ...]:
    wanted = []
    for provision in PROVISIONS:
        amount = pl.col(name_of(provision))
        wanted.append((amount > 0).sum().cast(pl.Int64).alias(f"{provision} people"))
        wanted.append(amount.cast(pl.Int64).sum().alias(f"{provision} fen"))
    return _amounts(people, month).select(wanted).collect().row(0)
