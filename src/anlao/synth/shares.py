"""Reads shares.yaml: every assumed or sourced share, with the band it holds for."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from anlao.synth.arrays import Floats, Ints

Figures = dict[str, Any]


@cache
def _file(name: str) -> Figures:
    text = files("anlao.synth").joinpath(f"data/{name}").read_text("utf-8")
    figures: Figures = yaml.safe_load(text)
    return figures


def shares(topic: str) -> Figures:
    """Return one entry of shares.yaml."""
    figures: Figures = _file("shares.yaml")[topic]
    return figures


def data_file(name: str) -> Figures:
    """Return another YAML file of the data folder."""
    return _file(name)


def bands() -> Ints:
    """Return the first age of each band, in completed years; the last band is open."""
    return np.array(_file("shares.yaml")["bands"], dtype=np.int64)


def band_of(age: Ints) -> Ints:
    """Return the index of the band an age falls in."""
    return np.searchsorted(bands(), age, side="right") - 1


def row(figures: Figures, key: str) -> Floats:
    """Return a list of shares as an array."""
    return np.array(figures[key], dtype=np.float64)


def number(figures: Figures, key: str) -> float:
    """Return a single share."""
    return float(figures[key])


def by_symbol(figures: Figures, key: str, symbols: tuple[str, ...]) -> Floats:
    """Return the shares of a mapping in the order of the symbols; 0 where one is not named."""
    return np.array([figures[key].get(symbol, 0.0) for symbol in symbols], dtype=np.float64)
