"""The page on which the head of a file is amended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from tests.office.county import County
from tests.office.log import log

from anlao import identity_numbers
from anlao.identity_numbers import IdentityNumber
from anlao.office.journeys import operations as journeys
from anlao.office.journeys.operations import Signed
from anlao.office.organisations.models import User
from anlao.office.registry import identity, particulars
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import Ground
from anlao.office.registry.particulars import Reason, What, Why
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE

pytestmark = pytest.mark.usefixtures("committed")
ClientOf = Callable[[User | None], Client]
WRONG = {"why": "mistaken", "evidence": "户口簿"}


def path_of(county: County, tab: str = "/particulars") -> str:
    return f"/elders/{county.elders['a1'].pk}{tab}"


def her(county: County) -> Elder:
    with scope.within(WHOLE_OFFICE):
        return Elder.objects.get(pk=county.elders["a1"].pk)


def send(browser: Client, county: County, **sent: str) -> Any:
    form = {"name": county.elders["a1"].name} | WRONG | sent
    return browser.post(path_of(county), form)


def test_a_clerk_amends_a_name_and_reads_what_was_there(
    county: County, client_of: ClientOf
) -> None:
    browser, before = client_of(county.cast["clerk_a"]), county.elders["a1"].name
    assert f'href="{path_of(county)}"' in browser.get(path_of(county, "/record")).content.decode()
    assert "没有更正过" in browser.get(path_of(county)).content.decode()

    answer = send(browser, county, name="欧阳 改珍")

    assert (answer.status_code, answer["Location"]) == (302, path_of(county))
    page = browser.get(path_of(county)).content.decode()
    assert "欧阳改珍" in page
    for words in (before, "原登记有误", "户口簿", "clerk_a"):
        assert words in page
    assert log(act="read_particulars", who="clerk_a").exists()
    history = browser.get(path_of(county, "/history")).content.decode()
    assert "更正姓名、证件号或电话" in history


def test_a_telephone_is_written_with_or_without_hyphens(
    county: County, client_of: ClientOf
) -> None:
    browser = client_of(county.cast["clerk_a"])

    assert send(browser, county, phone="0578-812 1234").status_code == 302

    assert identity.phone_of(her(county)) == "05788121234"
    page = browser.get(path_of(county)).content.decode()
    assert "05788121234" not in page

    assert send(browser, county, no_phone="on").status_code == 302
    assert identity.phone_of(her(county)) == ""


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, "没有变化"),
        ({"name": "王"}, "姓名只有一个字"),
        ({"name": "王改名", "evidence": ""}, "note bad"),
        ({"name": "王改名", "why": ""}, "note bad"),
        ({"name": "王改名", "why": "because"}, "note bad"),
        ({"phone": "8121"}, "note bad"),
        ({"phone": "-- -- -- --"}, "note bad"),
        ({"identity_number": "330623193012120018"}, "note bad"),
        ({"phone": "05788121234", "no_phone": "on"}, "请只选一样"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(
    county: County, client_of: ClientOf, sent: dict[str, str], told: str
) -> None:
    answer = send(client_of(county.cast["clerk_a"]), county, **sent)

    assert answer.status_code == 400
    assert told in answer.content.decode()
    assert not log(act="amend_particular").exists()


def test_a_merge_is_not_taken_back_while_its_number_stands_elsewhere(
    county: County, client_of: ClientOf
) -> None:
    browser = client_of(county.cast["clerk_a"])
    now = datetime(2026, 3, 2, tzinfo=UTC)
    with scope.within(WHOLE_OFFICE):
        keep, other = (Elder.objects.get(pk=county.elders[key].pk) for key in ("a1", "a2"))
        number = identity_numbers.read(identity.identity_number_of(other), day=now.date())
        assert isinstance(number, IdentityNumber)
        signed = Signed("clerk_a", now, Ground("户口簿"))
        merged = journeys.merge(
            keep=keep, other=other, take=frozenset(), day=now.date(), signed=signed
        )
        Elder.objects.filter(pk=keep.pk).update(birth_date=number.birth_date, sex=number.sex)
        particulars.amend(
            elder=keep,
            changes={What.IDENTITY_NUMBER: number},
            reason=Reason(Why.MISTAKEN, "身份证"),
            by="clerk_a",
            at=now,
        )

    answer = browser.post(
        path_of(county, f"/journeys/{merged.pk}/undo"), {"reason": "认错人了"}, follow=True
    )

    assert answer.status_code == 200
    assert "这个身份证号已有档案" in answer.content.decode()


def test_a_number_of_another_file_is_refused_without_saying_whose(
    county: County, client_of: ClientOf
) -> None:
    with scope.within(WHOLE_OFFICE):
        other = county.elders["n1"]
        number = identity.identity_number_of(other)
        Elder.objects.filter(pk=county.elders["a1"].pk).update(
            birth_date=other.birth_date, sex=other.sex
        )

    answer = send(client_of(county.cast["clerk_a"]), county, name="王改名", identity_number=number)

    assert answer.status_code == 400
    page = answer.content.decode()
    assert "这个身份证号已有档案" in page
    assert other.name not in page
    assert her(county).name == county.elders["a1"].name
