"""Arrow strings of fixed width made from numbers, without a Python loop over people."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from anlao.synth.arrays import Ints

Letters = NDArray[np.uint8]  # ASCII, one row a text


def fixed_width(*parts: str | tuple[Ints, int]) -> pa.Array:
    """Return one text a row: literal parts as they are, numbers zero-padded to their digits.

    >>> fixed_width("A", (np.array([7, 42]), 3)).to_pylist()
    ['A007', 'A042']
    """
    rows = next(len(part[0]) for part in parts if isinstance(part, tuple))
    blocks = [
        np.tile(np.frombuffer(part.encode("ascii"), dtype=np.uint8), (rows, 1))
        if isinstance(part, str)
        else digits(*part)
        for part in parts
    ]
    return as_strings(np.hstack(blocks))


def digits(numbers: Ints, width: int) -> Letters:
    """Return the decimal digits of numbers, zero-padded, as ASCII."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (numbers[:, None] // powers % 10 + ord("0")).astype(np.uint8)


def as_strings(letters: Letters) -> pa.Array:
    """Return rows of ASCII letters as an Arrow string array."""
    rows, width = letters.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * width
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(letters))]
    return pa.Array.from_buffers(pa.string(), rows, buffers)
