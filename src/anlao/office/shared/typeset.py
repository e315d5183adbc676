"""Official papers as PDF/A, with the Chinese font inside, so that they look the same everywhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import pylopdf_fonts_zh_cn as fonts
import typst

_TEMPLATE = Path(__file__).with_name("paper.typ")
_STANDARD: Final = "a-2b"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a paper under a title: a table (``widths``: shares of the line), then lines.

    An empty cell is a blank to be filled in by hand.
    """

    title: str
    rows: Sequence[Sequence[str]] = ()
    head: Sequence[str] = ()
    widths: Sequence[int] = (1, 3)
    lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """``to``: to whom it speaks; ``body``: its paragraphs; ``signed``: by which office."""

    language: str
    title: str
    number: str
    office: str
    to: str
    body: Sequence[str]
    sections: Sequence[Section]
    signed: str
    day: str
    foot: str


def pdf(paper: Paper) -> bytes:
    """Return a paper set in type."""
    return typst.compile(
        _TEMPLATE,
        format="pdf",
        font_paths=[fonts.serif_path().parent],
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(asdict(paper), ensure_ascii=False)},
        pdf_standards=[_STANDARD],
    )
