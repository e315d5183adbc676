"""The tables of a package: their columns as JSON Schema, and where their rows come from.

A column's schema is what a receiver may rely on; see `checking.VERSION` before changing one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TEXT = {"type": "string"}
_DAY = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_CODE = {"type": "string", "pattern": r"^\d{6,12}$"}
_WHOLE = {"type": "integer"}
_MAYBE_DAY = {"type": ["string", "null"], "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_MAYBE_TEXT = {"type": ["string", "null"]}
_MAYBE_WHOLE = {"type": ["integer", "null"]}


@dataclass(frozen=True, slots=True)
class Table:
    """``columns``: schema by name, in their order. ``query``: its rows, asked with the values
    ``inside`` (division), ``first`` (day of the month), ``next`` (month's) and ``known`` (until).
    """

    name: str
    zh: str
    columns: Mapping[str, Mapping[str, Any]]
    query: str

    def schema(self) -> dict[str, Any]:
        """Return what a row looks like, for those who receive it; null: not known."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": f"{self.name} {self.zh}",
            "type": "object",
            "additionalProperties": False,
            "required": list(self.columns),
            "properties": dict(self.columns),
        }


def _held(kind: str, *names: str) -> tuple[str, str]:
    """Return the columns of a status, and the join that finds the row of the month."""
    table = f"registry_{kind}status"
    columns = ", ".join(f"nullif({table}.{name}::text, '')" for name in names)
    join = (
        f"LEFT JOIN {table} ON {table}.elder_id = e.id AND {table}.valid @> %(first)s::date"
        f" AND {table}.known @> %(known)s::timestamptz"
    )
    return columns, join


_REGISTRATION, _BY_REGISTRATION = _held("registration", "hukou", "residence", "area_class")
_HARDSHIP, _BY_HARDSHIP = _held("hardship", "economic_status", "support_mode")
_CAPABILITY, _BY_CAPABILITY = _held("capability", "capability_level", "assessed_on", "self_care")
_DISABILITY, _BY_DISABILITY = _held("disability", "disability_type", "disability_grade")
_LIVING, _BY_LIVING = _held("living", "lives_alone", "empty_nest", "left_behind")
_CARE, _BY_CARE = _held("care", "care_setting")

# Only names of our own tables and columns are put together.
_PEOPLE = " ".join(
    (
        "SELECT e.file_number, e.name, e.identity_cipher, nullif(e.sex, ''), e.birth_date,",
        f"e.death_date, e.state, e.division_code, {_REGISTRATION}, {_HARDSHIP}, {_CAPABILITY},",
        f"{_DISABILITY}, {_LIVING}, {_CARE} FROM registry_elder e",
        f"{_BY_REGISTRATION} {_BY_HARDSHIP} {_BY_CAPABILITY} {_BY_DISABILITY} {_BY_LIVING}",
        f"{_BY_CARE} WHERE e.division_code LIKE %(inside)s AND e.state <> 'merged' ORDER BY e.id",
    )
)
PEOPLE = Table(
    "people",
    "老年人",
    {
        "file_number": _TEXT,
        "name": _TEXT,
        "identity_number": _MAYBE_TEXT,
        "sex": {"enum": ["male", "female", None]},
        "birth_date": _MAYBE_DAY,
        "death_date": _MAYBE_DAY,
        "state": {"enum": ["living", "deceased", "moved_out"]},
        "division": _CODE,
        "hukou": _MAYBE_TEXT,
        "residence": _MAYBE_TEXT,
        "area_class": {"enum": ["urban", "rural", None]},
        "economic_status": _MAYBE_TEXT,
        "support_mode": _MAYBE_TEXT,
        "capability_level": {"type": ["integer", "null"], "minimum": 0, "maximum": 4},
        "assessed_on": _MAYBE_DAY,
        "self_care": _MAYBE_TEXT,
        "disability_type": _MAYBE_TEXT,
        "disability_grade": {"type": ["integer", "null"], "minimum": 1, "maximum": 4},
        "lives_alone": {"type": ["boolean", "null"]},
        "empty_nest": {"type": ["boolean", "null"]},
        "left_behind": {"type": ["boolean", "null"]},
        "care_setting": _MAYBE_TEXT,
    },
    _PEOPLE,
)
ASSESSMENTS = Table(
    "assessments",
    "能力评估",
    {
        "file_number": _TEXT,
        "code": _TEXT,
        "instrument": _TEXT,
        "body": _MAYBE_TEXT,
        "assessed_on": _DAY,
        "total": _MAYBE_WHOLE,
        "level": _WHOLE,
        "published_on": _DAY,
        "valid_until": _MAYBE_DAY,
    },
    "SELECT e.file_number, a.code, a.instrument, o.name, a.assessed_on, a.total, a.final_level,"
    " a.published_on, a.valid_until FROM assessments_assessment a"
    " JOIN registry_elder e ON e.id = a.elder_id"
    " LEFT JOIN organisations_organisation o ON o.id = a.body_id"
    " WHERE e.division_code LIKE %(inside)s AND a.published_on >= %(first)s"
    " AND a.published_on < %(next)s ORDER BY a.id",
)
BENEFITS = Table(
    "benefits",
    "待遇判定",
    {
        "file_number": _TEXT,
        "month": {"type": "string", "pattern": r"^\d{4}-\d{2}$"},
        "provision": _TEXT,
        "fen": _MAYBE_WHOLE,
        "unit": _TEXT,
        "rulebook": _TEXT,
    },
    "SELECT e.file_number, to_char(m.month, 'YYYY-MM'), d.provision, d.fen, d.unit, m.rulebook"
    " FROM benefits_decision d JOIN benefits_decidedmonth m ON m.id = d.decided_id"
    " JOIN registry_elder e ON e.id = d.elder_id WHERE d.division_code LIKE %(inside)s"
    " AND m.month = %(first)s AND m.is_latest AND d.outcome = 'yes' ORDER BY e.id, d.provision",
)
AWARDS = Table(
    "awards",
    "在领待遇",
    {
        "file_number": _TEXT,
        "provision": _TEXT,
        "fen": _MAYBE_WHOLE,
        "from": _DAY,
        "until": _MAYBE_DAY,
        "source": _MAYBE_TEXT,
    },
    "SELECT e.file_number, a.provision, a.fen, lower(a.valid), upper(a.valid), o.name"
    " FROM benefits_award a JOIN registry_elder e ON e.id = a.elder_id"
    " LEFT JOIN organisations_organisation o ON o.id = a.source_id"
    " WHERE a.division_code LIKE %(inside)s AND a.valid && daterange(%(first)s, %(next)s)"
    " AND a.known @> %(known)s::timestamptz ORDER BY a.id",
)
INSTITUTIONS = Table(
    "institutions",
    "养老机构与服务组织",
    {"name": _TEXT, "kind": {"enum": ["institution", "provider", "assessment_body"]},
     "division": _CODE, "is_active": {"type": "boolean"}},
    "SELECT o.name, o.kind, o.division_id, o.is_active FROM organisations_organisation o"
    " WHERE o.division_id LIKE %(inside)s AND"
    " o.kind IN ('institution', 'provider', 'assessment_body') ORDER BY o.id",
)  # fmt: skip
TABLES = (PEOPLE, ASSESSMENTS, BENEFITS, AWARDS, INSTITUTIONS)
