"""Other systems see how the lists of their area stand, and what was wrong in them."""

from __future__ import annotations

from base64 import b64encode
from datetime import date

import pytest
from django.db import transaction
from django.utils import timezone
from tests.office.county import COUNTY, NEIGHBOUR, TOWN_A, County
from tests.office.interfaces.test_api import Issue, bodies, is_problem, issue, walked
from tests.office.log import log
from tests.office.registry.imports.made import workbook
from tests.office.test_queue import work

from anlao.office.database.folder import DataFolder
from anlao.office.jobs.models import Job
from anlao.office.jobs.progress import UNSEEN
from anlao.office.organisations import roles
from anlao.office.organisations.models import Token
from anlao.office.registry import identity
from anlao.office.registry.imports import batches, checking
from anlao.office.registry.imports.batches import Brought
from anlao.office.registry.imports.models import Batch
from anlao.office.registry.imports.safety import Upload
from anlao.office.shared import scope
from anlao.office.shared.scope import Scope

__all__ = ("issue",)
pytestmark = pytest.mark.usefixtures("committed")
ACTS = (roles.IMPORT_LISTS,)
HEAD = ["公民身份号码", "姓名", "困难类别"]


@pytest.fixture
def batch(county: County) -> Batch:
    her = county.elders["a1"]
    bad = [["1234", "坏行", "低保"]] * 5
    rows = [HEAD, [identity.identity_number_of(her), her.name, "低保"], *bad]
    file = Upload("名单.xlsx", workbook(rows))
    with transaction.atomic():
        scope.enter(Scope((COUNTY,)))
        brought = Brought(file, "hardship", "民政救助", date(2026, 11, 1), None, COUNTY)
        made = batches.bring(brought, by="clerk", at=timezone.now())
        checking.check(made, today=date(2026, 11, 24), progress=UNSEEN)
    return made


def test_a_list_and_its_findings_are_told_inside_the_area(batch: Batch, issue: Issue) -> None:
    system = issue("county_clerk", ACTS, COUNTY)

    (listed,) = system.get("/imports").json()["items"]
    found = walked(system, f"/imports/{batch.pk}/findings?limit=2")

    assert listed == system.get(f"/imports/{batch.pk}").json()
    assert (listed["state"], listed["counts"]["read"], listed["counts"]["bad"]) == ("checked", 6, 5)
    assert {one["row"] for one in found} == {3, 4, 5, 6, 7}
    assert all(one["reason"] and one["reason_en"] for one in found)
    assert log(act="read_list", subject=f"import:{batch.pk}").exists()


@pytest.mark.parametrize(("part", "place"), [("clerk_a", TOWN_A), ("neighbour", NEIGHBOUR)])
def test_lists_of_others_are_not_there(batch: Batch, issue: Issue, part: str, place: str) -> None:
    system = issue(part, ACTS, place)

    assert system.get("/imports").json()["items"] == []
    for path in (f"/imports/{batch.pk}", f"/imports/{batch.pk}/findings"):
        outside, nowhere = system.get(path), system.get(path.replace(str(batch.pk), "99999999"))
        is_problem(outside, 404)
        assert bodies(outside) == bodies(nowhere)


def sent(county: County, **other: object) -> dict[str, object]:
    her = county.elders["a1"]
    rows = [HEAD, [identity.identity_number_of(her), her.name, "低保"], ["1234", "坏行", "低保"]]
    usual = {
        "kind": "hardship",
        "source": "民政救助系统",
        "division": COUNTY,
        "from_date": "2026-11-01",
        "file_name": "名单.xlsx",
        "content": b64encode(workbook(rows)).decode(),
    }
    return usual | other


def test_a_list_is_brought_checked_by_the_worker_and_left_to_people(
    county: County, issue: Issue, office: DataFolder
) -> None:
    system = issue("county_clerk", ACTS, COUNTY)

    told = sent(county)
    answer = system.ask("POST", "/imports", told)
    work(office)

    assert answer.status_code == 201, bodies(answer)
    made = system.get(f"/imports/{answer.json()['id']}").json()
    assert (made["state"], made["job_state"]) == ("checked", "done")
    assert (made["counts"]["read"], made["counts"]["bad"]) == (2, 1)
    assert made["committed_at"] is None
    is_problem(system.ask("POST", "/imports", told), 409)


WRONG: dict[str, tuple[dict[str, object], int]] = {
    "another county": ({"division": NEIGHBOUR}, 404),
    "no such kind": ({"kind": "nonsense"}, 422),
    "no base64": ({"content": "AAAA="}, 422),
    "no list": ({"content": b64encode(b"nothing").decode()}, 422),
    "ends before it begins": ({"until": "2026-11-01"}, 422),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_imported_is_refused_and_nothing_kept(
    county: County, issue: Issue, wrong: str
) -> None:
    other, status = WRONG[wrong]
    system = issue("county_clerk", ACTS, COUNTY)

    is_problem(system.ask("POST", "/imports", sent(county, **other)), status)

    assert system.get("/imports").json()["items"] == []


def test_a_township_brings_no_list_of_the_county(county: County, issue: Issue) -> None:
    system = issue("clerk_a", ACTS, TOWN_A)

    is_problem(system.ask("POST", "/imports", sent(county)), 404)


def test_a_token_that_was_revoked_meanwhile_checks_nothing(
    county: County, issue: Issue, office: DataFolder
) -> None:
    system = issue("county_clerk", ACTS, COUNTY)
    number = system.ask("POST", "/imports", sent(county)).json()["id"]
    Token.objects.update(revoked_at=timezone.now(), revoked_by="t")

    work(office)

    assert Job.objects.get(subject=f"import:{number}").state == "failed"
