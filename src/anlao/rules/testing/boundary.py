"""People that stand on every limit: values made from the questions that the tables ask.

For every limit the last value below and the first above it, every listed value, a code inside and
outside every division that matters, and for facts used in arithmetic a few plain numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from anlao.rules.engines.program import MonthTables
from anlao.rules.facts import FactSpec
from anlao.rules.language.tree import NONE, Fact
from anlao.rules.people.columns import People
from anlao.rules.people.reader import PeopleReader
from anlao.rules.rulebook.model import Rulebook
from anlao.rules.tables.examples import values_of_class
from anlao.rules.tables.variables import domain

_FAR = date(2200, 1, 1)
_NUMBERS = (0, 1, 7, Fraction(1, 2), 100)


def boundary_values(month: MonthTables) -> dict[str, list[Any]]:
    """Return for every fact the tables ask about the values worth trying."""
    subject = month.tables[0].provision.subject
    facts = month.context.rulebook.subjects[subject].facts
    found: dict[str, dict[Any, None]] = {}
    for variable in month.coders:
        for name in variable.missing_names:
            spec = facts.get(name)
            if spec is None:
                continue
            values = found.setdefault(name, {})
            if isinstance(variable.leaf, Fact):
                for code in range(variable.size):
                    values.update(dict.fromkeys(values_of_class(variable, code, spec)))
            values.update(dict.fromkeys(_plain_values(spec)))
    for table in month.tables:
        for fact in table.numbers:
            values = found.setdefault(fact.name, {})
            values.update(dict.fromkeys(_plain_values(facts[fact.name])))
    return {
        name: [value for value in values if _allowed(facts[name], value)]
        for name, values in found.items()
    }


def _plain_values(spec: FactSpec) -> list[Any]:
    match spec.type:
        case "integer" | "number" | "money":
            return [v for v in _NUMBERS if spec.type != "integer" or isinstance(v, int)]
        case "date":
            return [date(1944, 2, 29), date(2023, 6, 15)]
        case "bool" | "enum" | "level":
            return list(domain(spec))
        case _:
            return []


def _allowed(spec: FactSpec, value: Any) -> bool:
    if value is NONE:
        return spec.may_be_none
    if spec.type in ("integer", "number", "money"):
        low, high = spec.minimum, spec.maximum
        return (low is None or value >= low) and (high is None or value <= high)
    return True


def record_of(person: Mapping[str, Any], specs: Mapping[str, FactSpec]) -> dict[str, Any]:
    """Return a person as a record of a file: cells for values, nothing for what is unknown."""
    record: dict[str, Any] = {}
    for name, value in person.items():
        if value is NONE:
            if specs[name].none_is_a_word:
                record[name] = "none"
        elif isinstance(value, bool):
            record[name] = value
        elif isinstance(value, Fraction):
            record[name] = f"{float(value):.6f}"
        else:
            record[name] = str(value)
    return record


def consistent(person: Mapping[str, Any], specs: Mapping[str, FactSpec]) -> bool:
    """Return whether a file could hold such a person: no death before birth, and so on."""
    birth, death = person.get("birth_date"), person.get("death_date")
    if isinstance(birth, date) and isinstance(death, date) and death < birth:
        return False
    start, end = person.get("start"), person.get("end")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        return False
    for name, spec in specs.items():
        if spec.none_when is None:
            continue
        other, value = spec.none_when
        if person.get(name) is NONE and person.get(other) != value:
            return False
        if person.get(other) == value and person.get(name) not in (None, NONE):
            return False
    return True


def people_of(rulebook: Rulebook, subject: str, persons: Iterable[Mapping[str, Any]]) -> People:
    """Return persons as columns, read as if they stood in a file."""
    kind = rulebook.subjects[subject]
    records = [
        {kind.id_column: f"P{number}", **record_of(person, kind.facts)}
        for number, person in enumerate(persons)
    ]
    return PeopleReader(kind, _FAR).read_records(records, "boundary people")
