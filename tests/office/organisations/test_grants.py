"""Roles that must be kept apart are; grants count from the first day to the day before the end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import combinations, permutations

import pytest
from django.db import IntegrityError, transaction
from tests.office.county import COUNTY, EARLY, TOWN_A, TOWN_B, VILLAGE_A1, County, give

from anlao.office.organisations.models import Grant, User
from anlao.office.organisations.operations import (
    DELEGATED_AT_MOST,
    OwnStandIn,
    RolesConflict,
    SpanRefused,
    delegate,
    revoke,
)
from anlao.office.organisations.queries import grants_on, may, scope_of
from anlao.office.organisations.roles import (
    GIVE_DATA,
    IMPORT_LISTS,
    INCOMPATIBLE,
    RECORD_FACTS,
    ROLES,
    SEE_ELDERS,
)
from anlao.office.shared.scope import NOTHING, Scope

pytestmark = pytest.mark.usefixtures("db")
FIRST, LATER = date(2025, 1, 1), date(2025, 6, 1)
DAY = timedelta(days=1)


@pytest.fixture
def her(county: County, db: None) -> User:
    del db
    return county.cast["nobody"]


def roles(user: User, day: date) -> list[str]:
    return [held.role for held in grants_on(user, day)]


@pytest.mark.parametrize(("held", "wanted"), list(permutations(ROLES, 2)))
def test_incompatible_roles_are_refused_both_ways_and_others_are_not(
    her: User, held: str, wanted: str
) -> None:
    give(her, held, COUNTY)

    if frozenset((held, wanted)) in INCOMPATIBLE:
        with pytest.raises(RolesConflict) as refusal:
            give(her, wanted, TOWN_A)
        assert refusal.value.others == (held,)
        assert roles(her, FIRST) == [held]
    else:
        give(her, wanted, TOWN_A)
        assert roles(her, FIRST) == [held, wanted]


def test_whoever_enters_approves_or_pays_does_only_that() -> None:
    for pair in combinations(("county_clerk", "county_approver", "finance"), 2):
        assert frozenset(pair) in INCOMPATIBLE
    for pair in (("assessor", "provider"), ("assessor", "county_approver")):
        assert frozenset(pair) in INCOMPATIBLE
    for other in ROLES.keys() - {"auditor"}:
        assert frozenset(("auditor", other)) in INCOMPATIBLE


def test_whoever_enters_data_gives_none_out() -> None:
    givers = {name for name, role in ROLES.items() if GIVE_DATA in role.acts}
    enter = {name for name, role in ROLES.items() if role.acts & {RECORD_FACTS, IMPORT_LISTS}}

    assert givers == {"county_approver"}
    for giver in givers:
        for other in enter | {"auditor", "administrator", "finance"}:
            assert frozenset((giver, other)) in INCOMPATIBLE


@pytest.mark.parametrize(
    ("start", "until", "fits"),
    [
        (LATER, None, True),
        (LATER - DAY, None, False),
        (date(2024, 1, 1), FIRST, True),
        (date(2024, 1, 1), FIRST + DAY, False),
        (FIRST + DAY, FIRST + 2 * DAY, False),
    ],
)
def test_only_roles_that_overlap_in_time_conflict(
    her: User, start: date, until: date | None, fits: bool
) -> None:
    give(her, "county_clerk", COUNTY, start=FIRST, until=LATER)

    if fits:
        give(her, "county_approver", COUNTY, start=start, until=until)
    else:
        with pytest.raises(RolesConflict):
            give(her, "county_approver", COUNTY, start=start, until=until)


def test_a_revoked_role_conflicts_no_more(her: User) -> None:
    held = give(her, "county_clerk", COUNTY)
    revoke(held=held, reason="调离", by="administrator", at=EARLY)

    give(her, "county_approver", COUNTY)

    assert roles(her, FIRST) == ["county_approver"]


def test_a_grant_counts_from_its_first_day_to_the_day_before_its_end(her: User) -> None:
    give(her, "leader", COUNTY, start=FIRST, until=LATER)

    assert roles(her, FIRST - DAY) == []
    assert roles(her, FIRST) == ["leader"]
    assert roles(her, LATER - DAY) == ["leader"]
    assert roles(her, LATER) == []


def test_a_revoked_grant_gives_nothing_and_its_row_stays(her: User) -> None:
    held = give(her, "county_clerk", COUNTY)
    revoke(held=held, reason="调离", by="administrator", at=datetime(2025, 5, 1, tzinfo=UTC))

    assert roles(her, FIRST) == []
    kept = Grant.objects.get(pk=held.pk)
    assert (kept.revoked_by, kept.revoked_at) == (
        "administrator", datetime(2025, 5, 1, tzinfo=UTC),
    )  # fmt: skip


def test_a_grant_that_was_revoked_is_not_revoked_again(her: User) -> None:
    held = give(her, "county_clerk", COUNTY)
    stale = Grant.objects.get(pk=held.pk)
    revoke(held=held, reason="调离", by="administrator", at=EARLY)
    revoke(held=stale, reason="又一次", by="somebody", at=EARLY + DAY)

    kept = Grant.objects.get(pk=held.pk)
    assert (kept.revoked_by, kept.revoked_at) == ("administrator", EARLY)


@pytest.mark.parametrize("until", [FIRST, FIRST - DAY])
def test_a_grant_that_ends_before_it_begins_is_refused(her: User, until: date) -> None:
    with pytest.raises(SpanRefused):
        give(her, "leader", COUNTY, start=FIRST, until=until)


def test_a_grant_is_for_a_division_or_for_an_organisation(her: User) -> None:
    for division, organisation in ((COUNTY, her.organisation_id), (None, None)):
        with pytest.raises(IntegrityError, match="one_scope"), transaction.atomic():
            Grant.objects.create(
                user=her,
                role="leader",
                division_id=division,
                organisation_id=organisation,
                valid=(FIRST, None),
                granted_by="x",
                granted_at=EARLY,
                reason="x",
            )


# scope


def test_without_a_grant_there_is_no_scope(her: User) -> None:
    assert scope_of(grants_on(her, FIRST), SEE_ELDERS) == NOTHING
    assert not may(grants_on(her, FIRST), SEE_ELDERS)


def test_scope_is_that_of_the_grants_that_allow_the_act(her: User) -> None:
    give(her, "township_clerk", TOWN_A)
    give(her, "village_worker", VILLAGE_A1)
    give(her, "leader", COUNTY)
    grants = grants_on(her, FIRST)

    assert scope_of(grants, SEE_ELDERS) == Scope((TOWN_A,))
    assert scope_of(grants, RECORD_FACTS) == Scope((TOWN_A,))
    assert scope_of(grants, "approve") == NOTHING


# delegation


def stand_in(away: User, to: User, until: date = FIRST + 30 * DAY) -> list[Grant]:
    return delegate(
        away=away, to=to, start=FIRST, until=until, reason="休假", by="administrator", at=EARLY
    )


def test_a_stand_in_has_the_grants_of_whom_she_stands_in_for_and_no_longer(
    county: County, her: User
) -> None:
    (made,) = stand_in(county.cast["clerk_a"], her)

    assert (made.role, made.division_id) == ("township_clerk", TOWN_A)
    assert made.on_behalf_of == county.cast["clerk_a"]
    assert roles(her, FIRST) == ["township_clerk"]
    assert roles(her, FIRST + 30 * DAY) == []
    assert roles(county.cast["clerk_a"], FIRST) == ["township_clerk"]


def test_a_delegation_is_not_handed_on(county: County, her: User) -> None:
    stand_in(county.cast["clerk_a"], her)

    assert stand_in(her, county.cast["leader"]) == []


def test_a_stand_in_may_not_join_roles_that_are_kept_apart(county: County) -> None:
    give(county.cast["nobody"], "county_approver", COUNTY)

    with pytest.raises(RolesConflict):
        stand_in(county.cast["clerk_a"], county.cast["nobody"])


def test_a_stand_in_never_holds_longer_than_whom_she_stands_in_for(
    county: County, her: User
) -> None:
    away = county.cast["leader"]
    give(away, "finance", TOWN_B, start=FIRST, until=FIRST + 10 * DAY)

    stand_in(away, her)

    assert roles(her, FIRST + 9 * DAY) == ["leader", "finance"]
    assert roles(her, FIRST + 10 * DAY) == ["leader"]


def test_a_delegation_lasts_sixty_days_at_most(county: County, her: User) -> None:
    stand_in(county.cast["clerk_a"], her, FIRST + DELEGATED_AT_MOST)

    with pytest.raises(SpanRefused):
        stand_in(county.cast["clerk_b"], her, FIRST + DELEGATED_AT_MOST + DAY)


def test_a_stand_in_for_oneself_is_refused(county: County) -> None:
    with pytest.raises(OwnStandIn):
        stand_in(county.cast["clerk_a"], county.cast["clerk_a"])


def test_what_was_lent_ends_with_the_grant_it_was_lent_of(county: County) -> None:
    away, colleague = county.cast["clerk_a"], county.cast["nobody"]
    delegate(
        away=away, to=colleague, start=FIRST, until=FIRST + 9 * DAY, reason="外出", by="x", at=EARLY
    )
    assert roles(colleague, FIRST) == ["township_clerk"]

    revoke(held=away.grants.get(), reason="调离", by="administrator", at=EARLY)

    assert roles(colleague, FIRST) == []


def test_what_was_lent_stays_while_its_holder_has_the_same_grant_besides(county: County) -> None:
    away, colleague = county.cast["clerk_a"], county.cast["nobody"]
    first = away.grants.get()
    give(away, "township_clerk", TOWN_A)
    delegate(
        away=away, to=colleague, start=FIRST, until=FIRST + 9 * DAY, reason="外出", by="x",
        at=EARLY, only=[first.pk],
    )  # fmt: skip

    revoke(held=first, reason="重复", by="administrator", at=EARLY)

    assert roles(colleague, FIRST) == ["township_clerk"]


def test_taking_back_what_was_lent_leaves_the_lender_her_grant(county: County) -> None:
    away, colleague = county.cast["clerk_a"], county.cast["nobody"]
    (lent,) = delegate(
        away=away, to=colleague, start=FIRST, until=FIRST + 9 * DAY, reason="外出", by="x", at=EARLY
    )

    revoke(held=lent, reason="回来", by="clerk_a", at=EARLY)

    assert roles(away, FIRST) == ["township_clerk"]
    assert roles(colleague, FIRST) == []
