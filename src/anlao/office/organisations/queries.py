"""What somebody holds today: her roles, her scope, whether she may do something."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from anlao.office.divisions.queries import successors
from anlao.office.organisations.models import Grant, User
from anlao.office.organisations.roles import ROLES
from anlao.office.shared.scope import NOTHING, Scope, joined


def grants_on(user: User, day: date) -> list[Grant]:
    """Return the grants in force on a day."""
    found = user.grants.filter(revoked_at=None, valid__contains=day)
    return list(found.select_related("division__successor", "organisation").order_by("id"))


def people_named(names: Collection[str]) -> dict[str, User]:
    """Return the users of some user names, with their organisations; open or closed."""
    found = User.objects.filter(username__in=names).select_related("organisation")
    return {str(user.username): user for user in found}


def scope_of(grants: Iterable[Grant], act: str) -> Scope:
    """Return where somebody may do an act; nowhere if no grant allows it."""
    scopes = [_scope(grant) for grant in grants if act in ROLES[grant.role].acts]
    return joined(scopes) if scopes else NOTHING


def may(grants: Iterable[Grant], act: str) -> bool:
    """Return whether some grant allows an act at all."""
    return any(act in ROLES[grant.role].acts for grant in grants)


def _scope(grant: Grant) -> Scope:
    if grant.division_id is not None:
        assert grant.division is not None
        # A village that moved to another township is still hers who was granted it.
        return Scope(divisions=(grant.division_id, *successors(grant.division)))
    assert grant.organisation_id is not None
    return Scope(organisations=(grant.organisation_id,))
