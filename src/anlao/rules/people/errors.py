"""Refusals of input: what, where, why, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from anlao.rules.people.encode import CellError

SHOWN = 20


class InputRefused(Exception):
    """A file cannot be used as it is. ``hint`` says what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class BadCells(InputRefused):
    """Cells that cannot be; nothing was decided."""

    def __init__(self, file: str, errors: Sequence[CellError]) -> None:
        self.errors = list(errors)
        lines = [f"  {error}" for error in self.errors[:SHOWN]]
        if len(self.errors) > SHOWN:
            lines.append(f"  … and {len(self.errors) - SHOWN} more")
        rows = len({error.row for error in self.errors})
        message = f"{file}: {rows} row(s) cannot be used\n" + "\n".join(lines)
        super().__init__(
            message,
            "correct them, or use --reject bad.csv to set these rows aside and decide the rest",
        )
