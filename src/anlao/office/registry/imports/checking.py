"""A brought list, checked as a whole: its findings, its sound rows, and whom these are about.

Runs as a job. Everything that an earlier check of the batch had staged is worked out anew.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import connection

from anlao import identity_numbers, masking
from anlao.office.jobs.progress import Progress, Refused
from anlao.office.registry import bulk
from anlao.office.registry.identity import IDENTITY
from anlao.office.registry.imports import batches, fingerprints, kinds
from anlao.office.registry.imports.cells import Readers
from anlao.office.registry.imports.models import Batch, Change, FindingRow, StagedRow
from anlao.office.registry.imports.places import Places
from anlao.office.registry.imports.refusals import FileRefused
from anlao.office.registry.imports.validation import CleanRow, Validation, validate
from anlao.office.registry.models import Elder
from anlao.office.shared.vaults import vault
from anlao.rules.periods import Month

SEALED = "imports_stagedrow.sealed"
_STEPS = 10
_AT_ONCE = 5_000


def check(batch: Batch, *, today: date, progress: Progress) -> None:
    """Validate, stage and match a list, inside the scope of the transaction.

    Raises Refused for a file or a mapping that cannot be read.
    """
    progress.step(0, _STEPS, "正在核对名单", "checking the list")
    places = Places(batch.division_code)
    found = validated(batch, places, today)
    _forget_earlier(batch)
    progress.step(3, _STEPS, "正在暂存各行", "staging the rows")
    bulk.insert(FindingRow, _findings(batch, found))
    bulk.insert(StagedRow, _rows(batch, found, places))
    progress.step(6, _STEPS, "正在查找档案", "looking for the files")
    _match_others(batch)
    batch.counts = {
        "read": found.rows_read,
        "sound": len(found.rows),
        "bad": len(found.bad_rows),
        "errors": len(found.errors),
        "warnings": len(found.findings) - len(found.errors),
    }
    batch.state = Batch.State.CHECKED
    batch.save(update_fields=["counts", "state"])


def validated(batch: Batch, places: Places, today: date) -> Validation:
    """Return what is wrong in a list and what is sound. Raises Refused."""
    readers = Readers(lambda text: identity_numbers.read(text, day=today), places.read)
    try:
        return validate(
            sheet=batches.sheet_of(batch),
            kind=kinds.kind(batch.kind),
            mapping=batches.mapping_of(batch),
            readers=readers,
            month=Month.of(batch.from_date),
            today=today,
        )
    except FileRefused as refusal:
        raise Refused(refusal.message("zh"), refusal.message("en")) from None


def opened(staged: StagedRow, batch: Batch) -> dict[str, str]:
    """Return what is sealed of a row: its identity number and what else it says of her."""
    found: dict[str, str] = json.loads(
        vault().open(bytes(staged.sealed), field=SEALED, row=f"{batch.pk}:{staged.row}")
    )
    return found


def _forget_earlier(batch: Batch) -> None:
    for kind in (Change, StagedRow, FindingRow):
        kind.objects.filter(batch=batch)._raw_delete("default")


def _findings(batch: Batch, found: Validation) -> Iterator[dict[str, Any]]:
    for one in found.findings:
        yield {
            "batch_id": batch.pk,
            "division_code": batch.division_code,
            "row": one.place.row if one.place else 0,
            "column": one.place.column if one.place else "",
            "header": one.header[:200],
            "value": one.value[:200],
            "code": one.code,
            "severity": one.severity,
            "reason_zh": one.reason.zh,
            "reason_en": one.reason.en,
            "expected_zh": one.expected.zh,
            "expected_en": one.expected.en,
        }


def _rows(batch: Batch, found: Validation, places: Places) -> Iterator[dict[str, Any]]:
    """Yield the sound rows as they are staged; whose number has a file is matched at once."""
    key = hmac.new(str(settings.AUDIT_KEY).encode(), b"rows of lists", sha256).digest()
    kind = found.kind
    for first in range(0, len(found.rows), _AT_ONCE):
        some = found.rows[first : first + _AT_ONCE]
        indexes = [vault().index(row.identity_number, field=IDENTITY) for row in some]
        files = _files(indexes)
        for row, index in zip(some, indexes, strict=True):
            until = row.until_date if kind.event else batch.until
            staged = _row(batch, row, places, until) | {
                "identity_index": index,
                "digest": fingerprints.row_digest(kind=kind, row=row, key=key),
            }
            yield staged | _matched(staged, files.get(index))


def _row(batch: Batch, row: CleanRow, places: Places, until: date | None) -> dict[str, Any]:
    number, details = row.identity_number, dict(row.details)
    name = details.pop("name")
    code = str(row.facts.get("hukou") or row.facts.get("residence") or "")
    sealed = json.dumps({"identity": number, **details}, ensure_ascii=False)
    return {
        "batch_id": batch.pk,
        "division_code": batch.division_code,
        "row": row.number,
        "name": name,
        "birth_date": f"{number[6:10]}-{number[10:12]}-{number[12:14]}",
        "sex": "male" if int(number[16]) % 2 else "female",
        "place": places.of_row(code, details.get("township", ""), details.get("village", "")),
        "identity_mask": masking.identity_number(number),
        "sealed": vault().seal(sealed, field=SEALED, row=f"{batch.pk}:{row.number}"),
        "facts": {k: v.isoformat() if isinstance(v, date) else v for k, v in row.facts.items()},
        "from_date": row.from_date,
        "until": until,
        "decided_by": "",
        "outcome": "",
    }


def _files(indexes: list[bytes]) -> dict[bytes, tuple[int, str, str]]:
    """Return number, name and state of the files that identity numbers have inside the scope."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT identity_index, id, name, state FROM registry_elder"
            " WHERE identity_index = ANY(%s) AND state <> 'merged'",
            [indexes],
        )
        return {bytes(index): (elder, name, state) for index, elder, name, state in cursor}


