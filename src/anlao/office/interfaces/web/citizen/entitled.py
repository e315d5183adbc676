"""What am I entitled to: one question a page, then what is due, what to bring and where to go.

The answers travel in the address and nowhere else: nothing is stored, and nobody is named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from anlao.office.benefits import asking
from anlao.office.benefits.asking import Answer, Found
from anlao.office.benefits.queries import FactLabel
from anlao.office.benefits.values import read_value
from anlao.office.interfaces.web.citizen.page import Wrong, digits, place_of, public, shown
from anlao.office.interfaces.web.citizen.questions import QUESTIONS, Question
from anlao.office.interfaces.web.who import Who, who
from anlao.office.service_list import queries
from anlao.office.service_list.models import Item
from anlao.office.service_list.queries import Place
from anlao.places import divisions

MOST_QUESTIONS = 12
UNKNOWN, NEVER, NONE_OF_IT, ELSEWHERE = "unknown", "never", "none", "elsewhere"
_OUTSIDE = "999999"
"""Stands for a registration elsewhere: no place has this code."""
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_EARLIEST = 1890
_COUNTY_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered so far, in order. ``told``: by fact, as it is stored; ``passed``: asked."""

    given: dict[str, str]
    told: dict[str, Any]
    passed: frozenset[str]


@public(kept=False, most=60)
def entitled(request: HttpRequest, code: str) -> HttpResponse:
    """The next question, or the result."""
    place = place_of(code)
    if not place.decides:
        raise Http404
    reading = who(request)
    labels = asking.question_labels(code)
    sent, problem = _with_month(request.GET, labels, reading)
    answers = _answers(sent, labels, code, reading.today)
    found = asking.ask(
        code,
        answers.told,
        day=reading.today,
        language=reading.language,
        passed=answers.passed,
    )
    done = "done" in request.GET or len(answers.given) >= MOST_QUESTIONS
    if found.question is None or (done and not problem):
        return _result(request, place, answers, found, reading)
    return _question(request, place, answers, found.question, problem, reading)


def _question(
    request: HttpRequest,
    place: Place,
    answers: Answers,
    label: FactLabel,
    problem: str,
    reading: Who,
) -> HttpResponse:
    asked = QUESTIONS.get(label.name) or Question((f"{label.zh}？", f"{label.en}?"))
    if not problem and request.GET.get("asked") == label.name:
        problem = reading.say(
            "请选一项；不清楚就选“不知道”。", "Choose one; “I don't know” is an answer."
        )
    earlier = list(answers.given.items())
    given = {
        "name": label.name,
        "type": label.type,
        "ask": reading.say(*asked.ask),
        "hint": reading.say(*asked.hint),
        "options": _options(label, asked, place.code, reading),
        "hidden": earlier,
        "number": len(earlier) + 1,
        "most": MOST_QUESTIONS,
        "back": urlencode(dict(earlier[:-1])) if earlier else None,
        "result": urlencode([*earlier, ("done", "1")]) if len(earlier) > 1 else "",
        "problem": problem,
        "year": request.GET.get("year", "")[:4] if problem else "",
        "month": request.GET.get("month", "") if problem else "",
        "months": [str(number) for number in range(1, 13)],
        "may_be_never": label.name == "assessed_on",
        "earliest": _EARLIEST,
        "latest": reading.today.year,
    }
    return shown(
        request, "public/question.html", given, place=place, status=400 if problem else 200
    )


def _options(
    label: FactLabel, asked: Question, code: str, reading: Who
) -> list[tuple[str, str, bool]]:
    """Return values, their words, and whether those are Chinese names of places."""
    if label.type == "division":
        return [
            *((inner.code, inner.name, True) for inner in _parts(code)),
            (code, reading.say("本地，说不清是哪里", "here, I am not sure where"), False),
            (ELSEWHERE, reading.say("其他地方", "somewhere else"), False),
        ]
    found = [
        (value, reading.say(*asked.options[value]) if value in asked.options else words, False)
        for value, words in label.choices(reading.language)
    ]
    if label.name == "disability_grade":
        found.append((NONE_OF_IT, reading.say("没有残疾证", "no certificate"), False))
    return found


def _parts(code: str) -> tuple[divisions.Division, ...]:
    """Return the townships of a county; of a city or province, its counties."""
    return divisions.within(code, "township" if len(code) == _COUNTY_DIGITS else "county")


# reading the address


def _with_month(
    sent: QueryDict, labels: Mapping[str, FactLabel], reading: Who
) -> tuple[dict[str, str], str]:
    """Return the answers of an address; a year and month put together, or what is wrong there."""
    given = {name: str(sent[name]) for name in sent if name in labels}
    name = sent.get("asked", "")
    if name not in labels or labels[name].type != "date" or name in given:
        return given, ""
    year, month = digits(sent.get("year", "")), digits(sent.get("month", ""))
    if not year and not month:
        return given, ""
    fits = year.isascii() and year.isdigit() and month.isascii() and month.isdigit()
    if fits and _day(f"{year}-{int(month):02d}", reading.today) is not None:
        given[name] = f"{year}-{int(month):02d}"
        return given, ""
    return given, reading.say(
        "请填写四位数的年份，例如1945，再选月份。", "Write the year in four digits, such as 1945."
    )


