"""What the tests of assessments are built from: answers, outcomes and the cases of a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from anlao.office.assessments import scoring
from anlao.office.assessments.instrument.load import load
from anlao.office.assessments.instrument.model import SettingValue
from anlao.office.assessments.scoring import Diagnosis, Outcome

SCALE = load("gbt42195-2022")
OLDER = load("mzt039-2013")
FULL: Mapping[str, int] = {item.code: item.max_score for item in SCALE.items}
ZERO: Mapping[str, int] = {item.code: 0 for item in SCALE.items}

Case = dict[str, Any]


def cases(name: str) -> list[Case]:
    text = (Path(__file__).parent / "cases" / f"{name}.yaml").read_text("utf-8")
    found: list[Case] = yaml.safe_load(text)
    return found


def answers_of(given: Case) -> dict[str, int]:
    answers = dict(FULL if given["base"] == "full" else ZERO)
    for group in SCALE.groups:
        if group.code in given.get("zero", ()):
            answers |= {item.code: 0 for item in group.items}
    answers |= given.get("answers", {})
    return {code: n for code, n in answers.items() if code not in given.get("leave_out", ())}


def score_case(given: Case) -> Outcome:
    return scoring.score(
        instrument=SCALE,
        answers=answers_of(given),
        events=given.get("events", {}),
        diagnoses=[_diagnosis(text) for text in given.get("diagnoses", ())],
        coma=given.get("coma", False),
        settings=SCALE.settings(**given.get("settings", {})),
    )


def outcome(
    answers: Mapping[str, int] = FULL,
    *,
    events: Mapping[str, int] = scoring.NO_EVENTS,
    diagnoses: tuple[Diagnosis, ...] = (),
    coma: bool = False,
    **settings: SettingValue,
) -> Outcome:
    return scoring.score(
        instrument=SCALE,
        answers=answers,
        events=events,
        diagnoses=diagnoses,
        coma=coma,
        settings=SCALE.settings(**settings),
    )


def _diagnosis(text: str) -> Diagnosis:
    diagnosis, _, who = text.partition(" by ")
    return Diagnosis(diagnosis, by_psychiatrist=who == "psychiatrist")
