"""A command line that runs in the test's own folder, and small files to run it on."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from anlao.cli.main import cli

HERE = "331123001001"


@dataclass(frozen=True)
class Ran:
    """What a command left: exit code, data, remarks."""

    code: int
    out: str
    err: str

    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.out)))


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Ran:
        result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Grandmother 82, grandfather 79, a neighbour from elsewhere, and one of unknown age."""
    return write(
        tmp_path / "people.csv",
        f"""
        person_id,birth_date,hukou,economic_status,capability_level,care_setting
        grandmother,1941-03-08,{HERE},dibao,3,home
        grandfather,1944-01-31,{HERE},ordinary,0,home
        neighbour,1930-05-05,330601001001,ordinary,0,home
        unborn,,{HERE},ordinary,0,home
        """,
    )


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write a text block without its indentation."""
    lines = [line.strip() for line in text.strip().splitlines()]
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def left_over(folder: Path) -> list[str]:
    """Return half-written files."""
    return [path.name for path in folder.iterdir() if path.name.endswith(".part")]
