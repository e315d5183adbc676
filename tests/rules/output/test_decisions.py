"""Decimals to the fen, and files that are whole or not there."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlao.rules.output.aside import written_aside
from anlao.rules.output.decisions import amount_texts, csv_cell, decimals
from anlao.rules.people.errors import InputRefused


@given(st.lists(st.integers(-(10**17), 10**17), max_size=20))
def test_fen_become_decimals_and_text_without_loss(fen: list[int]) -> None:
    present = np.ones(len(fen), bool)
    exact = [Decimal(value) / 100 for value in fen]

    assert decimals(np.array(fen, np.int64), present).to_pylist() == exact
    texts = amount_texts(np.array(fen, np.int64), present).to_pylist()
    assert [Decimal(text) for text in texts] == exact


def test_where_there_is_no_amount_there_is_none() -> None:
    fen, present = np.array([0, 5, 7]), np.array([True, False, True])

    assert decimals(fen, present).to_pylist() == [Decimal("0.00"), None, Decimal("0.07")]
    assert amount_texts(fen, present).to_pylist() == ["0.00", "", "0.07"]


@pytest.mark.parametrize(
    ("text", "cell"), [("a", "a"), ("a,b", '"a,b"'), ('a"b', '"a""b"'), ("a\nb", '"a\nb"')]
)
def test_a_cell_is_quoted_only_where_it_must_be(text: str, cell: str) -> None:
    assert csv_cell(text) == cell


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"

    with written_aside(target) as part:
        part.write_text("half", "utf-8")
        assert not target.exists()

    assert target.read_text("utf-8") == "half"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_failure_keeps_the_old_file(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old", "utf-8")

    def fail_halfway() -> None:
        with written_aside(target) as part:
            part.write_text("new", "utf-8")
            raise error

    with pytest.raises(error):
        fail_halfway()

    assert target.read_text("utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(InputRefused, match="there is no folder"),
        written_aside(tmp_path / "nowhere" / "out.csv"),
    ):
        pass
