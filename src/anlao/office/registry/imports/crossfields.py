"""What cannot be true together in one row, whatever kind of list it stands in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from anlao.office.registry.imports.cells import Fault, Value
from anlao.office.registry.imports.findings import Severity
from anlao.office.registry.imports.refusals import Text

_CERTIFICATE_LENGTH = 20
_TYPE_DIGITS = {
    "1": "visual",
    "2": "hearing",
    "3": "speech",
    "4": "physical",
    "5": "intellectual",
    "6": "mental",
    "7": "multiple",
}


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Which field to point at, and why."""

    field: str
    fault: Fault
    severity: Severity = "error"


def contradictions(values: Mapping[str, Value], today: date) -> Iterator[Contradiction]:
    """Yield what contradicts what in the values of a row; what is unknown contradicts nothing."""
    yield from _days(values, today)
    yield from _identity(values)
    yield from _disability(values)
    yield from _certificate(values)
    yield from _support(values)


def _days(values: Mapping[str, Value], today: date) -> Iterator[Contradiction]:
    birth, death = _born(values), values.get("death_date")
    if isinstance(death, date) and birth is not None and death < birth:
        yield _wrong(
            "death_date", "death-before-birth", "死亡日期早于出生日期", "is before the birth"
        )
    for field in ("birth_date", "death_date", "registered_on"):
        day = values.get(field)
        if isinstance(day, date) and day > today:
            yield _wrong(field, "day-in-future", "日期在今天之后", "lies in the future")


def _born(values: Mapping[str, Value]) -> date | None:
    birth = values.get("birth_date")
    if isinstance(birth, date):
        return birth
    return getattr(values.get("identity_number"), "birth_date", None)


def _identity(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    identity = values.get("identity_number")
    sex, birth = getattr(identity, "sex", None), getattr(identity, "birth_date", None)
    if sex is not None and values.get("sex", sex) != sex:
        yield _wrong(
            "sex",
            "sex-against-identity",
            "性别与公民身份号码不符",
            "is not the sex of the identity number",
        )
    if birth is not None and values.get("birth_date", birth) != birth:
        yield _wrong(
            "birth_date",
            "birth-against-identity",
            "出生日期与公民身份号码不符",
            "is not the birth of the identity number",
        )


def _disability(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    kind, grade = values.get("disability_type"), values.get("disability_grade")
    if grade is not None and kind in (None, "none"):
        yield _wrong(
            "disability_grade",
            "grade-without-type",
            "有残疾等级而没有残疾类别",
            "is a grade without a kind of disability",
        )


def _certificate(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    """A certificate number is the identity number, a digit of kind, a digit of grade."""
    certificate = values.get("disability_certificate")
    if not isinstance(certificate, str) or len(certificate) < _CERTIFICATE_LENGTH:
        return
    number = getattr(values.get("identity_number"), "number", None)
    kind = values.get("disability_type", _TYPE_DIGITS.get(certificate[18]))
    grade = values.get("disability_grade", certificate[19])
    differs = [number is not None and certificate[:18] != number]
    differs += [_TYPE_DIGITS.get(certificate[18]) != kind, certificate[19] != str(grade)]
    if any(differs):
        yield _wrong(
            "disability_certificate",
            "certificate-against-row",
            "残疾人证号与身份号码、类别或等级不符",
            "does not fit the identity number, kind or grade",
            severity="warning",
        )


def _support(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    mode, status = values.get("support_mode"), values.get("economic_status")
    if mode in ("concentrated", "dispersed") and status not in (None, "tekun"):
        yield _wrong(
            "support_mode",
            "support-without-tekun",
            "不是特困人员却有供养方式",
            "is support of somebody who is not destitute",
        )


def _wrong(field: str, code: str, zh: str, en: str, severity: Severity = "error") -> Contradiction:
    return Contradiction(field, Fault(code, Text(zh, en)), severity)
