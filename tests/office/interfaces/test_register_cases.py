"""Pages on what a file of a register asks for and is paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from tests.office.county import VILLAGE_A1, County
from tests.office.subjects.registers import caregiver, institution

from anlao.office.cases.models import Case
from anlao.office.organisations.models import User
from anlao.office.payments.models import Account
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from anlao.office.workforce.models import Caregiver

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
    paper = page(clerk, f"/cases/{case.pk}/papers/application")
    assert paper.content.startswith(b"%PDF")


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
