"""Synthetic people as columns: the same arrays serve anlao and its peers.

One file a column lies in ``bench/data/SIZE`` so that a measured process loads it without garbage.
``python -m bench.people 1000000`` writes the columns, ``--parquet FILE`` a table in pieces.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Columns = dict[str, Array]

ROOT = Path(__file__).resolve().parent
DATA = ROOT / "data"
SEED = 20_240_301
UNKNOWN_DAY = 2**31 - 1
NO_DAY = 2**31 - 2
UNKNOWN_BIRTHS = 0.002
PIECE = 500_000

ECONOMIC_STATUS = ("tekun", "dibao", "dibao_marginal", "low_income", "ordinary")
AREA_CLASS = ("urban", "rural")
SELF_CARE = ("able", "partial", "unable")
CARE_SETTING = ("home", "home_bed", "institution")
PENSION_SCHEME = ("employee", "resident", "none")
HONOUR_STATUS = (
    "none",
    "martyr_family",
    "duty_death_family",
    "deceased_military_family",
    "serving_military_family",
    "disabled_veteran",
    "veteran",
)
ENUMS = {
    "economic_status": ECONOMIC_STATUS,
    "area_class": AREA_CLASS,
    "self_care": SELF_CARE,
    "care_setting": CARE_SETTING,
    "pension_scheme": PENSION_SCHEME,
    "honour_status": HONOUR_STATUS,
}
GRADES = 4
"""disability_grade is coded 0 to 3 for grades 1 to 4, and 4 for none."""
LEVELS = 5
UNKNOWN_NUMBER = 2**63 - 1
FLAGS = {
    "dementia": 0.03,
    "lives_alone": 0.12,
    "empty_nest": 0.25,
    "left_behind": 0.06,
    "family_planning_special": 0.01,
    "ltci_benefit": 0.02,
    "purchased_home_care": 0.05,
    "home_adapted": 0.03,
}
DAYS = ("birth_date", "death_date", "hukou_since", "assessed_on")
TOWNSHIPS = tuple(f"331123{number:03d}" for number in range(1, 21))
ELSEWHERE = ("331102001", "330106005", "361102002")
WORDS = (*TOWNSHIPS, *ELSEWHERE)


def epoch(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def make_piece(count: int, seed: int, piece: int, *, complete: bool) -> Columns:
    """Return the columns of one piece of a population; unknown births unless ``complete``."""
    rng = np.random.default_rng([seed, piece])

    def shares(*parts: float) -> Array:
        limits = np.cumsum(parts)
        return np.searchsorted(limits[:-1] / limits[-1], rng.random(count)).astype(np.uint8)

    years = 59 + np.minimum(rng.exponential(11, count), 49)
    birth = (epoch(date(2024, 6, 30)) - years * 365.25 - rng.integers(0, 31, count)).astype(
        np.int32
    )
    death = np.full(count, NO_DAY, np.int32)
    dead = rng.random(count) < 0.08
    death[dead] = rng.integers(epoch(date(2023, 1, 1)), epoch(date(2025, 12, 31)), dead.sum())
    since = np.full(count, NO_DAY, np.int32)
    moved = rng.random(count) < 0.03
    since[moved] = rng.integers(epoch(date(2015, 1, 1)), epoch(date(2025, 6, 1)), moved.sum())
    assessed = np.full(count, NO_DAY, np.int32)
    seen = rng.random(count) < 0.4
    assessed[seen] = rng.integers(epoch(date(2020, 1, 1)), epoch(date(2023, 12, 1)), seen.sum())
    if not complete:
        birth[rng.random(count) < UNKNOWN_BIRTHS] = UNKNOWN_DAY
    here = rng.integers(0, len(TOWNSHIPS), count)
    elsewhere = len(TOWNSHIPS) + rng.integers(0, len(ELSEWHERE), count)
    level = shares(0.70, 0.14, 0.08, 0.05, 0.03)
    found: Columns = {
        "birth_date": birth,
        "death_date": death,
        "hukou": np.where(rng.random(count) < 0.95, here, elsewhere).astype(np.int32),
        "hukou_since": since,
        "assessed_on": assessed,
        "area_class": shares(0.45, 0.55),
        "economic_status": shares(0.015, 0.05, 0.03, 0.04, 0.865),
        "capability_level": level,
        "self_care": np.array([0, 0, 1, 2, 2], np.uint8)[level],
        "disability_grade": shares(0.01, 0.02, 0.02, 0.02, 0.93),
        "care_setting": shares(0.94, 0.02, 0.04),
        "pension_scheme": shares(0.35, 0.60, 0.05),
        "honour_status": shares(0.93, 0.004, 0.002, 0.004, 0.02, 0.01, 0.03),
    }
    for name, share in FLAGS.items():
        found[name] = (rng.random(count) < share).astype(np.uint8)
    scheme = found["pension_scheme"]
    pension = rng.integers(18_000, 90_000, count)
    pension[scheme == 0] += 200_000
    pension[scheme == 2] = 0
    found["pension_amount"] = pension.astype(np.int64)
    found["care_hours"] = (rng.integers(1, 50, count) * found["purchased_home_care"]).astype(
        np.int64
    )
    return found


def pieces(count: int, seed: int = SEED, *, complete: bool = False) -> Iterator[Columns]:
    """Yield a population piece by piece; its first people do not depend on its size."""
    for number, start in enumerate(range(0, count, PIECE)):
        piece = make_piece(PIECE, seed, number, complete=complete)
        stop = min(PIECE, count - start)
        yield {name: column[:stop] for name, column in piece.items()}


def folder_of(count: int, *, complete: bool) -> Path:
    return DATA / f"{count}{'-complete' if complete else ''}"


def write(count: int, *, complete: bool) -> Path:
    """Write the columns once and return their folder."""
    folder = folder_of(count, complete=complete)
    if folder.is_dir():
        return folder
    aside = folder.with_suffix(".part")
    aside.mkdir(parents=True, exist_ok=True)
    files: dict[str, Array] = {}
    start = 0
    for piece in pieces(count, complete=complete):
        for name, column in piece.items():
            if name not in files:
                path = aside / f"{name}.npy"
                files[name] = np.lib.format.open_memmap(path, "w+", column.dtype, (count,))
            files[name][start : start + len(column)] = column
        start += len(next(iter(piece.values())))
    for file in files.values():
        file.flush()  # type: ignore[attr-defined]
    aside.rename(folder)
    return folder


def read(count: int, *, complete: bool = False) -> Columns:
    """Return the columns, in memory of their own."""
    folder = folder_of(count, complete=complete)
    return {path.stem: np.load(path) for path in sorted(folder.glob("*.npy"))}


def taken(columns: Columns, rows: Array | slice) -> Columns:
    return {name: column[rows] for name, column in columns.items()}


def blanked(columns: Columns, share: float, rng: np.random.Generator) -> Columns:
    """Return columns in which this share of every fact is unknown."""
    unknown: dict[str, int] = dict.fromkeys(DAYS, UNKNOWN_DAY)
    unknown |= {name: len(words) for name, words in ENUMS.items()} | dict.fromkeys(FLAGS, 2)
    unknown |= {"capability_level": LEVELS, "disability_grade": GRADES + 1, "hukou": -1}
    found = {}
    for name, column in columns.items():
        mark = unknown.get(name, UNKNOWN_NUMBER)
        found[name] = np.where(rng.random(len(column)) < share, column.dtype.type(mark), column)
    return found


def person(columns: Columns, row: int) -> dict[str, Any]:
    """Return a person's facts in words; of the unknown ones only a birth date may occur."""
    facts: dict[str, Any] = {}
    for name, column in columns.items():
        value = int(column[row])
        if name in DAYS:
            if value != UNKNOWN_DAY:
                facts[name] = None if value == NO_DAY else date(1970, 1, 1) + timedelta(value)
        elif name in ENUMS:
            facts[name] = ENUMS[name][value]
        elif name in FLAGS:
            facts[name] = bool(value)
        elif name == "hukou":
            facts[name] = WORDS[value]
        elif name == "disability_grade":
            facts[name] = None if value == GRADES else value + 1
        else:
            facts[name] = value / 100 if name == "pension_amount" else value
    return facts


