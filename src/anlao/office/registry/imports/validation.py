"""The whole list, validated at once: every bad row with its place, and the rows that are sound.

row 7: 公民身份号码 330***********1234, 死亡日期 1938-01-02
  ->  Finding(death-before-birth, error, 死亡名单!C7)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from anlao.office.registry.imports.cells import Fault, Readers, Value, read_cell
from anlao.office.registry.imports.crossfields import contradictions
from anlao.office.registry.imports.findings import Finding, Severity, masked
from anlao.office.registry.imports.identities import Identity
from anlao.office.registry.imports.kinds import Kind
from anlao.office.registry.imports.mapping import Mapping, check_mapping, header_signature
from anlao.office.registry.imports.refusals import NOTHING, Text
from anlao.office.registry.imports.sheets import Cell, Place, Row, Sheet
from anlao.rules.periods import Month

_UNREAD: object = object()
_MEMORY = 50_000
_REQUIRED = Fault("cell-missing", Text("这一项必须填写", "this must be given"))


class WrongMapping(ValueError):
    """The mapping is of another kind of list, or of other headers: a fault of the caller."""


@dataclass(frozen=True, slots=True)
class CleanRow:
    """A sound row. Its facts hold ``[from_date, until_date)``; None: until something else does.

    ``facts``: by the names of the fact dictionary; ``details``: what else the list says, such as
    names and addresses. What the list does not say stands in neither.
    """

    number: int
    identity_number: str
    facts: dict[str, str | int | bool | date]
    details: dict[str, str]
    from_date: date
    until_date: date | None


@dataclass(frozen=True, slots=True)
class Validation:
    """``rows_read``: rows that are not blank. A list with errors still has sound rows."""

    kind: Kind
    sheet: str
    rows_read: int
    rows: tuple[CleanRow, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def bad_rows(self) -> frozenset[int]:
        """Return the numbers of rows with an error."""
        return frozenset(f.place.row for f in self.errors if f.place is not None)


@dataclass(frozen=True, slots=True)
class _Column:
    """Where a field is read from: a column of the sheet, or the constant of the whole list."""

    spec_id: str
    index: int | None
    header: str
    read: dict[Cell, Value | Fault | None] = field(default_factory=dict)


def validate(
    *,
    sheet: Sheet,
    kind: Kind,
    mapping: Mapping,
    readers: Readers,
    month: Month,
    today: date,
) -> Validation:
    """Return every finding of a list and its sound rows. ``month``: the month it was drawn up for.

    With an error in the mapping no row is read. Raises WrongMapping, or FileRefused where the
    text of the file breaks off.
    """
    if mapping.kind != kind.id or mapping.signature != header_signature(sheet.headers):
        raise WrongMapping(f"{mapping.kind} for {kind.id}")
    if any(not 0 <= column.index < len(sheet.headers) for column in mapping.columns):
        raise WrongMapping("a column that the sheet does not have")
    findings = list(check_mapping(kind, mapping))
    if any(finding.severity == "error" for finding in findings):
        return Validation(kind, sheet.name, 0, (), tuple(findings))
    run = _Run(sheet, kind, readers, month, today, _columns(mapping))
    for row in sheet.rows():
        run.take(row)
    rows = tuple(row for row in run.rows if row.number not in run.conflicting)
    findings += sorted(run.findings, key=lambda found: found.place.row if found.place else 0)
    return Validation(kind, sheet.name, run.rows_read, rows, tuple(findings))


def _columns(mapping: Mapping) -> tuple[_Column, ...]:
    mapped = [_Column(c.field, c.index, c.header) for c in mapping.columns if c.field]
    given = {column.spec_id for column in mapped}
    constants = [
        _Column(spec_id, None, word) for spec_id, word in mapping.constants if spec_id not in given
    ]
    return (*mapped, *constants)


@dataclass(slots=True)
class _Run:
    """One pass over a list."""

    sheet: Sheet
    kind: Kind
    readers: Readers
    month: Month
    today: date
    columns: tuple[_Column, ...]
    rows_read: int = 0
    rows: list[CleanRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    conflicting: set[int] = field(default_factory=set)
    first: dict[str, CleanRow] = field(default_factory=dict)
    nameless: set[int] = field(init=False)

    def __post_init__(self) -> None:
        self.nameless = {index for index, name in enumerate(self.sheet.headers) if not name}

    def take(self, row: Row) -> None:
        self.rows_read += 1
        before = len(self.findings)
        self._check_width(row)
        self._check_nameless(row)
        values = dict(self._values(row))
        for fault in contradictions(values, self.today):
            self._report(row, fault.field, fault.fault, fault.severity)
        if any(found.severity == "error" for found in self.findings[before:]):
            return
        clean = self._clean(row.number, values)
        if self._is_new(row, clean):
            self.rows.append(clean)

    def _values(self, row: Row) -> Iterator[tuple[str, Value]]:
        """Yield the values of a row by field; faults go to the findings."""
        for column in self.columns:
            cell = column.header if column.index is None else row.cells[column.index]
            value = self._read(column, cell)
            if value is None and column.spec_id in self.kind.required:
                value = _REQUIRED
            if isinstance(value, Fault):
                self._report(row, column.spec_id, value)
            elif value is not None:
                yield column.spec_id, value

    def _read(self, column: _Column, cell: Cell) -> Value | Fault | None:
        """Return the value of a cell; a word that was read before is not read again."""
        spec = self.kind.fields[column.spec_id]
        if spec.type in ("identity", "name", "text", "digits") or isinstance(cell, bool):
            # These seldom repeat; and a bool would be found under the number it equals.
            return read_cell(spec, cell, self.readers)
        value = column.read.get(cell, _UNREAD)
        if value is _UNREAD:
            value = read_cell(spec, cell, self.readers)
            if len(column.read) < _MEMORY:
                column.read[cell] = value
        return value  # type: ignore[return-value]  # no longer _UNREAD

    def _check_width(self, row: Row) -> None:
        width = len(self.sheet.headers)
        if len(row.cells) > width and any(cell is not None for cell in row.cells[width:]):
            self.findings.append(
                Finding(
                    "row-too-wide",
                    "error",
                    Text(
                        "这一行的格数多于表头，可能错位", "has more cells than the header: shifted?"
                    ),
                    place=self.sheet.place(row.number, width),
                )
            )

    def _check_nameless(self, row: Row) -> None:
        """A column with cells but no header is left out, which is said once."""
        for index in [i for i in self.nameless if row.cells[i] is not None]:
            self.nameless.discard(index)
            self.findings.append(
                Finding(
                    "column-nameless",
                    "warning",
                    Text("这一列没有表头，不会导入", "the column has no header; it is left out"),
                    place=self.sheet.place(row.number, index),
                )
            )

    def _report(self, row: Row, spec_id: str, fault: Fault, severity: Severity = "error") -> None:
        place, header, cell = self._where(row, spec_id)
        identity = self.kind.fields[spec_id].type == "identity"
        shown = "" if cell is None else masked(str(cell), identity=identity)
        self.findings.append(
            Finding(fault.code, severity, fault.reason, fault.expected, place, header, shown)
        )

    def _where(self, row: Row, spec_id: str) -> tuple[Place, str, Cell]:
        column = next(column for column in self.columns if column.spec_id == spec_id)
        if column.index is None:
            name = self.kind.fields[spec_id].name.zh
            return self.sheet.place(row.number, 0), name, column.header
        place = self.sheet.place(row.number, column.index)
        return place, column.header, row.cells[column.index]

    def _clean(self, number: int, values: dict[str, Value]) -> CleanRow:
        facts: dict[str, str | int | bool | date] = {}
        details: dict[str, str] = {}
        for spec_id, value in values.items():
            fact = self.kind.fields[spec_id].fact
            if fact and isinstance(value, str | int | date):
                facts[fact] = value
            elif spec_id != "identity_number":
                details[spec_id] = str(value)
        identity: Identity = values["identity_number"]  # type: ignore[assignment]  # required
        start, end = self._span(values)
        return CleanRow(number, identity.number, facts, details, start, end)

    def _span(self, values: dict[str, Value]) -> tuple[date, date | None]:
        if self.kind.event:
            day = values[self.kind.event]
            assert isinstance(day, date)
            return day, None
        return self.month.first_day, self.month.plus(1).first_day

    def _is_new(self, row: Row, clean: CleanRow) -> bool:
        """Return whether a person stands here for the first time in the list."""
        first = self.first.setdefault(clean.identity_number, clean)
        if first is clean:
            return True
        if (first.facts, first.details) == (clean.facts, clean.details):
            self._report(row, "identity_number", _repeated(first.number), "warning")
            return False
        # Which of the rows is true the list cannot say: neither is taken.
        self._report(row, "identity_number", _contradicted(first.number))
        if first.number not in self.conflicting:
            self.conflicting.add(first.number)
            self._report_first(first, row.number)
        return False

    def _report_first(self, first: CleanRow, other: int) -> None:
        place, header, _ = self._where(Row(first.number, self._blank()), "identity_number")
        fault = _contradicted(other)
        shown = masked(first.identity_number, identity=True)
        self.findings.append(
            Finding(fault.code, "error", fault.reason, fault.expected, place, header, shown)
        )

    def _blank(self) -> tuple[Cell, ...]:
        return (None,) * len(self.sheet.headers)


def _repeated(row: int) -> Fault:
    return Fault(
        "row-repeated",
        Text(f"与第 {row} 行完全相同，只取一次", f"is the same as row {row}; taken once"),
        NOTHING,
    )


def _contradicted(row: int) -> Fault:
    return Fault(
        "row-contradicted",
        Text(f"与第 {row} 行是同一人而内容不同", f"is the person of row {row} with other values"),
        Text("每人一行", "one row for each person"),
    )
