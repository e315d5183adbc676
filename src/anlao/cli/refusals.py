"""What the engine refuses, as a message on stderr and exit code 1."""

from __future__ import annotations

from typing import IO, Any

import click


class Refused(click.ClickException):
    """A refusal: what, where and why, and what to do about it."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def show(self, file: IO[Any] | None = None) -> None:
        text = f"{self.message}\n  {self.hint}" if self.hint else self.message
        click.echo(text, file=file, err=True)


def refusal_of(error: Exception) -> click.ClickException | None:
    """Return how to report an error, or None where it is a defect of ours."""
    from anlao.rules.engines.program import DraftRulebook, UnknownProvision
    from anlao.rules.people.errors import InputRefused
    from anlao.rules.rulebook.problems import RulebookError

    match error:
        case InputRefused():
            return Refused(error.message, error.hint)
        case RulebookError():
            return Refused(f"{error.rulebook} cannot be used:\n{error}")
        case DraftRulebook():
            return Refused(
                f"rulebook {error} is not in force: it is a draft, so its results bind nobody",
                "add --simulate to see what it would give",
            )
        case UnknownProvision():
            return click.UsageError(f"there is no provision {error}")
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            return Refused(f"{where}{error.strerror or error}")
        case MemoryError():
            return Refused("not enough memory", "use Parquet or CSV instead of JSON")
    return None
