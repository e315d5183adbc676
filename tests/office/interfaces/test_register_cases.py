"""Pages on what a file of a register asks for and is paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from tests.office.county import VILLAGE_A1, VILLAGE_B, County, identity_number
from tests.office.log import log
from tests.office.subjects.registers import caregiver, institution

from anlao.office.cases.models import Case
from anlao.office.organisations.models import User
from anlao.office.payments.models import Account
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from anlao.office.workforce.models import Caregiver, SkillStatus

pytestmark = pytest.mark.usefixtures("committed")
Browser = Callable[[User | None], Client]
POST = "special-post-allowance"
APPLICATION = {"way_in": "counter", "asked_by": "self"}
ACCOUNT = {
    "bank": "浙江农信",
    "holder": "何惠",
    "holder_is": "self",
    "number": "6222 0000 0000 0001",
    "evidence": "存折",
}


@pytest.fixture
def her(committed: None) -> Caregiver:
    del committed
    with scope.within(WHOLE_OFFICE):
        return caregiver("何惠", VILLAGE_A1, skill_level="senior", certified_on=date(2024, 3, 1))


def page(client: Client, address: str, sent: dict[str, str] | None = None) -> Any:
    return client.post(address, sent) if sent is not None else client.get(address)


def test_a_clerk_takes_a_caregivers_application(
    her: Caregiver, county: County, client_of: Browser
) -> None:
    clerk = client_of(county.cast["clerk_a"])
    offers = page(clerk, f"/registers/caregiver/{her.pk}/cases").content.decode()
    assert f"/registers/caregiver/{her.pk}/cases/{POST}" in offers

    taken = page(clerk, f"/registers/caregiver/{her.pk}/cases/{POST}", APPLICATION)

    with scope.within(WHOLE_OFFICE):
        case = Case.objects.get(subject=f"caregiver:{her.pk}")
    assert taken["Location"] == f"/cases/{case.pk}"
    for address in (f"/cases/{case.pk}", "/cases", f"/registers/caregiver/{her.pk}/cases"):
        shown = page(clerk, address)
        assert (shown.status_code, "何惠" in shown.content.decode()) == (200, True)
    for address in (f"/cases/{case.pk}/papers/application", f"/cases/form/{POST}"):
        assert page(clerk, address).content.startswith(b"%PDF")


def test_who_sees_no_registers_sees_no_cases_of_theirs(
    her: Caregiver, county: County, client_of: Browser
) -> None:
    page(
        client_of(county.cast["clerk_a"]),
        f"/registers/caregiver/{her.pk}/cases/{POST}",
        APPLICATION,
    )
    with scope.within(WHOLE_OFFICE):
        case = Case.objects.get(subject=f"caregiver:{her.pk}")

    worker, neighbour = (client_of(county.cast[one]) for one in ("village_worker", "neighbour"))

    assert page(worker, f"/cases/{case.pk}").status_code == 403
    assert "何惠" not in page(worker, "/cases").content.decode()
    assert page(neighbour, f"/cases/{case.pk}").status_code == 404
    assert page(neighbour, f"/registers/caregiver/{her.pk}/payments").status_code == 404


def test_an_account_is_entered_for_a_file_and_shown_masked(
    her: Caregiver, county: County, client_of: Browser
) -> None:
    clerk = client_of(county.cast["clerk_a"])

    page(clerk, f"/registers/caregiver/{her.pk}/payments", ACCOUNT)

    with scope.within(WHOLE_OFFICE):
        kept = Account.objects.get(subject=f"caregiver:{her.pk}")
    assert (kept.elder_id, kept.division_code) == (None, VILLAGE_A1)
    shown = page(clerk, f"/registers/caregiver/{her.pk}/payments").content.decode()
    assert kept.number_mask in shown
    assert "6222000000000001" not in shown


def test_an_organisation_has_an_account_of_its_own(county: County, client_of: Browser) -> None:
    with scope.within(WHOLE_OFFICE):
        home = institution("城南颐养院", VILLAGE_A1, ownership="private")
    clerk = client_of(county.cast["clerk_a"])
    told = ACCOUNT | {"holder": home.name}

    refused = page(clerk, f"/registers/institution/{home.pk}/payments", told)
    done = page(
        clerk, f"/registers/institution/{home.pk}/payments", told | {"holder_is": "organisation"}
    )

    assert (refused.status_code, done.status_code) == (400, 302)


def test_a_file_that_moves_takes_everything_about_it_along(
    her: Caregiver, county: County, client_of: Browser
) -> None:
    clerk = client_of(county.cast["county_clerk"])
    page(clerk, f"/registers/caregiver/{her.pk}/cases/{POST}", APPLICATION)
    page(clerk, f"/registers/caregiver/{her.pk}/payments", ACCOUNT)
    told = {"name": "何慧", "place": VILLAGE_B, "evidence": "调动文件"}

    done = page(clerk, f"/registers/caregiver/{her.pk}/change", told)

    assert done.status_code == 302
    with scope.within(WHOLE_OFFICE):
        her.refresh_from_db()
        assert (her.name, her.division_code) == ("何慧", VILLAGE_B)
        case = Case.objects.get(subject=f"caregiver:{her.pk}")
        account = Account.objects.get(subject=f"caregiver:{her.pk}")
        step = case.steps.get()
        assert {case.division_code, account.division_code, step.division_code} == {VILLAGE_B}
        assert {row.division_code for row in SkillStatus.objects.all()} == {VILLAGE_B}
        entry = log().get(act="change_register_file")
        assert entry.before == {"name": "何惠", "division_code": VILLAGE_A1}
    assert page(client_of(county.cast["clerk_a"]), f"/cases/{case.pk}").status_code == 404
    assert page(client_of(county.cast["clerk_b"]), f"/cases/{case.pk}").status_code == 200


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"place": VILLAGE_B}, "不在您的范围内"),
        ({"number": "123"}, ""),
        ({"name": ""}, ""),
        ({}, "没有变化"),
    ],
)
def test_what_cannot_be_corrected_is_told_and_changes_nothing(
    her: Caregiver, county: County, client_of: Browser, told: dict[str, str], why: str
) -> None:
    clerk = client_of(county.cast["clerk_a"])
    usual = {"name": "何惠", "place": VILLAGE_A1, "evidence": "证件"}

    answer = page(clerk, f"/registers/caregiver/{her.pk}/change", usual | told)

    assert answer.status_code == 400
    assert why in answer.content.decode()
    with scope.within(WHOLE_OFFICE):
        assert not log(act="change_register_file").exists()


def test_a_whole_number_is_shown_for_a_reason_and_that_is_logged(
    her: Caregiver, county: County, client_of: Browser
) -> None:
    number = identity_number(date(1980, 2, 3), 79)
    clerk = client_of(county.cast["clerk_a"])
    told = {"name": "何惠", "place": VILLAGE_A1, "evidence": "证件", "number": number.number}
    page(clerk, f"/registers/caregiver/{her.pk}/change", told)

    shown = page(clerk, f"/registers/caregiver/{her.pk}/reveal", {"reason": "核对证件"})

    assert number.number in shown.content.decode()
    assert number.number not in page(clerk, f"/registers/caregiver/{her.pk}").content.decode()
    with scope.within(WHOLE_OFFICE):
        entry = log().get(act="reveal", subject=f"caregiver:{her.pk}")
        assert (entry.who, entry.purpose) == ("clerk_a", "核对证件")
    leader = client_of(county.cast["leader"])
    refused = page(leader, f"/registers/caregiver/{her.pk}/reveal", {"reason": "核对证件"})
    assert refused.status_code == 403
