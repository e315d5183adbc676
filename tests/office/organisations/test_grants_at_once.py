"""Two administrators who grant at the same moment cannot join what is kept apart."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from django.db import connection, transaction
from tests.office.county import COUNTY, County, give

from anlao.office.organisations.models import User
from anlao.office.organisations.operations import RolesConflict


@pytest.mark.usefixtures("committed")
def test_of_two_incompatible_grants_at_once_one_is_refused(county: County) -> None:
    start, refused = Barrier(2), []

    def act(role: str) -> None:
        try:
            user = User.objects.get(pk=county.cast["nobody"].pk)
            start.wait(10)
            with transaction.atomic():
                give(user, role, COUNTY)
        except RolesConflict:
            refused.append(role)
        finally:
            connection.close()

    threads = [Thread(target=act, args=(role,)) for role in ("county_clerk", "county_approver")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert county.cast["nobody"].grants.count() == 1
