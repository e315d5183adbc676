"""Where one is signed in, closed accounts, and lending grants, as browsers meet them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from tests.office.county import PASSWORD, County
from tests.office.log import chain_is_whole, log

from anlao.office.interfaces.tasks.sessions import clear_sessions
from anlao.office.organisations.models import SignIn, User

Browser = Callable[[User | None], Client]
WINDOWS = "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537"


def signed_in(username: str = "clerk_a", agent: str = WINDOWS) -> Client:
    browser = Client(SERVER_NAME="localhost", headers={"user-agent": agent})
    sent = {"username": username, "password": PASSWORD}
    assert browser.post("/sign-in", sent).status_code == 302
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/").status_code == 200


@pytest.mark.usefixtures("committed")
class TestSessions:
    def test_everybody_sees_her_own_and_which_is_this(self) -> None:
        here, other = signed_in(), signed_in(agent="Mozilla/5.0 (Android 14) Firefox/128")
        signed_in("clerk_b", agent="Mozilla/5.0 (X11; Linux) Firefox/1")

        page = here.get("/account").content.decode()

        assert "Chrome · Windows" in page
        assert "Firefox · Android" in page
        assert "Linux" not in page
        assert page.count("就是这里") == 1
        assert is_in(other)

    def test_one_is_ended_and_the_others_stay(self) -> None:
        here, other, third = signed_in(), signed_in(), signed_in()
        number = SignIn.objects.order_by("pk")[1].pk

        here.post("/account", {"session": str(number)})

        assert [is_in(one) for one in (here, other, third)] == [True, False, True]
        assert other.get("/")["Location"].startswith("/sign-in?next=")

    def test_all_others_are_ended(self) -> None:
        here, other, third = signed_in(), signed_in(), signed_in()

        here.post("/account")

        assert [is_in(one) for one in (here, other, third)] == [True, False, False]
        assert log().get(act="end_sessions").after == {"ended": 2}

    @pytest.mark.parametrize("number", ["", "abc", "99999999999999999999999"])
    def test_nonsense_ends_none(self, number: str) -> None:
        here, other = signed_in(), signed_in()

        here.post("/account", {"session": number})

        assert is_in(other)

    def test_nobody_ends_anothers(self) -> None:
        mine, theirs = signed_in(), signed_in("clerk_b")
        number = SignIn.objects.get(user__username="clerk_b").pk

        mine.post("/account", {"session": str(number)})

        assert is_in(theirs)

    def test_an_ended_one_is_told_why(self) -> None:
        here, other = signed_in(), signed_in()
        here.post("/account")

        answer = other.get("/month")

        assert answer["Location"] == "/sign-in?ended=1&next=/month"

    def test_signing_out_ends_the_row(self) -> None:
        here = signed_in()
        here.post("/sign-out")

        assert SignIn.objects.get().ended_by == "clerk_a"

    def test_an_administrator_ends_them_all_for_a_reason(self, county: County) -> None:
        her, administrator = signed_in(), signed_in("administrator")
        path = f"/people/{county.cast['clerk_a'].pk}"

        administrator.post(path, {"act": "end-sessions", "reason": "x"})
        assert is_in(her)
        administrator.post(path, {"act": "end-sessions", "reason": "电脑丢失"})

        assert not is_in(her)
        entry = log().get(act="end_sessions")
        assert (entry.who, entry.purpose) == ("administrator", "电脑丢失")

    def test_a_session_without_its_row_opens_nothing(self) -> None:
        her = signed_in()
        session = her.session
        del session["sign_in"]
        session.save()

        assert not is_in(her)

    def test_expired_sessions_are_cleared_and_others_stay(self) -> None:
        here = signed_in()
        signed_in("clerk_b")
        late = Session.objects.exclude(session_key=here.session.session_key)
        late.update(expire_date=timezone.now() - timedelta(minutes=1))

        clear_sessions()

        assert [one.session_key for one in Session.objects.all()] == [here.session.session_key]


@pytest.mark.usefixtures("committed")
def test_a_closed_account_is_out_and_comes_back_without_roles(county: County) -> None:
    her, administrator = signed_in(), signed_in("administrator")
    path = f"/people/{county.cast['clerk_a'].pk}"
    file = f"/elders/{county.elders['a1'].pk}"
    assert her.get(file).status_code == 200

    administrator.post(path, {"act": "deactivate", "reason": "调离本单位"})
    assert not is_in(her)
    assert "账户已停用" in administrator.get(path).content.decode()
    refused = Client(SERVER_NAME="localhost").post(
        "/sign-in", {"username": "clerk_a", "password": PASSWORD}
    )
    assert refused.status_code == 401

    administrator.post(path, {"act": "reactivate", "reason": "调回"})
    assert signed_in().get(file).status_code == 403
    assert chain_is_whole()


@pytest.mark.usefixtures("committed")
def test_nobody_closes_herself(county: County) -> None:
    administrator = signed_in("administrator")
    path = f"/people/{county.cast['administrator'].pk}"

    page = administrator.post(path, {"act": "deactivate", "reason": "试试"}, follow=True)

    assert "不能停用自己的账户" in page.content.decode()
    assert is_in(administrator)


# lending grants


def sent_by(user: User, colleague: User, **changed: str) -> dict[str, str]:
    today = timezone.localdate()
    return {
        "act": "delegate",
        "to": str(colleague.pk),
        "grants": str(user.grants.get().pk),
        "start": today.isoformat(),
        "last": (today + timedelta(days=3)).isoformat(),
        "reason": "外出学习",
    } | changed


def test_a_colleague_stands_in_and_is_sent_back(county: County, client_of: Browser) -> None:
    away, colleague = county.cast["clerk_a"], county.cast["nobody"]
    browser, other = client_of(away), client_of(colleague)
    file = f"/elders/{county.elders['a1'].pk}"

    assert browser.post("/account/delegation", sent_by(away, colleague)).status_code == 302

    assert other.get(file).status_code == 200
    lent = colleague.grants.get()
    last = timezone.localdate() + timedelta(days=3)
    assert (lent.on_behalf_of, lent.valid.upper) == (away, last + timedelta(days=1))
    assert "外出学习" in browser.get("/account/delegation").content.decode()
    assert away.full_name in other.get("/account/delegation").content.decode()
    browser.post("/account/delegation", {"act": "revoke", "grant": str(lent.pk)})
    assert other.get(file).status_code == 403


@pytest.mark.parametrize(
    ("to", "changed"),
    [
        ("clerk_a", {}),
        ("neighbour", {}),
        ("provider", {}),
        ("nobody", {"last": "2020-01-01"}),
        ("nobody", {"last": "2099-01-01"}),
        ("nobody", {"start": "2020-01-01"}),
        ("nobody", {"reason": ""}),
        ("nobody", {"grants": "0"}),
        ("nobody", {"to": "x"}),
        ("auditor", {}),
    ],
)
def test_what_cannot_be_lent_is_refused_and_leaves_nothing(
    county: County, client_of: Browser, to: str, changed: dict[str, str]
) -> None:
    away, colleague = county.cast["clerk_a"], county.cast[to]
    held = colleague.grants.count()

    answer = client_of(away).post("/account/delegation", sent_by(away, colleague, **changed))

    assert answer.status_code == 400
    assert colleague.grants.count() == held


def test_nobody_takes_back_what_she_did_not_lend(county: County, client_of: Browser) -> None:
    held = county.cast["clerk_b"].grants.get()

    client_of(county.cast["clerk_a"]).post(
        "/account/delegation", {"act": "revoke", "grant": str(held.pk)}
    )

    held.refresh_from_db()
    assert held.revoked_at is None
