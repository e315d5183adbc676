"""From an assessor's answers to a level: group totals, initial level, level changes, final level.

26 answers -> total 89 -> initial level 1 (C.3)
dementia diagnosed -> one level heavier (C.4 2) -> final level 2
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from anlao.office.assessments.instrument.model import (
    Effect,
    Instrument,
    LevelChangeRule,
    Settings,
)
from anlao.rules.facts import Label

NO_EVENTS: Mapping[str, int] = MappingProxyType({})
_CONSCIOUSNESS = "B.3.9"


class AnswersRefused(ValueError):
    """The answers cannot be scored as they stand."""

    code = "answers-refused"


class Incomplete(AnswersRefused):
    """Items without an answer: a result is never given with a gap."""

    code = "assessment-incomplete"

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__("no answer yet for " + ", ".join(missing))
        self.missing = missing


class UnknownCodes(AnswersRefused):
    """Codes that the instrument does not have; ``part``: items, events or diagnoses."""

    code = "unknown-codes"

    def __init__(self, part: str, codes: tuple[str, ...]) -> None:
        super().__init__(f"the instrument has no {part} " + ", ".join(codes))
        self.part = part
        self.codes = codes


class ImpossibleScores(AnswersRefused):
    """Scores outside an item's options; ``scores``: item code, score given, highest possible."""

    code = "impossible-scores"

    def __init__(self, scores: tuple[tuple[str, object, int], ...]) -> None:
        shown = ", ".join(f"{code}: {given!r} (0 to {most})" for code, given, most in scores)
        super().__init__(f"impossible scores: {shown}")
        self.scores = scores


class ImpossibleCounts(AnswersRefused):
    """Event counts that are no whole numbers from 0 on."""

    code = "impossible-counts"

    def __init__(self, counts: tuple[tuple[str, object], ...]) -> None:
        super().__init__("impossible counts: " + ", ".join(f"{k}: {n!r}" for k, n in counts))
        self.counts = counts