def _matched(staged: dict[str, Any], file: tuple[int, str, str] | None) -> dict[str, Any]:
    """Return what a file found by its number makes of a row; another name, a person must see."""
    if file is None:
        return {"match": StagedRow.Match.NONE.value, "decision": "", "elder_id": None}
    elder, name, state = file
    same = name == staged["name"]
    match = StagedRow.Match.EXACT if same else StagedRow.Match.NAME_DIFFERS
    found = {
        "match": match.value,
        "decision": StagedRow.Decision.LINK.value if same else "",
        "elder_id": elder,
    }
    if state == Elder.State.WITHDRAWN:  # such a file knows nothing, not even when she was born
        born = {"birth_date": staged["birth_date"], "sex": staged["sex"]}
        found["facts"] = born | staged["facts"]
    return found


def _match_others(batch: Batch) -> None:
    """Find who may be meant by rows whose number has no file: by name and birth, for a person."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE imports_stagedrow s SET match = 'candidates' WHERE s.batch_id = %s"
            " AND s.match = 'none' AND EXISTS (SELECT FROM registry_elder e WHERE e.name = s.name"
            " AND e.birth_date = s.birth_date AND e.state <> 'merged')",
            [batch.pk],
        )
        _decide_strangers(batch, cursor)


def _decide_strangers(batch: Batch, cursor: Any) -> None:
    """Whoever has no file gets one, or is told why not."""
    age = kinds.kind(batch.kind).opens_from_age
    if age is None:
        cursor.execute(
            "UPDATE imports_stagedrow SET outcome = 'no_file' WHERE batch_id = %s"
            " AND match = 'none'",
            [batch.pk],
        )
        return
    cursor.execute(
        "UPDATE imports_stagedrow SET"
        " decision = CASE WHEN birth_date + make_interval(years => %s) > %s THEN ''"
        "   WHEN identity_index IN (SELECT imports_have_files(ARRAY(SELECT identity_index"
        "     FROM imports_stagedrow WHERE batch_id = %s AND match = 'none'))) THEN ''"
        "   WHEN place LIKE ANY (scope_divisions()) THEN 'open' ELSE '' END,"
        " outcome = CASE WHEN birth_date + make_interval(years => %s) > %s THEN 'too_young'"
        "   WHEN identity_index IN (SELECT imports_have_files(ARRAY(SELECT identity_index"
        "     FROM imports_stagedrow WHERE batch_id = %s AND match = 'none'))) THEN 'outside'"
        "   WHEN place LIKE ANY (scope_divisions()) THEN '' ELSE 'outside' END"
        " WHERE batch_id = %s AND match = 'none'",
        [age, batch.from_date, batch.pk, age, batch.from_date, batch.pk, batch.pk],
    )
