"""Which column of a file is which field: proposed from the headers, confirmed by the clerk.

    姓名 | 公民身份证号（必填） | 残疾程度
      ->  name 100 | identity_number 80 | disability_grade 95

A confirmed mapping is remembered by the signature of its headers; the caller stores it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from anlao.office.registry.imports import kinds
from anlao.office.registry.imports.findings import Finding
from anlao.office.registry.imports.kinds import Field, Kind, tidy, tidy_header
from anlao.office.registry.imports.refusals import Text

OFFICIAL = 100
SYNONYM = 95
TIDIED = 80
CONTAINED = 60
_CLERK_CONFIRMS_BELOW = TIDIED


class UnreadableMapping(ValueError):
    """A stored mapping cannot be read, or is of a kind or field that no longer exists."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file. ``index`` counts from 0; ``field`` is empty where it is unmapped."""

    index: int
    header: str
    field: str = ""
    confidence: int = 0
    """In percent: how sure the proposal is."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Columns of one file form. ``constants``: what the whole list says, as (field, word)."""

    kind: str
    signature: str
    columns: tuple[Column, ...]
    constants: tuple[tuple[str, str], ...] = ()

    def column_of(self, field: str) -> Column | None:
        return next((column for column in self.columns if column.field == field), None)

    def with_field(self, index: int, field: str) -> Mapping:
        """Return the mapping with one column set by the clerk; an empty field unmaps it."""
        columns = tuple(
            replace(c, field=field, confidence=OFFICIAL if field else 0) if c.index == index else c
            for c in self.columns
        )
        return replace(self, columns=columns)

    def with_constant(self, field: str, word: str) -> Mapping:
        """Return the mapping of a list that is all of one value, such as a list of 低保 only."""
        kept = tuple(pair for pair in self.constants if pair[0] != field)
        return replace(self, constants=(*kept, (field, word)))

    def to_json(self) -> str:
        columns = [[c.index, c.header, c.field, c.confidence] for c in self.columns]
        data = {
            "version": 1,
            "kind": self.kind,
            "signature": self.signature,
            "columns": columns,
            "constants": [list(pair) for pair in self.constants],
        }
        return json.dumps(data, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Mapping:
        """Raises UnreadableMapping."""
        try:
            data = json.loads(text)
            columns = tuple(
                Column(int(index), str(header), str(field), int(confidence))
                for index, header, field, confidence in data["columns"]
            )
            constants = tuple((str(field), str(word)) for field, word in data["constants"])
            found = cls(str(data["kind"]), str(data["signature"]), columns, constants)
            known = kinds.kind(found.kind).fields
        except (ValueError, TypeError, KeyError, kinds.NoSuchKind) as error:
            raise UnreadableMapping(str(error)) from None
        used = {c.field for c in columns if c.field} | {field for field, _ in constants}
        if not used <= set(known):
            raise UnreadableMapping(f"no field {', '.join(sorted(used - set(known)))}")
        return found


@dataclass(frozen=True, slots=True)
class Proposal:
    """``remembered``: the mapping was confirmed before for these headers."""

    mapping: Mapping
    findings: tuple[Finding, ...]
    remembered: bool = False


def header_signature(headers: Sequence[str]) -> str:
    """Return what the headers of a form are known by: same words, same order, same signature."""
    said = "\x1f".join(map(tidy, headers))
    return hashlib.sha256(said.encode()).hexdigest()


def propose(kind: Kind, headers: Sequence[str], remembered: Iterable[Mapping] = ()) -> Proposal:
    """Return the remembered mapping of these headers, or one from their words."""
    signature = header_signature(headers)
    for known in remembered:
        if known.kind == kind.id and known.signature == signature:
            return Proposal(known, check_mapping(kind, known), remembered=True)
    guesses = [_guess(kind, header) for header in headers]
    columns = tuple(
        Column(index, header, *_unrivalled(guess, guesses))
        for index, (header, guess) in enumerate(zip(headers, guesses, strict=True))
    )
    mapping = Mapping(kind.id, signature, columns)
    return Proposal(mapping, check_mapping(kind, mapping))


def check_mapping(kind: Kind, mapping: Mapping) -> tuple[Finding, ...]:
    """Return columns that are unmapped, doubly mapped, missing, or mapped on little evidence."""
    findings: list[Finding] = []
    by_field: dict[str, list[Column]] = {}
    for column in mapping.columns:
        if column.field:
            by_field.setdefault(column.field, []).append(column)
        elif column.header:
            findings.append(_unmapped(column))
    for field, columns in by_field.items():
        if len(columns) > 1:
            findings.append(_doubled(kind.fields[field], columns))
        elif columns[0].confidence < _CLERK_CONFIRMS_BELOW:
            findings.append(_unsure(kind.fields[field], columns[0]))
    given = set(by_field) | {field for field, _ in mapping.constants}
    findings += [_missing(kind.fields[field]) for field in kind.required if field not in given]
    return tuple(findings)


def _guess(kind: Kind, header: str) -> tuple[str, int]:
    """Return (field, confidence) of a header on its own; ("", 0) for a stranger."""
    best = max(
        ((_confidence(spec, header), spec) for spec in kind.fields.values()),
        key=lambda pair: pair[0],
    )
    return (best[1].id, best[0][0]) if best[0][0] else ("", 0)


def _confidence(spec: Field, header: str) -> tuple[int, int]:
    """Return (confidence, length of the word that was found)."""
    plain = tidy(header)
    if not plain:
        return 0, 0
    if plain == tidy(spec.name.zh):
        return OFFICIAL, len(plain)
    if plain in spec.headers:
        return SYNONYM, len(plain)
    stripped = tidy_header(header)
    for candidate in (stripped, stripped.replace("/", ""), stripped.rpartition("/")[2]):
        if candidate in spec.headers:
            return TIDIED, len(candidate)
    longest = max((len(w) for w in spec.headers if len(w) > 1 and w in stripped), default=0)
    return (CONTAINED, longest) if longest else (0, 0)


def _unrivalled(guess: tuple[str, int], guesses: Sequence[tuple[str, int]]) -> tuple[str, int]:
    """A guess gives way to a surer one for the same field; equals both stand, as a finding."""
    field, confidence = guess
    surest = max(other[1] for other in guesses if other[0] == field)
    return guess if confidence == surest else ("", 0)


def _unmapped(column: Column) -> Finding:
    return Finding(
        "column-unmapped",
        "warning",
        Text("没有对应的项目，这一列不会导入", "belongs to no field; it is left out"),
        header=column.header,
    )


def _unsure(spec: Field, column: Column) -> Finding:
    return Finding(
        "column-unsure",
        "warning",
        Text(f"可能是“{spec.name.zh}”，请确认", f"may be {spec.name.en}; please confirm"),
        header=column.header,
    )


def _doubled(spec: Field, columns: Sequence[Column]) -> Finding:
    headers = "、".join(column.header for column in columns)
    return Finding(
        "column-doubly-mapped",
        "error",
        Text(
            f"有几列都是“{spec.name.zh}”，请只选一列",
            f"several columns are {spec.name.en}; please choose one",
        ),
        header=headers,
    )


def _missing(spec: Field) -> Finding:
    return Finding(
        "column-missing",
        "error",
        Text(
            f"缺少“{spec.name.zh}”一列，请补上，或指定全表同为一值",
            f"no column gives {spec.name.en}; add it, or give one value for the whole list",
        ),
    )
