"""A pass lives as long as the transaction it was shown in."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from anlao.office.registry.models import Elder
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from tests.office.county import County, scope_for

pytestmark = pytest.mark.usefixtures("committed")


def test_the_pass_of_one_transaction_is_gone_in_the_next(county: County) -> None:
    with scope.within(WHOLE_OFFICE):
        assert Elder.objects.count() == len(county.elders)

    with transaction.atomic():
        assert Elder.objects.count() == 0
    assert Elder.objects.count() == 0


def test_the_pass_of_a_failed_transaction_is_gone_in_the_next() -> None:
    with pytest.raises(RuntimeError), scope.within(WHOLE_OFFICE):
        raise RuntimeError

    assert Elder.objects.count() == 0


def test_the_same_connection_serves_one_person_after_another(county: County) -> None:
    for part, key in (("clerk_b", "b1"), ("assessor", "a2"), ("clerk_b", "b1")):
        with scope.within(scope_for(county.cast[part])):
            assert [elder.pk for elder in Elder.objects.all()] == [county.elders[key].pk]


def test_a_pass_shown_outside_a_transaction_shows_nothing() -> None:
    assert connection.get_autocommit()

    scope.enter(WHOLE_OFFICE)

    assert Elder.objects.count() == 0
