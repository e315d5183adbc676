"""How far two assessors who answered independently agree, and what they must settle.

Two figures, because each hides something. The *exact share* is plain but counts chance: two people
who give full marks to everybody always agree. The *weighted kappa* takes chance off and weighs a
gap by its square, so 4 against 0 counts sixteen times 4 against 3. Items have maxima from 1 to 4,
so scores enter it as shares of their item's maximum; where all maxima are equal it is Cohen's kappa
with quadratic weights. Over the items of one person it is a rough sign; over many persons, pooled,
it is a fair one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from anlao.office.assessments.instrument.model import Instrument, Settings
from anlao.office.assessments.scoring import Outcome
from anlao.rules.facts import Label

SettleKind = Literal["item", "level_change", "level"]


class NotComparable(ValueError):
    """Raised when two outcomes were not made with one instrument and the same settings."""

    code = "not-comparable"

    def __init__(self, what: str) -> None:
        super().__init__(f"the two assessors did not use the same {what}")
        self.what = what


@dataclass(frozen=True, slots=True)
class Difference:
    """An item scored differently; ``gap`` in points, always above 0."""

    code: str
    name: Label
    first: int
    second: int
    gap: int


@dataclass(frozen=True, slots=True)
class ToSettle:
    """One thing to settle before both sign: an item, a level-change rule or the level."""

    kind: SettleKind
    code: str
    text: Label


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two independent outcomes side by side. Kappa is None where nothing varies."""

    items: int
    differences: tuple[Difference, ...]
    exact_share: Fraction
    weighted_kappa: Fraction | None
    initial_level_differs: bool
    final_level_differs: bool
    to_settle: tuple[ToSettle, ...]

    @property
    def may_both_sign(self) -> bool:
        return not self.to_settle


def compare(*, instrument: Instrument, first: Outcome, second: Outcome) -> Agreement:
    """Return the agreement of two complete, independent outcomes. Raises NotComparable.

    Two assessors sign one result; what must be settled first follows ``settle_before_signing``.
    """
    _same(instrument, first, second)
    differences = tuple(
        Difference(
            item.code,
            item.name,
            first.answer_of[item.code],
            second.answer_of[item.code],
            abs(first.answer_of[item.code] - second.answer_of[item.code]),
        )
        for item in instrument.items
        if first.answer_of[item.code] != second.answer_of[item.code]
    )
    count = len(instrument.items)
    return Agreement(
        items=count,
        differences=differences,
        exact_share=Fraction(count - len(differences), count),
        weighted_kappa=pooled_kappa(instrument=instrument, pairs=[(first, second)]),
        initial_level_differs=first.initial_level != second.initial_level,
        final_level_differs=first.final_level != second.final_level,
        to_settle=_to_settle(differences, first, second, first.settings),
    )


def pooled_kappa(
    *, instrument: Instrument, pairs: Iterable[tuple[Outcome, Outcome]]
) -> Fraction | None:
    """Return the quadratic-weighted kappa over all items of all pairs, at most 1.

    1 minus the squared gap found, over the squared gap expected if each assessor's scores were
    dealt out at random. None when there is no pair, or when nothing varies: agreement and chance
    cannot be told apart then. Raises NotComparable.
    """
    maxima = {item.code: item.max_score for item in instrument.items}
    left: list[Fraction] = []
    right: list[Fraction] = []
    for first, second in pairs:
        _same(instrument, first, second)
        left += [Fraction(points, maxima[code]) for code, points in first.answers]
        right += [Fraction(points, maxima[code]) for code, points in second.answers]
    if not left:
        return None
    found = sum(((a - b) ** 2 for a, b in zip(left, right, strict=True)), Fraction(0))
    expected = _expected_gap(left, right)
    return None if expected == 0 else 1 - found / expected


def _expected_gap(left: list[Fraction], right: list[Fraction]) -> Fraction:
    """The sum of squared gaps over random pairings, from sums alone rather than all pairs."""
    count = len(left)
    squares = sum((a * a for a in left), Fraction(0)) + sum((b * b for b in right), Fraction(0))
    return squares - 2 * sum(left, Fraction(0)) * sum(right, Fraction(0)) / count


def _same(instrument: Instrument, first: Outcome, second: Outcome) -> None:
    if not first.instrument == second.instrument == instrument.id:
        raise NotComparable("instrument")
    if first.settings != second.settings:
        raise NotComparable("settings")


def _to_settle(
    differences: tuple[Difference, ...], first: Outcome, second: Outcome, settings: Settings
) -> tuple[ToSettle, ...]:
    level_differs = first.final_level != second.final_level
    if settings["settle_before_signing"] == "what_changes_the_level" and not level_differs:
        return ()
    found = [
        ToSettle(
            "item",
            gap.code,
            Label(
                f"{gap.code}{gap.name.zh}：{gap.first}分与{gap.second}分。",
                f"{gap.code} {gap.name.en}: {gap.first} against {gap.second}.",
            ),
        )
        for gap in differences
    ]
    ours = {change.rule_id: change for change in first.changes}
    theirs = {change.rule_id: change for change in second.changes}
    for rule_id in sorted(ours.keys() ^ theirs.keys()):
        change = ours.get(rule_id) or theirs[rule_id]
        found.append(
            ToSettle(
                "level_change",
                rule_id,
                Label(
                    f"只有一人记了{change.clause}：{change.reason.zh}。",
                    f"Only one recorded {change.clause}: {change.reason.en}.",
                ),
            )
        )
    if level_differs:
        found.append(
            ToSettle(
                "level",
                "final_level",
                Label(
                    f"最终等级不同：{first.final_level}级与{second.final_level}级。",
                    f"The final levels differ: {first.final_level} against {second.final_level}.",
                ),
            )
        )
    return tuple(found)
