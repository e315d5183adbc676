"""Putting an elder's photograph into her file, taking it out, and looking at it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from anlao.office.registry import details, files, pictures
from anlao.office.registry.models import Consent, Elder, Photograph
from anlao.office.registry.operations import lock
from anlao.office.registry.pictures import PictureRefused
from anlao.office.shared import audit, sealed_files
from anlao.office.shared.audit import Act

_KIND = "photo"


class NoPhotograph(LookupError):
    """Raised where there is no photograph in the file."""


def of(elder: Elder) -> Photograph | None:
    """Return the photograph that is in a file now."""
    return Photograph.objects.filter(elder=elder, removed_at__isnull=True).first()


def is_refused(elder: Elder, at: datetime) -> bool:
    """Return whether she, or her agent, has said no to a photograph being kept."""
    said = details.detail_on(Consent, elder, timezone.localdate(at), known_at=at)
    return any(
        isinstance(row, Consent) and row.matter == Consent.Matter.PHOTOGRAPH and not row.is_given
        for row in said
    )


def add(*, elder: Elder, data: bytes, by: str, at: datetime) -> Photograph:
    """Put a photograph into a file, in the place of the one before. Raises PictureRefused."""
    _refuse(elder, at)
    picture = pictures.cleaned(data)
    with transaction.atomic():
        lock(elder)
        before = of(elder)
        if before is not None:
            _end(before, by=by, at=at)
        row = Photograph.objects.create(
            elder=elder,
            division_code=elder.division_code,
            stored=sealed_files.keep(picture, kind=_KIND),
            digest=sha256(picture).hexdigest(),
            size=len(picture),
            added_by=by,
            added_at=at,
        )
        _note("add_photo", elder, before=before, after=row, by=by)
    return row


def remove(*, elder: Elder, reason: str, by: str, at: datetime) -> None:
    """Take the photograph out of a file; its picture is gone. Raises NoPhotograph."""
    with transaction.atomic():
        lock(elder)
        row = of(elder)
        if row is None:
            raise NoPhotograph
        _end(row, by=by, at=at)
        _note("remove_photo", elder, before=row, by=by, purpose=reason)


def read(elder: Elder, *, by: str, purpose: str) -> bytes:
    """Return the picture in a file, a JPEG; the look is logged. Raises NoPhotograph."""
    row = of(elder)
    if row is None:
        raise NoPhotograph
    try:
        picture = sealed_files.take_out(row.stored)
    except FileNotFoundError:  # removed while we looked, or gone from a backup of that moment
        raise NoPhotograph from None
    files.note_read(elder, "read_photo", by=by, purpose=purpose)
    return picture


def forget_strays(before: datetime) -> int:
    """Remove pictures that no file holds: of a request that failed, or whose end came between.

    Asks as the owner, to whom no row is hidden; for the office's own work only.
    """
    held = Photograph.objects.using("owner").filter(removed_at__isnull=True)
    return sealed_files.forget_older(_KIND, before, kept=set(held.values_list("stored", flat=True)))


def _refuse(elder: Elder, at: datetime) -> None:
    if elder.state == Elder.State.MERGED:
        raise PictureRefused(
            "这份档案已并入另一份，请把照片放入那份档案。",
            "This file was merged into another; put the photograph into that one.",
        )
    if is_refused(elder, at):
        raise PictureRefused(
            "本人或代理人已表示不同意留存照片。如已改变意愿，请先在“家庭与联系人”中登记同意。",
            "She or her agent does not agree to a photograph being kept. If that has changed, "
            "record the consent under Family first.",
        )


def _end(row: Photograph, *, by: str, at: datetime) -> None:
    """End a photograph; its picture goes when that is certain."""
    row.removed_by, row.removed_at = by, at
    row.save(update_fields=["removed_by", "removed_at"])
    transaction.on_commit(partial(sealed_files.forget, row.stored), robust=True)


def _note(
    act: str,
    elder: Elder,
    *,
    by: str,
    before: Photograph | None,
    after: Photograph | None = None,
    purpose: str = "",
) -> None:
    told = Act(
        act,
        f"elder:{elder.pk}",
        elder.division_code,
        purpose=purpose,
        before=_shown(before),
        after=_shown(after),
    )
    audit.record(told, by=by)


def _shown(row: Photograph | None) -> dict[str, object] | None:
    return None if row is None else {"digest": row.digest, "size": row.size}
