"""Administrators issue and revoke tokens in their own area; a token shows once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.office.county import COUNTY, NEIGHBOUR, TOWN_A, County
from tests.office.log import log

from anlao.office.organisations.models import Token, User

ClientOf = Callable[[User | None], Client]
PATH = "/people/tokens"


@pytest.fixture
def administrator(county: County, client_of: ClientOf) -> Client:
    return client_of(county.cast["administrator"])


def sent(county: County, **changed: object) -> dict[str, object]:
    return {
        "act": "issue",
        "organisation": county.cast["clerk_a"].organisation_id,
        "name": "医保对接",
        "acts": ["see_elders", "record_facts"],
        "division": TOWN_A,
        "last": (timezone.localdate() + timedelta(days=30)).isoformat(),
    } | changed


def opens(secret: str) -> int:
    answer = Client(SERVER_NAME="localhost").get(
        "/api/v1/token", headers={"authorization": f"Bearer {secret}"}
    )
    return answer.status_code


def test_a_token_shows_once_opens_and_is_revoked_for_a_reason(
    administrator: Client, county: County
) -> None:
    page = administrator.post(PATH, sent(county)).content.decode()

    shown = re.search(r"anlao_[\w-]{43}", page)
    assert shown
    assert opens(shown[0]) == 200
    assert shown[0] not in administrator.get(PATH).content.decode()
    token = Token.objects.get()
    assert timezone.localdate(token.expires_at) == timezone.localdate() + timedelta(days=31)
    administrator.post(PATH, {"act": "revoke", "token": token.pk, "reason": ""})
    assert opens(shown[0]) == 200
    administrator.post(PATH, {"act": "revoke", "token": token.pk, "reason": "系统停用"})
    assert opens(shown[0]) == 401
    acts = log(subject=f"token:{token.pk}").order_by("number")
    assert [(one.act, one.who) for one in acts] == [
        ("issue_token", "administrator"), ("revoke_token", "administrator"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [
        {"organisation": ""},
        {"name": ""},
        {"acts": []},
        {"acts": ["administer"]},
        {"acts": ["see_audit", "see_elders"]},
        {"acts": ["see_figures"], "division": ""},
        {"division": NEIGHBOUR},
        {"division": "99"},
        {"last": "2020-01-01"},
        {"last": "2999-01-01"},
        {"last": "x"},
    ],
)
def test_what_cannot_be_issued_is_refused_with_a_reason(
    administrator: Client, county: County, changed: dict[str, object]
) -> None:
    answer = administrator.post(PATH, sent(county, **changed))

    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert not Token.objects.exists()


def test_nobody_issues_or_revokes_in_another_county(
    administrator: Client, county: County, client_of: ClientOf
) -> None:
    theirs = county.cast["neighbour"].organisation_id
    assert administrator.post(PATH, sent(county, organisation=theirs)).status_code == 400
    administrator.post(PATH, sent(county, division=COUNTY))
    token = Token.objects.get()

    clerk = client_of(county.cast["county_clerk"])
    assert (
        clerk.post(PATH, {"act": "revoke", "token": token.pk, "reason": "试试"}).status_code == 403
    )

    token.refresh_from_db()
    assert token.revoked_at is None
