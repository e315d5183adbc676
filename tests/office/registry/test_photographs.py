"""The photograph in a file: one at a time, sealed, seen inside the area, gone when removed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from anlao.office.database.folder import DataFolder
from anlao.office.journeys import operations as journeys
from anlao.office.journeys.operations import Signed
from anlao.office.registry import details, operations, photographs
from anlao.office.registry.models import Consent, Elder, Photograph
from anlao.office.registry.operations import Ground
from anlao.office.registry.photographs import NoPhotograph
from anlao.office.registry.pictures import PictureRefused
from anlao.office.shared import scope, sealed_files
from anlao.office.shared.models import AuditEntry
from tests.office.county import SEEN, VILLAGE_A1, VILLAGE_B, County, everywhere, scope_for
from tests.office.log import log
from tests.office.registry import drawn

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LATER = datetime(2026, 3, 9, tzinfo=UTC)
MARCH = date(2026, 3, 1)


@pytest.fixture
def her(db: None, county: County) -> Elder:
    del db
    scope.enter(scope_for(county.cast["county_clerk"]))
    return Elder.objects.get(pk=county.elders["a1"].pk)


@pytest.fixture
def kept(committed: None, county: County, office: DataFolder) -> Iterator[Elder]:
    """An elder whose photograph was committed."""
    del committed
    before = set(office.files.iterdir())
    with scope.within(scope_for(county.cast["county_clerk"])):
        add(county.elders["a1"])
    yield county.elders["a1"]
    for left in set(office.files.iterdir()) - before:
        left.unlink()


def add(her: Elder, data: bytes = b"", at: datetime = NOW) -> Photograph:
    return photographs.add(elder=her, data=data or drawn.jpeg(), by="clerk", at=at)


def look(her: Elder) -> bytes:
    return photographs.read(her, by="reader", purpose="visit")


def agree(her: Elder, *, is_given: bool, at: datetime = NOW) -> None:
    details.add(
        elder=her,
        kind=Consent,
        values={"matter": "photograph", "is_given": is_given},
        start=MARCH,
        ground=Ground("来访"),
        by="clerk",
        at=at,
    )


def acts(her: Elder) -> list[AuditEntry]:
    found = log(subject=f"elder:{her.pk}", act__endswith="_photo")
    return list(found.order_by("number"))


def test_a_photograph_is_kept_sealed_and_said_what_it_is(her: Elder, office: DataFolder) -> None:
    row = add(her)

    picture = look(her)
    sealed = (office.files / row.stored).read_bytes()
    assert picture.startswith(b"\xff\xd8\xff")
    assert (row.digest, row.size) == (sha256(picture).hexdigest(), len(picture))
    assert (row.added_by, row.added_at, row.removed_at) == ("clerk", NOW, None)
    assert row.stored.startswith("photo-")
    assert picture[:200] not in sealed
    assert photographs.of(her) == row


def test_putting_in_looking_and_taking_out_are_logged(her: Elder) -> None:
    row = add(her)
    look(her)
    photographs.remove(elder=her, reason="照错了人", by="clerk", at=LATER)

    put, seen, gone = acts(her)
    told = {"digest": row.digest, "size": row.size}
    assert (put.act, put.who, put.before, put.after) == ("add_photo", "clerk", None, told)
    assert (seen.act, seen.who, seen.purpose) == ("read_photo", "reader", "visit")
    assert (gone.act, gone.purpose, gone.before, gone.after) == (
        "remove_photo", "照错了人", told, None,
    )  # fmt: skip
    assert {entry.division for entry in (put, seen, gone)} == {VILLAGE_A1}


def test_where_there_is_none_nothing_is_shown_removed_or_logged(her: Elder) -> None:
    with pytest.raises(NoPhotograph):
        look(her)
    with pytest.raises(NoPhotograph):
        photographs.remove(elder=her, reason="误放", by="clerk", at=NOW)

    assert photographs.of(her) is None
    assert acts(her) == []


def test_another_takes_its_place_and_the_old_picture_is_gone(
    kept: Elder, county: County, office: DataFolder
) -> None:
    with scope.within(scope_for(county.cast["county_clerk"])):
        first = photographs.of(kept)
        second = add(kept, drawn.png(50, 50), at=LATER)
        assert first is not None
        assert (office.files / first.stored).exists()

    assert not (office.files / first.stored).exists()
    assert (office.files / second.stored).exists()
    with scope.within(scope_for(county.cast["county_clerk"])):
        first.refresh_from_db()
        assert (first.removed_by, first.removed_at) == ("clerk", LATER)
        assert photographs.of(kept) == second
        assert acts(kept)[-1].before == {"digest": first.digest, "size": first.size}


def test_a_removed_picture_is_gone_and_its_row_stays(
    kept: Elder, county: County, office: DataFolder
) -> None:
    with scope.within(scope_for(county.cast["county_clerk"])):
        row = photographs.of(kept)
        photographs.remove(elder=kept, reason="本人要求", by="clerk", at=LATER)

    assert row is not None
    assert not (office.files / row.stored).exists()
    with scope.within(scope_for(county.cast["county_clerk"])):
        assert photographs.of(kept) is None
        assert Photograph.objects.get(elder=kept).removed_at == LATER


def test_a_removal_that_fails_keeps_the_picture(
    kept: Elder, county: County, office: DataFolder
) -> None:
    with scope.within(scope_for(county.cast["county_clerk"])):
        photographs.remove(elder=kept, reason="本人要求", by="clerk", at=LATER)
        transaction.set_rollback(True)

    with scope.within(scope_for(county.cast["county_clerk"])):
        row = photographs.of(kept)
        assert row is not None
        assert (office.files / row.stored).exists()


def test_pictures_that_no_file_holds_go_when_they_are_old(
    kept: Elder, county: County, office: DataFolder
) -> None:
    old, young = (sealed_files.keep(b"x", kind="photo") for _ in range(2))
    other = sealed_files.keep(b"x", kind="import")
    with scope.within(scope_for(county.cast["county_clerk"])):
        held = photographs.of(kept)
    assert held is not None
    for name in (old, other, held.stored):
        os.utime(office.files / name, (NOW.timestamp(), NOW.timestamp()))

    assert photographs.forget_strays(NOW) == 0
    assert photographs.forget_strays(NOW + timedelta(seconds=1)) == 1

    assert not (office.files / old).exists()
    assert all((office.files / name).exists() for name in (young, other, held.stored))


def test_a_picture_that_a_backup_had_lost_is_as_none(her: Elder, office: DataFolder) -> None:
    row = add(her)
    (office.files / row.stored).unlink()

    with pytest.raises(NoPhotograph):
        look(her)

    assert [entry.act for entry in acts(her)] == ["add_photo"]


def test_what_is_no_picture_leaves_nothing(her: Elder, office: DataFolder) -> None:
    before = set(office.files.iterdir())

    with pytest.raises(PictureRefused):
        add(her, b"<html>")

    assert photographs.of(her) is None
    assert set(office.files.iterdir()) == before
    assert acts(her) == []


def test_against_a_recorded_refusal_none_is_put_in(her: Elder) -> None:
    agree(her, is_given=False)
    assert photographs.is_refused(her, LATER)
    with pytest.raises(PictureRefused, match="不同意"):
        add(her, at=LATER)

    agree(her, is_given=True, at=LATER)

    assert not photographs.is_refused(her, LATER)
    assert add(her, at=LATER).removed_at is None


def test_a_refusal_of_something_else_is_none_of_photographs(her: Elder) -> None:
    details.add(
        elder=her,
        kind=Consent,
        values={"matter": "messages", "is_given": False},
        start=MARCH,
        ground=Ground("来访"),
        by="clerk",
        at=NOW,
    )

    assert not photographs.is_refused(her, LATER)


@pytest.mark.parametrize("part", SEEN)
def test_a_photograph_is_seen_where_its_file_is(db: None, county: County, part: str) -> None:
    del db
    with everywhere():
        for one in county.elders.values():
            add(one)

    scope.enter(scope_for(county.cast[part]))

    inside = {county.elders[key].pk for key in SEEN[part]}
    assert set(Photograph.objects.values_list("elder_id", flat=True)) == inside


def test_a_photograph_follows_its_file_to_another_village(her: Elder, county: County) -> None:
    add(her)

    operations.record(
        elder=her,
        facts={"hukou": VILLAGE_B},
        start=MARCH,
        ground=Ground("户口簿"),
        by="clerk",
        at=NOW,
    )

    for part, sees in (("clerk_a", False), ("clerk_b", True)):
        scope.enter(scope_for(county.cast[part]))
        assert Photograph.objects.filter(elder=her).exists() is sees


def test_it_stays_with_a_file_that_was_merged(her: Elder, county: County) -> None:
    keep = Elder.objects.get(pk=county.elders["a3"].pk)
    add(her)

    journeys.merge(
        keep=keep,
        other=her,
        take=frozenset(),
        day=date(2026, 2, 20),
        signed=Signed("clerk", NOW, Ground("证明")),
    )

    her.refresh_from_db()
    assert look(her).startswith(b"\xff\xd8\xff")
    assert photographs.of(keep) is None
    with pytest.raises(PictureRefused, match="并入"):
        add(her, at=LATER)


@pytest.mark.parametrize(
    "change",
    [
        {"stored": "photo-" + "0" * 32},
        {"digest": "0" * 64},
        {"added_by": "somebody"},
        {"removed_at": LATER},
        {"removed_by": "somebody"},
    ],
)
def test_a_row_is_never_rewritten(her: Elder, change: dict[str, object]) -> None:
    row = add(her)

    with pytest.raises(DatabaseError), transaction.atomic():
        Photograph.objects.filter(pk=row.pk).update(**change)


def test_a_removed_one_does_not_come_back_and_there_are_never_two(her: Elder) -> None:
    row = add(her)
    photographs.remove(elder=her, reason="误放", by="clerk", at=NOW)
    add(her, at=LATER)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Photograph.objects.filter(pk=row.pk).update(removed_at=None, removed_by="")
    with pytest.raises(DatabaseError, match="photograph_one_each"), transaction.atomic():
        Photograph.objects.create(
            elder=her, stored="photo-" + "1" * 32, digest="", size=1, added_by="t", added_at=NOW
        )
