"""Administrators add users and organisations, and only in their own area."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.office.county import NEIGHBOUR, TOWN_A, County
from tests.office.log import log

from anlao.office.organisations.models import Organisation, User

ClientOf = Callable[[User | None], Client]


@pytest.fixture
def administrator(county: County, client_of: ClientOf) -> Client:
    return client_of(county.cast["administrator"])


def new_user(organisation: Organisation, username: str = "linxiao") -> dict[str, object]:
    return {
        "act": "user",
        "username": username,
        "full_name": "林晓",
        "organisation": organisation.pk,
    }


def test_a_new_user_can_do_nothing_yet_and_must_change_her_password(
    administrator: Client, county: County
) -> None:
    answer = administrator.post(
        "/people/new", new_user(county.cast["clerk_a"].organisation), follow=True
    )

    made = User.objects.get(username="linxiao")
    assert made.must_change_password
    assert not made.grants.exists()
    assert "初始密码" in answer.content.decode()
    assert log(act="add_user", subject="user:linxiao").exists()


@pytest.mark.parametrize("name", ["ab", "no blank", "<script>", "clerk_a"])
def test_a_bad_or_taken_user_name_is_refused_with_a_reason(
    administrator: Client, county: County, name: str
) -> None:
    before = User.objects.count()

    answer = administrator.post("/people/new", new_user(county.cast["clerk_a"].organisation, name))

    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert User.objects.count() == before


def test_nobody_is_added_to_an_organisation_of_another_county(
    administrator: Client, county: County
) -> None:
    answer = administrator.post("/people/new", new_user(county.cast["neighbour"].organisation))

    assert answer.status_code == 400
    assert not User.objects.filter(username="linxiao").exists()


def test_an_organisation_is_added_once(administrator: Client) -> None:
    body = {"act": "organisation", "kind": "provider", "name": "新服务站", "division": TOWN_A}

    first, second = administrator.post("/people/new", body), administrator.post("/people/new", body)

    assert (first.status_code, second.status_code) == (302, 400)
    assert Organisation.objects.filter(name="新服务站").count() == 1


def test_no_organisation_is_added_in_another_county(administrator: Client) -> None:
    body = {"act": "organisation", "kind": "provider", "name": "邻县站", "division": NEIGHBOUR}

    assert administrator.post("/people/new", body).status_code == 400
    assert not Organisation.objects.filter(name="邻县站").exists()


def test_users_and_grants_of_another_county_are_not_to_be_seen(
    administrator: Client, county: County
) -> None:
    stranger = county.cast["neighbour"]

    listed = administrator.get("/people").content.decode()

    assert stranger.full_name not in listed
    assert county.cast["clerk_a"].full_name in listed
    assert administrator.get(f"/people/{stranger.pk}").status_code == 404


def test_no_role_is_granted_for_a_place_outside_the_area(
    administrator: Client, county: County
) -> None:
    clerk = county.cast["nobody"]
    body = {
        "act": "grant",
        "role": "county_clerk",
        "division": NEIGHBOUR,
        "start": "2026-01-01",
        "reason": "测试",
    }

    assert administrator.post(f"/people/{clerk.pk}", body).status_code == 400
    assert not clerk.grants.exists()