def write_parquet(count: int, path: Path) -> None:
    """Write people as anlao's input file, a piece at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer = None
    start = 0
    for piece in pieces(count):
        table = _table(piece, start, pa)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table, row_group_size=250_000)
        start += table.num_rows
    if writer is not None:
        writer.close()


def _table(piece: Columns, start: int, pa: Any) -> Any:
    count = len(piece["birth_date"])
    arrays = {"person_id": pa.array([f"B{number:08d}" for number in range(start, start + count)])}
    for name, column in piece.items():
        if name in DAYS:
            empty = column >= NO_DAY
            arrays[name] = pa.array(column, pa.int32(), mask=empty).cast(pa.date32())
        elif name in ENUMS or name == "hukou":
            words = ENUMS.get(name, WORDS)
            arrays[name] = pa.DictionaryArray.from_arrays(pa.array(column), pa.array(words))
        elif name in FLAGS:
            arrays[name] = pa.array(column.astype(bool))
        elif name == "disability_grade":
            arrays[name] = pa.array(column + 1, mask=column == GRADES)
        elif name == "pension_amount":
            arrays[name] = pa.array(column // 100)
        else:
            arrays[name] = pa.array(column)
    kinds = np.where(piece["disability_grade"] == GRADES, 0, 1).astype(np.int8)
    arrays["disability_type"] = pa.DictionaryArray.from_arrays(
        pa.array(kinds), pa.array(["none", "physical"])
    )
    return pa.table(arrays)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--complete", action="store_true")
    parser.add_argument("--parquet", type=Path)
    options = parser.parse_args()
    if options.parquet:
        write_parquet(options.count, options.parquet)
    else:
        write(options.count, complete=options.complete)


if __name__ == "__main__":
    main()
