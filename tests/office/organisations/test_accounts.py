"""A closed account is out at once, keeps its rows, and comes back without grants."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.office.county import COUNTY, County, give, user
from tests.office.log import log

from anlao.office.organisations import accounts, sessions
from anlao.office.organisations.models import Grant, SignIn, User
from anlao.office.organisations.operations import AccountRefused, delegate
from anlao.office.organisations.queries import grants_on
from anlao.office.organisations.sessions import device_words

pytestmark = pytest.mark.usefixtures("db")
NOW = timezone.now()
TODAY = timezone.localdate()


def close(user: User, by: str = "administrator") -> None:
    accounts.deactivate(user, reason="调离", by=by, at=NOW)


def test_closing_ends_sessions_grants_and_delegations_and_deletes_nothing(county: County) -> None:
    leaving, colleague = county.cast["clerk_a"], county.cast["nobody"]
    until = TODAY + timedelta(days=9)
    delegate(
        away=leaving, to=colleague, start=TODAY, until=until, reason="外出", by="clerk_a", at=NOW
    )
    sessions.begin(leaving, device="", second=False, at=NOW)
    count = Grant.objects.count()

    close(leaving)

    assert not User.objects.get(pk=leaving.pk).is_active
    assert grants_on(leaving, TODAY) == grants_on(colleague, TODAY) == []
    assert Grant.objects.count() == count
    assert SignIn.objects.get(user=leaving).ended_by == "administrator"
    entry = log().get(act="deactivate_user")
    assert (entry.subject, entry.purpose) == ("user:clerk_a", "调离")


def test_an_account_comes_back_without_grants(county: County) -> None:
    her = county.cast["clerk_a"]
    close(her)

    accounts.reactivate(her, reason="回来", by="administrator")

    assert User.objects.get(pk=her.pk).is_active
    assert grants_on(her, TODAY) == []
    give(her, "township_clerk", COUNTY)
    assert len(grants_on(her, TODAY)) == 1


def test_what_cannot_be_closed_or_opened_says_why(county: County) -> None:
    her = county.cast["clerk_a"]
    with pytest.raises(AccountRefused, match="own account"):
        close(her, by="clerk_a")
    with pytest.raises(AccountRefused, match="last administrator"):
        close(county.cast["administrator"], by="installation")
    with pytest.raises(AccountRefused, match="is open"):
        accounts.reactivate(her, reason="x", by="administrator")
    close(her)
    with pytest.raises(AccountRefused, match="closed already"):
        close(her)


def test_an_administrator_is_closed_when_there_is_another(county: County) -> None:
    first = county.cast["administrator"]
    second = user("second", first.organisation)
    give(second, "administrator", COUNTY)

    close(first, by="second")

    assert not User.objects.get(pk=first.pk).is_active


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/130.0 Safari/537 Edg/130", "Edge · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0", "Firefox · Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18 Safari/604", "Safari · iPhone"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_device_is_told_in_two_words(agent: str, words: str) -> None:
    assert device_words(agent) == words