def _answers(
    given: dict[str, str], labels: Mapping[str, FactLabel], code: str, today: date
) -> Answers:
    """Return the answers as facts. Raises Wrong."""
    told: dict[str, Any] = {}
    passed: set[str] = set()
    if len(given) > MOST_QUESTIONS:
        raise Wrong
    for name, text in given.items():
        label = labels[name]
        if text == UNKNOWN:
            passed.add(name)
        elif label.name == "assessed_on" and text == NEVER:
            told["never_assessed"] = True
            passed.add(name)
        elif label.name == "disability_grade" and text == NONE_OF_IT:
            told["disability_type"] = NONE_OF_IT
            passed.add(name)
        else:
            told[name] = _value(label, text, code, today)
    return Answers(given, told, frozenset(passed))


def _value(label: FactLabel, text: str, code: str, today: date) -> Any:
    match label.type:
        case "date":
            day = _day(text, today)
            if day is None:
                raise Wrong
            return day
        case "division":
            if text == ELSEWHERE:
                return _OUTSIDE
            if text not in {code, *(inner.code for inner in _parts(code))}:
                raise Wrong
            return text
        case _:
            try:
                return read_value(label, text)
            except ValueError:
                raise Wrong from None


def _day(text: str, today: date) -> date | None:
    """Return the first of a month that was written YYYY-MM and has come already."""
    if not _MONTH.fullmatch(text):
        return None
    day = date(int(text[:4]), int(text[5:]), 1)
    return day if day.year >= _EARLIEST and day <= today else None


# the result


@dataclass(frozen=True, slots=True)
class Line:
    """A provision with where it is applied for, as the published list says.

    ``open``: what is not known yet, in words.
    """

    answer: Answer
    item: Item | None
    open: tuple[str, ...]


def _result(
    request: HttpRequest, place: Place, answers: Answers, found: Found, reading: Who
) -> HttpResponse:
    edition = queries.published(place.code)
    items = {
        name: item for item in (edition.items.all() if edition else ()) for name in item.provisions
    }
    hukou = str(answers.told.get("hukou", ""))
    earlier = list(answers.given.items())
    given = {
        "lines": {
            outcome: [
                Line(answer, items.get(answer.provision), _open(answer, reading))
                for answer in found.of(outcome)
            ]
            for outcome in ("yes", "later", "maybe", "no")
        },
        "found": found,
        "today": reading.today,
        "township": queries.township_help(hukou),
        "bring": _all_to_bring(found),
        "told": [_told(name, text, place.code, reading) for name, text in earlier],
        "back": urlencode(dict(earlier[:-1])) if earlier else "",
        "more": urlencode(earlier) if found.question and len(earlier) < MOST_QUESTIONS else "",
    }
    return shown(request, "public/result.html", given, place=place)


def _open(answer: Answer, reading: Who) -> tuple[str, ...]:
    """Return what is still to be found out: the questions themselves, and what offices decide."""
    words = []
    for one in answer.lacking:
        if one.kind == "rate":
            words.append(reading.say("标准还没有录入：", "amount not entered yet: ") + one.words)
        elif one.kind == "discretion":
            words.append(reading.say("由部门个案认定", "the office decides case by case"))
        elif one.name in QUESTIONS:
            words.append(reading.say(*QUESTIONS[one.name].ask))
        else:
            words.append(one.words)
    return tuple(dict.fromkeys(words))


def _all_to_bring(found: Found) -> list[str]:
    """Return each paper once, for all that is due or could be."""
    wanted = [*found.of("yes"), *found.of("later"), *found.of("maybe")]
    return list(dict.fromkeys(paper for answer in wanted for paper in answer.bring))


def _told(name: str, text: str, code: str, reading: Who) -> tuple[str, str, bool]:
    """Return a question and its answer in words, and whether that is a name of a place."""
    label = asking.question_labels(code)[name]
    asked = QUESTIONS.get(name) or Question((label.zh, label.en))
    words = {
        UNKNOWN: reading.say("不知道", "I don't know"),
        NEVER: reading.say("没有做过", "never"),
        ELSEWHERE: reading.say("其他地方", "somewhere else"),
    }
    named = {value: said for value, said, _ in _options(label, asked, code, reading)}
    is_place = label.type == "division" and text not in (UNKNOWN, ELSEWHERE, code)
    return reading.say(*asked.ask), named.get(text) or words.get(text) or text, is_place
