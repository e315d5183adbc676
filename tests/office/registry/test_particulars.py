"""The head of a file is amended for a reason, and what it said before is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from anlao import identity_numbers
from anlao.identity_numbers import IdentityNumber
from anlao.office.journeys import operations as journeys
from anlao.office.journeys.operations import Signed
from anlao.office.registry import identity, operations, particulars, search
from anlao.office.registry.identity import NumberTaken
from anlao.office.registry.models import Elder, FormerParticular
from anlao.office.registry.operations import Ground, NothingToRecord
from anlao.office.registry.particulars import (
    AmendmentRefused,
    Particular,
    Reason,
    What,
    Why,
)
from anlao.office.shared import scope
from tests.office.county import (
    COUNTY,
    SEEN,
    VILLAGE_B,
    County,
    everywhere,
    identity_number,
    scope_for,
)
from tests.office.log import log

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime(2026, 3, 2, tzinfo=UTC)
LATER = NOW + timedelta(days=7)
WRONG = Reason(Why.MISTAKEN, "身份证")
NEW_PHONE = "13700000099"


@pytest.fixture
def her(county: County) -> Elder:
    scope.enter(scope_for(county.cast["county_clerk"]))
    return Elder.objects.get(pk=county.elders["a1"].pk)


def amend(
    her: Elder, what: What, value: Particular, reason: Reason = WRONG, at: datetime = NOW
) -> list[FormerParticular]:
    return particulars.amend(elder=her, changes={what: value}, reason=reason, by="clerk", at=at)


def another_number(her: Elder, sequence: int = 951) -> IdentityNumber:
    """Return a number that tells her birth and sex."""
    assert her.birth_date is not None
    numbers = (identity_number(her.birth_date, sequence + more) for more in (0, 1))
    return next(number for number in numbers if number.sex == her.sex)


def found(words: str) -> list[Elder]:
    day = date(2026, 3, 2)
    given = scope.Scope((COUNTY,))
    return list(search.find(words, scope=given, today=day, by="clerk", purpose="check").elders)


def test_a_name_is_amended_and_she_is_found_by_it(her: Elder) -> None:
    before = her.name

    (row,) = amend(her, What.NAME, "欧阳改珍")

    her.refresh_from_db()
    assert her.name == "欧阳改珍"
    assert found("oygz") == [her]
    assert found("欧阳改") == [her]
    assert her not in found(before)
    assert (row.shown, row.why, row.evidence, row.replaced_by) == (
        before, "mistaken", "身份证", "clerk",
    )  # fmt: skip


def test_an_identity_number_is_amended_and_the_one_before_stays_sealed(her: Elder) -> None:
    before, mask, new = identity.identity_number_of(her), her.identity_mask, another_number(her)

    (row,) = amend(her, What.IDENTITY_NUMBER, new)

    her.refresh_from_db()
    assert identity.identity_number_of(her) == new.number
    assert her.identity_mask == new.masked
    assert found(new.number) == [her]
    assert found(before) == []
    assert row.shown == mask
    former = Elder(file_number=her.file_number, identity_cipher=row.sealed)
    assert identity.identity_number_of(former) == before


def test_a_telephone_is_amended_removed_and_given_again(her: Elder) -> None:
    amend(her, What.PHONE, NEW_PHONE)
    assert identity.phone_of(her) == NEW_PHONE
    assert found(NEW_PHONE) == [her]

    amend(her, What.PHONE, None, at=LATER)
    her.refresh_from_db()
    assert (identity.phone_of(her), her.phone_mask) == ("", "")
    assert found(NEW_PHONE) == []

    (row,) = amend(her, What.PHONE, NEW_PHONE, at=LATER + timedelta(days=1))
    assert (row.shown, row.sealed) == ("", None)
    assert found(NEW_PHONE) == [her]


def test_several_are_amended_at_once_and_what_stands_there_is_left(her: Elder) -> None:
    changes: dict[What, Particular] = {
        What.NAME: her.name, What.IDENTITY_NUMBER: another_number(her), What.PHONE: NEW_PHONE,
    }  # fmt: skip

    made = particulars.amend(elder=her, changes=changes, reason=WRONG, by="clerk", at=NOW)

    assert [row.what for row in made] == ["identity_number", "phone"]
    assert [row.what for row in particulars.former(her)] == ["phone", "identity_number"]


@pytest.mark.parametrize("what", list(What))
def test_what_stands_there_already_is_nothing_new(her: Elder, what: What) -> None:
    values: dict[What, Particular] = {
        What.NAME: "王改名", What.IDENTITY_NUMBER: another_number(her), What.PHONE: NEW_PHONE,
    }  # fmt: skip
    amend(her, what, values[what])

    with pytest.raises(NothingToRecord):
        amend(her, what, values[what], at=LATER)

    assert FormerParticular.objects.filter(elder=her).count() == 1


@pytest.mark.parametrize("key", ["a2", "n1"])
def test_a_number_that_another_file_has_is_refused_and_nothing_is_changed(
    her: Elder, county: County, key: str
) -> None:
    """Inside the area and outside."""
    with everywhere():
        other = county.elders[key]
        number = identity.identity_number_of(other)
        Elder.objects.filter(pk=her.pk).update(birth_date=other.birth_date, sex=other.sex)
    her.refresh_from_db()
    taken = identity_numbers.read(number, day=NOW.date())
    assert isinstance(taken, IdentityNumber)
    changes: dict[What, Particular] = {What.NAME: "王改名", What.IDENTITY_NUMBER: taken}

    with pytest.raises(NumberTaken, match="已有档案"):
        particulars.amend(elder=her, changes=changes, reason=WRONG, by="clerk", at=NOW)

    her.refresh_from_db()
    assert her.name == county.elders["a1"].name
    assert not particulars.former(her)
    assert not log(act="amend_particular").exists()


@pytest.mark.parametrize("what_differs", ["birth", "sex"])
def test_a_number_that_tells_another_birth_or_sex_is_refused(her: Elder, what_differs: str) -> None:
    assert her.birth_date is not None
    born = her.birth_date + timedelta(days=what_differs == "birth")
    numbers = (identity_number(born, sequence) for sequence in (951, 952))
    number = next(one for one in numbers if (one.sex == her.sex) == (what_differs == "birth"))

    with pytest.raises(AmendmentRefused, match="出生日期或性别不一致"):
        amend(her, What.IDENTITY_NUMBER, number)

    her.refresh_from_db()
    assert not particulars.former(her)
    facts = {"birth_date": number.birth_date, "sex": number.sex}
    operations.record(
        elder=her, facts=facts, start=born, ground=Ground("户口簿"), by="clerk", at=NOW
    )
    amend(her, What.IDENTITY_NUMBER, number, at=LATER)  # as the refusal told
    assert her.identity_mask == number.masked


def test_a_file_that_was_merged_meanwhile_is_left_alone(her: Elder, county: County) -> None:
    keep, other = county.elders["a2"], Elder.objects.get(pk=her.pk)
    signed = Signed("clerk", NOW, Ground("户口簿"))
    journeys.merge(keep=keep, other=other, take=frozenset(), day=NOW.date(), signed=signed)

    with pytest.raises(AmendmentRefused, match="已并入"):
        amend(her, What.NAME, "王改名")


def test_an_amendment_is_logged_with_before_and_after(her: Elder) -> None:
    before, mask = her.name, her.phone_mask
    amend(her, What.NAME, "王改名")
    amend(her, What.PHONE, NEW_PHONE, Reason(Why.CHANGED, "来电"), LATER)

    name, phone = log(act="amend_particular", subject=f"elder:{her.pk}").order_by("number")
    assert (name.before, name.after) == ({"name": before}, {"name": "王改名", "why": "mistaken"})
    assert phone.before == {"phone": mask}
    assert phone.after == {"phone": her.phone_mask, "why": "changed"}
    assert NEW_PHONE not in str(phone.after)
    assert (phone.purpose, phone.who) == ("来电", "clerk")


def test_what_was_there_before_is_never_changed(her: Elder) -> None:
    (row,) = amend(her, What.NAME, "王改名")

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        FormerParticular.objects.filter(pk=row.pk).update(shown="别的名字")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        FormerParticular.objects.filter(pk=row.pk).delete()


def test_what_was_there_before_is_seen_by_those_who_see_the_file(
    her: Elder, county: County
) -> None:
    amend(her, What.NAME, "王改名")

    for user, seen in SEEN.items():
        with scope.within(scope_for(county.cast[user])):
            assert bool(particulars.former(her)) == ("a1" in seen), user


def test_what_was_there_before_goes_with_the_file(her: Elder, county: County) -> None:
    amend(her, What.NAME, "王改名")

    signed = Signed("clerk", LATER, Ground("迁移证"))
    journeys.move(elder=her, to=VILLAGE_B, day=date(2026, 3, 1), lives_there=True, signed=signed)

    with scope.within(scope_for(county.cast["clerk_b"])):
        assert [row.division_code for row in particulars.former(her)] == [VILLAGE_B]
    with scope.within(scope_for(county.cast["clerk_a"])):
        assert particulars.former(her) == []
