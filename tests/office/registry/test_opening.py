"""Opening a file: her number is used once, and whoever looks like her is shown first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.db.utils import DatabaseError

from anlao.office.registry import identity, opening, queries, search
from anlao.office.registry.identity import NumberTaken
from anlao.office.registry.models import Elder
from anlao.office.registry.opening import NewElder
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.office.shared.scope import Scope
from tests.office.county import (
    VILLAGE_A1,
    VILLAGE_B,
    County,
    everywhere,
    identity_number,
    scope_for,
)
from tests.office.log import log

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime(2026, 3, 2, tzinfo=UTC)
BORN = date(1941, 9, 9)
NEW = NewElder(
    "蓝玉·阿依", identity_number(BORN, 901), BORN, "male", VILLAGE_A1, phone="13700000001"
)


@pytest.fixture(autouse=True)
def clerk(db: None, county: County) -> None:
    del db
    scope.enter(scope_for(county.cast["clerk_a"]))


def opened(new: NewElder = NEW) -> Elder:
    return opening.open_file(
        new, facts={"lives_alone": True}, ground=Ground("身份证"), by="clerk_a", at=NOW
    )


def test_a_new_file_holds_what_was_told() -> None:
    made = opened()

    facts = queries.facts_on(made, date(2026, 3, 3), known_at=NOW)
    assert facts == {
        "birth_date": BORN,
        "sex": "male",
        "hukou": VILLAGE_A1,
        "lives_alone": True,
    }
    assert NEW.number is not None
    assert identity.identity_number_of(made) == NEW.number.number
    assert identity.phone_of(made) == "13700000001"
    assert made.initials.strip()
    assert log(act="open_file", subject=f"elder:{made.pk}").exists()


@pytest.mark.parametrize(
    ("name", "initials"),
    [("阿依古丽·买买提", "ayglmmt"), ("迪丽努尔·阿卜杜热合曼江·吐尔逊买买提", "dlneabdrhmjtexmmt")],
)
def test_a_name_of_many_spellings_is_opened_and_found(name: str, initials: str) -> None:
    made = opened(replace(NEW, name=name))

    for words in (initials, initials[:4], initials.upper()):
        found = search.find(
            words, scope=Scope((VILLAGE_A1[:6],)), today=BORN, by="clerk_a", purpose="check"
        )
        assert found.elders == [made]


def test_initials_that_were_cut_are_made_anew() -> None:
    cut, whole = opened(replace(NEW, name="阿依古丽·买买提")), opened(replace(NEW, number=None))
    before, kept = whole.initials, cut.initials
    with everywhere():
        Elder.objects.filter(pk=cut.pk).update(initials=kept[:60])
        import_module("anlao.office.registry.migrations.0008_room_for_initials").make_anew(
            apps, SimpleNamespace(connection=connection)
        )
        for elder, expected in ((cut, kept), (whole, before)):
            elder.refresh_from_db()
            assert elder.initials == expected


def test_two_files_have_two_numbers() -> None:
    one = opened()
    two = opened(replace(NEW, number=identity_number(BORN, 903), phone=""))

    assert one.file_number != two.file_number


@pytest.mark.parametrize("key", ["a1", "b1"])
def test_an_identity_number_has_one_file_also_outside_the_area(county: County, key: str) -> None:
    with everywhere():
        number = identity.identity_number_of(county.elders[key])
    born = county.elders[key].birth_date
    assert born is not None
    numbers = (identity_number(born, sequence) for sequence in range(1, 40))
    taken = replace(NEW, number=next(found for found in numbers if found.number == number))
    before = Elder.objects.count()

    with pytest.raises(NumberTaken):
        opened(taken)

    assert Elder.objects.count() == before


def test_whoever_looks_like_her_is_found_first(county: County) -> None:
    her = county.elders["a1"]
    assert her.birth_date is not None
    alike = NewElder(her.name, None, her.birth_date, "female", VILLAGE_A1)

    assert [one.pk for one in opening.look_alike(alike)] == [her.pk]
    assert opening.look_alike(replace(alike, name="别人")) == []


def test_nobody_outside_the_area_looks_alike(county: County) -> None:
    other = county.elders["b1"]
    assert other.birth_date is not None

    assert opening.look_alike(NewElder(other.name, None, other.birth_date, "", VILLAGE_A1)) == []


def test_no_file_is_opened_outside_the_area() -> None:
    with pytest.raises(DatabaseError):
        opened(replace(NEW, village=VILLAGE_B))
