"""Findings about a rulebook: where, which code, what, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file of a rulebook."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. Errors keep a rulebook from deciding; warnings only fail ``anlao check``."""

    place: Place
    code: str
    message: str
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        hint = f"\n    {self.hint}" if self.hint else ""
        return f"{self.place}  {self.code}  {self.message}{hint}"


@dataclass(slots=True)
class Problems:
    """Collects findings; a reader never stops at the first."""

    found: list[Problem] = field(default_factory=list)

    def error(self, place: Place, code: str, message: str, hint: str = "") -> None:
        self._add(Problem(place, code, message, hint))

    def warning(self, place: Place, code: str, message: str, hint: str = "") -> None:
        self._add(Problem(place, code, message, hint, "warning"))

    def _add(self, problem: Problem) -> None:
        if problem not in self.found:
            self.found.append(problem)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.found if problem.severity == "error"]

    def sorted(self) -> list[Problem]:
        return sorted(self.found, key=lambda problem: (problem.place, problem.code))


class RulebookError(Exception):
    """A rulebook cannot decide anything; carries every problem found."""

    def __init__(self, rulebook: str, problems: list[Problem]) -> None:
        super().__init__(f"rulebook {rulebook} has {len(problems)} problem(s)")
        self.rulebook = rulebook
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint naming the nearest known word, or what there is."""
    names = sorted(set(known))
    near = get_close_matches(word, names, n=1)
    if near:
        return f"did you mean {near[0]}?"
    if not names:
        return ""
    shown = ", ".join(names[:12])
    return f"known: {shown}" + (" …" if len(names) > 12 else "")