class NotScored(AnswersRefused):
    """The instrument only keeps results made before; nothing is scored by it any more."""

    code = "instrument-not-scored"

    def __init__(self, instrument_id: str) -> None:
        super().__init__(f"{instrument_id} is kept for older results and scores no new ones")
        self.instrument_id = instrument_id


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A diagnosis of the coded list A.4; who made it matters for C.4 2)."""

    id: str
    by_psychiatrist: bool = False


@dataclass(frozen=True, slots=True)
class GroupTotal:
    """Points of one first-level indicator; ``answered`` of ``items`` have a score."""

    code: str
    name: Label
    points: int
    max_points: int
    answered: int
    items: int


@dataclass(frozen=True, slots=True)
class Tally:
    """A running total while answers are missing: the span the total and the level can still take.

    The levels are initial ones (C.3), before any level change.
    """

    groups: tuple[GroupTotal, ...]
    points: int
    missing: tuple[str, ...]
    lowest_total: int
    highest_total: int
    best_level: int
    heaviest_level: int


@dataclass(frozen=True, slots=True)
class LevelChange:
    """A reason of C.4 that was found, with the rule it rests on.

    ``levels_added``: by this reason alone, as far as the settings and the heaviest level let it
    count; reasons that add nothing more are kept, for they are ticked on the report.
    """

    rule_id: str
    clause: str
    effect: Effect
    reason: Label
    levels_added: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something to look at again before signing; it refuses nothing."""

    code: str
    text: Label


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished result, complete with what it was made from.

    ``total`` in points, higher is better; levels from 0 (intact) to the heaviest.
    ``answers`` in the order of the instrument.
    """

    instrument: str
    settings: Settings
    answers: tuple[tuple[str, int], ...]
    events: tuple[tuple[str, int], ...]
    diagnoses: tuple[Diagnosis, ...]
    coma: bool
    groups: tuple[GroupTotal, ...]
    total: int
    max_total: int
    initial_level: int
    changes: tuple[LevelChange, ...]
    final_level: int
    doubts: tuple[Doubt, ...]
    sentences: tuple[Label, ...]

    @property
    def answer_of(self) -> Mapping[str, int]:
        return MappingProxyType(dict(self.answers))


def tally(*, instrument: Instrument, answers: Mapping[str, int]) -> Tally:
    """Return what stands so far. Raises NotScored, UnknownCodes and ImpossibleScores."""
    _refuse_impossible(instrument, answers)
    groups = _group_totals(instrument, answers)
    missing = tuple(item.code for item in instrument.items if item.code not in answers)
    points = sum(group.points for group in groups)
    open_points = sum(item.max_score for item in instrument.items if item.code in missing)
    highest = points + open_points
    return Tally(
        groups=groups,
        points=points,
        missing=missing,
        lowest_total=points,
        highest_total=highest,
        best_level=instrument.level_of_total(highest).code,
        heaviest_level=instrument.level_of_total(points).code,
    )


def score(
    *,
    instrument: Instrument,
    answers: Mapping[str, int],
    events: Mapping[str, int],
    diagnoses: Iterable[Diagnosis],
    coma: bool,
    settings: Settings,
) -> Outcome:
    """Return the result of a complete assessment (annex C.1 to C.5).

    ``answers``: item code to points. ``events``: kind of A.2.14 to how often in the window (the
    form's last box, three or more, is 3). ``coma``: the box A.5.11, given expressly each time.

    Raises NotScored, UnknownCodes, ImpossibleScores, ImpossibleCounts, Incomplete.
    """
    _refuse_impossible(instrument, answers)
    known = tuple(dict.fromkeys(diagnoses))
    _refuse_unknown_conditions(instrument, events, known)
    so_far = tally(instrument=instrument, answers=answers)
    if so_far.missing:
        raise Incomplete(so_far.missing)

    initial = instrument.level_of_total(so_far.points).code
    rules = [
        rule
        for rule in instrument.level_changes
        if _holds(rule, events=events, diagnoses=known, coma=coma, settings=settings)
    ]
    changes = _changes(instrument, rules, initial=initial, settings=settings)
    final = initial + sum(change.levels_added for change in changes)
    assert initial <= final <= instrument.heaviest_level

    return Outcome(
        instrument=instrument.id,
        settings=settings,
        answers=tuple((item.code, answers[item.code]) for item in instrument.items),
        events=tuple(sorted((kind, count) for kind, count in events.items() if count)),
        diagnoses=known,
        coma=coma,
        groups=so_far.groups,
        total=so_far.points,
        max_total=instrument.max_score,
        initial_level=initial,
        changes=changes,
        final_level=final,
        doubts=_doubts(instrument, answers, known, coma=coma, settings=settings),
        sentences=_sentences(instrument, so_far, initial, changes, final),
    )


def count_events(
    *,
    instrument: Instrument,
    happened: Iterable[tuple[str, date]],
    on: date,
    settings: Settings,
) -> dict[str, int]:
    """Return how often each kind happened in the window that ends on the day of assessment.

    ``happened``: kind of A.2.14 and day; events after ``on`` and before the window do not count.
    Raises UnknownCodes.
    """
    rule = next(rule for rule in instrument.level_changes if rule.trigger == "events")
    earliest = on - timedelta(days=rule.within_days)
    if not settings.flag("window_includes_first_day"):
        earliest += timedelta(days=1)
    counts: dict[str, int] = {}
    unknown = set()
    kinds = instrument.choice_ids(rule.field)
    for kind, day in happened:
        if kind not in kinds:
            unknown.add(kind)
        elif earliest <= day <= on:
            counts[kind] = counts.get(kind, 0) + 1
    if unknown:
        raise UnknownCodes("events", tuple(sorted(unknown)))
    return counts


def _refuse_impossible(instrument: Instrument, answers: Mapping[str, int]) -> None:
    if instrument.kind != "scored":
        raise NotScored(instrument.id)
    highest = {item.code: item.max_score for item in instrument.items}
    unknown = tuple(sorted(code for code in answers if code not in highest))
    if unknown:
        raise UnknownCodes("items", unknown)
    impossible = tuple(
        (code, given, highest[code])
        for code, given in answers.items()
        if not _is_whole(given) or not 0 <= given <= highest[code]
    )
    if impossible:
        raise ImpossibleScores(impossible)


def _refuse_unknown_conditions(
    instrument: Instrument, events: Mapping[str, int], diagnoses: tuple[Diagnosis, ...]
) -> None:
    for part, field, given in (
        ("events", "A.2.14", tuple(events)),
        ("diagnoses", "A.4.1", tuple(diagnosis.id for diagnosis in diagnoses)),
    ):
        unknown = sorted(set(given) - instrument.choice_ids(field))
        if unknown:
            raise UnknownCodes(part, tuple(unknown))
    wrong = tuple((kind, n) for kind, n in events.items() if not _is_whole(n) or n < 0)
    if wrong:
        raise ImpossibleCounts(wrong)


def _is_whole(value: object) -> bool:
    """True and False are whole numbers to Python, never to an assessor."""
    return isinstance(value, int) and not isinstance(value, bool)


def _group_totals(instrument: Instrument, answers: Mapping[str, int]) -> tuple[GroupTotal, ...]:
    found = []
    for group in instrument.groups:
        given = [answers[item.code] for item in group.items if item.code in answers]
        found.append(
            GroupTotal(
                group.code, group.name, sum(given), group.max_score, len(given), len(group.items)
            )
        )
    return tuple(found)


def _holds(
    rule: LevelChangeRule,
    *,
    events: Mapping[str, int],
    diagnoses: tuple[Diagnosis, ...],
    coma: bool,
    settings: Settings,
) -> bool:
    if rule.trigger == "coma":
        return coma
    if rule.trigger == "events":
        counted = [
            count
            for kind, count in events.items()
            if kind != "other" or settings.flag("other_events_count")
        ]
        together = settings["events_counted"] == "all_kinds_together"
        return (sum(counted) if together else max(counted, default=0)) >= rule.at_least
    psychiatrist_needed = settings.flag("mental_disorder_by_psychiatrist")
    return any(
        diagnosis.id in rule.diagnoses
        or (
            diagnosis.id in rule.diagnoses_by_psychiatrist
            and (diagnosis.by_psychiatrist or not psychiatrist_needed)
        )
        for diagnosis in diagnoses
    )


def _changes(
    instrument: Instrument, rules: list[LevelChangeRule], *, initial: int, settings: Settings
) -> tuple[LevelChange, ...]:
    """Every reason found, in the order of the clauses; each adds only what is left to add."""
    one_in_all = settings["reasons_together"] == "one_in_all"
    found: list[LevelChange] = []
    level = initial
    for rule in rules:
        room = instrument.heaviest_level - level
        if rule.effect == "heaviest":
            added = room
        elif one_in_all and any(change.effect == "one_heavier" for change in found):
            added = 0
        else:
            added = min(1, room)
        level += added
        found.append(LevelChange(rule.id, rule.clause, rule.effect, rule.reason, added))
    return tuple(found)


def _doubts(
    instrument: Instrument,
    answers: Mapping[str, int],
    diagnoses: tuple[Diagnosis, ...],
    *,
    coma: bool,
    settings: Settings,
) -> tuple[Doubt, ...]:
    found = []
    consciousness = answers.get(_CONSCIOUSNESS)
    if coma and consciousness:
        found.append(
            Doubt(
                "coma-but-awake",
                Label(
                    f"A.5.11 勾了昏迷，{_CONSCIOUSNESS} 却记为 {consciousness} 分，请核对。",
                    f"A.5.11 says coma, yet {_CONSCIOUSNESS} is scored {consciousness}; check.",
                ),
            )
        )
    if not coma and consciousness == 0:
        found.append(
            Doubt(
                "stupor-or-coma",
                Label(
                    f"{_CONSCIOUSNESS} 记为 0 分：是昏睡还是昏迷？昏迷须在 A.5.11 勾选。",
                    f"{_CONSCIOUSNESS} is 0: stupor or coma? A coma must be marked at A.5.11.",
                ),
            )
        )
    needing = {
        diagnosis
        for rule in instrument.level_changes
        for diagnosis in rule.diagnoses_by_psychiatrist
    }
    if settings.flag("mental_disorder_by_psychiatrist") and any(
        diagnosis.id in needing and not diagnosis.by_psychiatrist for diagnosis in diagnoses
    ):
        found.append(
            Doubt(
                "no-psychiatrist",
                Label(
                    "记有其他精神和行为障碍，但没有精神科医生确诊，未据此加重。",
                    "Another mental disorder is on record without a psychiatrist's diagnosis; "
                    "it raised nothing.",
                ),
            )
        )
    return tuple(found)


def _sentences(
    instrument: Instrument,
    so_far: Tally,
    initial: int,
    changes: tuple[LevelChange, ...],
    final: int,
) -> tuple[Label, ...]:
    first = instrument.level(initial)
    last = instrument.level(final)
    parts_zh = "、".join(f"{g.name.zh}{g.points}/{g.max_points}" for g in so_far.groups)
    parts_en = ", ".join(f"{g.name.en} {g.points}/{g.max_points}" for g in so_far.groups)
    span = f"{first.lowest_total}–{first.highest_total}"
    if first.lowest_total == first.highest_total:
        span = f"{first.lowest_total}"
    found = [
        Label(
            f"总分{so_far.points}分（满分{instrument.max_score}分）：{parts_zh}。",
            f"Total {so_far.points} of {instrument.max_score} points: {parts_en}.",
        ),
        Label(
            f"{span}分为{initial}级，初步等级：{first.name.zh}（C.3）。",
            f"{span} points is level {initial}; initial level: {first.name.en} (C.3).",
        ),
    ]
    for change in changes:
        zh, en = _added(change)
        found.append(
            Label(
                f"{change.reason.zh}（{change.clause}）：{zh}。",
                f"{change.reason.en} ({change.clause}): {en}.",
            )
        )
    if not changes:
        found.append(Label("没有等级变更的情形（C.4）。", "No reason to change the level (C.4)."))
    found.append(
        Label(f"最终等级：{final}级，{last.name.zh}。", f"Final level: {final}, {last.name.en}.")
    )
    return tuple(found)


def _added(change: LevelChange) -> tuple[str, str]:
    if change.levels_added:
        plural = "level" if change.levels_added == 1 else "levels"
        return f"加重{change.levels_added}级", f"{change.levels_added} {plural} heavier"
    return "已记录，不再加重", "on record, adds no further level"
