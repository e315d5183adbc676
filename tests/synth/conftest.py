"""One population of Suichang, as large as its census, shared by the tests of synth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from anlao.synth import SynthReport, write_population

AS_OF = date(2023, 10, 1)
SUICHANG_ELDERS = 53_051  # 2020 census, 60 and over


@dataclass(frozen=True)
class Written:
    """A population read back from its files."""

    report: SynthReport
    people: pa.Table
    identity: pa.Table
    history: pa.Table


def write(*, output: Path, division: str, elders: int, seed: int = 1) -> SynthReport:
    """Write a population as of the day the tests share."""
    return write_population(division=division, elders=elders, seed=seed, as_of=AS_OF, output=output)


@pytest.fixture(scope="session")
def suichang(tmp_path_factory: pytest.TempPathFactory) -> Written:
    output = tmp_path_factory.mktemp("suichang") / "people.parquet"
    report = write(output=output, division="331123", elders=SUICHANG_ELDERS)
    assert report.history is not None
    return Written(
        report=report,
        people=pq.read_table(report.people),
        identity=pq.read_table(report.identity),
        history=pa_csv.read_csv(report.history),
    )
