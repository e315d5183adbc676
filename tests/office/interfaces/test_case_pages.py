"""Applications in the browser: taken, verified, posted, approved, refused, printed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.office.cases.flow import ALLOWANCE, SUPPORT, needy
from tests.office.county import COUNTY, County
from tests.office.disclosure.waiting import waiting_to_tell
from tests.office.log import log

from anlao.office.benefits.models import Award
from anlao.office.cases import states
from anlao.office.cases.asking import find
from anlao.office.cases.deciding import approve
from anlao.office.cases.models import Case, PauseProposal
from anlao.office.interfaces.tasks import running
from anlao.office.interfaces.tasks.disclosing import tell_public
from anlao.office.jobs import operations as jobs
from anlao.office.jobs.models import Job
from anlao.office.organisations.models import User
from anlao.office.registry.models import Elder
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE

Browser = Callable[[User | None], Client]
pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def her(county: County) -> Elder:
    del county
    with scope.within(WHOLE_OFFICE):
        return needy()


def the_case() -> Case:
    with scope.within(WHOLE_OFFICE):
        found: Case = Case.objects.select_related("elder").latest("pk")
        return found


def act(browser: Client, name: str, status: int = 302, **sent: str) -> None:
    answer = browser.post(f"/cases/{the_case().pk}", {"act": name, **sent})
    assert answer.status_code == status, answer.content.decode()


def test_a_case_goes_through_the_pages(county: County, client_of: Browser, her: Elder) -> None:
    village, town, approver = (
        client_of(county.cast[part]) for part in ("village_worker", "clerk_a", "approver")
    )
    page = village.get(f"/elders/{her.pk}/cases").content.decode()
    assert "特困老年人集中供养" in page
    answer = village.post(
        f"/elders/{her.pk}/cases/{SUPPORT}", {"way_in": "village", "asked_by": "self"}
    )
    assert answer.status_code == 302

    act(town, "complete", 400)  # papers are lacking
    for paper in ("特困人员认定", "意愿确认"):
        act(village, "show", paper=paper, what="原件")
    act(village, "complete", 403)
    act(town, "complete")
    today = timezone.localdate()
    for kind in ("data_match", "household_visit"):
        act(town, "check", kind=kind, on=str(today), agrees="yes", text="属实")
    before = waiting_to_tell()
    act(town, "post", place="村务公开栏", first=str(today))
    assert waiting_to_tell() == before + 1
    notice = village.get("/cases/notice").content.decode()
    assert "叶**" in notice
    assert "叶素珍" not in notice
    assert tell_public(COUNTY) == [0, 1]
    portal = client_of(None).get(f"/public/{COUNTY}/notices").content.decode()
    assert "叶**" in portal
    assert "特困" not in portal
    act(town, "pass_on", 400)  # it hangs out for seven days
    assert the_case().state == states.NOTICE
    assert the_case().deadline_on == today + timedelta(days=6)
    act(approver, "approve", 400)

    kinds = set(log(subject=f"elder:{her.pk}").values_list("act", flat=True))
    assert {"case_apply", "case_post", "read_cases"} <= kinds


def test_many_are_approved_from_a_list_and_very_many_by_a_job(
    county: County, client_of: Browser
) -> None:
    now, today = timezone.now(), timezone.localdate()
    with scope.within(WHOLE_OFFICE):
        numbers = [
            find(
                elder=county.elders[key],
                provision=ALLOWANCE,
                day=today,
                by="nightly",
                at=now,
                ground="符合未领",
            ).pk
            for key in ("a1", "a2", "b1")
        ]
    approver = client_of(county.cast["approver"])
    page = approver.get("/cases/approve").content.decode()
    assert "王秀英" in page

    approver.post("/cases/approve", {"case": [str(number) for number in numbers[:2]]})
    with scope.within(WHOLE_OFFICE):
        assert Award.objects.filter(provision=ALLOWANCE).count() == 2

    many = [*map(str, numbers), *(str(90000 + number) for number in range(9))]
    answer = approver.post("/cases/approve", {"case": many})
    assert answer["Location"] == "/jobs"
    job = Job.objects.get(kind=running.APPROVE)
    jobs.run(job.pk, running.WORKS)

    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert job.result["approved"] == [numbers[2]]
    assert len(job.result["refused"]) == 11
    assert client_of(county.cast["clerk_a"]).get("/cases/approve").status_code == 403


def test_papers_are_pdf_and_every_print_is_logged(county: County, client_of: Browser) -> None:
    now, today = timezone.now(), timezone.localdate()
    with scope.within(WHOLE_OFFICE):
        case = find(
            elder=county.elders["a1"],
            provision=ALLOWANCE,
            day=today,
            by="nightly",
            at=now,
            ground="符合未领",
        )
    approver = client_of(county.cast["approver"])
    assert approver.get(f"/cases/{case.pk}/papers/decision").status_code == 404
    act(approver, "reject", reason="存疑")

    for paper in ("application", "notice", "decision"):
        answer = approver.get(f"/cases/{case.pk}/papers/{paper}")
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
    assert log(act="print_paper", who="approver").count() == 3
    assert client_of(county.cast["clerk_b"]).get(f"/cases/{case.pk}").status_code == 404
    assert approver.get(f"/cases/{case.pk}/papers/nonsense").status_code == 404


def test_life_is_confirmed_on_its_page(county: County, client_of: Browser) -> None:
    from anlao.office.registry import details
    from anlao.office.registry.operations import Ground

    today = timezone.localdate()
    with scope.within(WHOLE_OFFICE):
        details.add(
            elder=county.elders["a1"],
            kind=Award,
            values={"provision": ALLOWANCE, "fen": 6000},
            start=today - timedelta(days=500),
            ground=Ground("名单"),
            by="t",
            at=timezone.now(),
        )
    town = client_of(county.cast["clerk_a"])
    assert "王秀英" in town.get("/cases/alive").content.decode()

    answer = town.post(
        "/cases/alive",
        {
            "elder": str(county.elders["a1"].pk),
            "day": str(today),
            "how": "visit",
            "evidence": "上门",
        },
    )

    assert answer.status_code == 302
    assert "王秀英" not in town.get("/cases/alive").content.decode()
    adopted = town.post(f"/elders/{county.elders['a1'].pk}/cases", {"provision": ALLOWANCE})
    assert adopted["Location"] == f"/cases/{the_case().pk}"
    approver = client_of(county.cast["approver"])
    start = str(today + timedelta(days=30))
    act(approver, "suspend", kind="lost_contact", from_day=start, reason="失联")
    assert the_case().state == states.SUSPENDED


def test_a_suspension_is_proposed_by_one_and_answered_by_another(
    county: County, client_of: Browser
) -> None:
    now, today = timezone.now(), timezone.localdate()
    with scope.within(WHOLE_OFFICE):
        her = county.elders["a2"]
        case = find(elder=her, provision=ALLOWANCE, day=today, by="n", at=now, ground="符合未领")
        approve(number=case.pk, by="approver", at=now, day=today)  # arrears of two years
    town, approver = client_of(county.cast["clerk_a"]), client_of(county.cast["approver"])
    sent = {
        "elder": str(her.pk),
        "kind": "lost_contact",
        "month": f"{today + timedelta(days=40):%Y-%m}",
        "reason": "两次上门未见",
    }
    page = town.get("/cases/alive/overdue").content.decode()
    assert "李桂兰" in page
    assert 'name="elder"' in page
    assert (
        "李桂兰"
        not in client_of(county.cast["clerk_b"]).get("/cases/alive/overdue").content.decode()
    )
    seen = approver.get("/cases/alive/overdue").content.decode()
    assert 'name="elder"' not in seen
    for refused in ("approver", "village_worker"):
        assert client_of(county.cast[refused]).post("/cases/alive/overdue", sent).status_code == 403
    assert town.post("/cases/alive/overdue", sent | {"month": ""}).status_code == 400

    assert town.post("/cases/alive/overdue", sent).status_code == 302
    assert "已建议暂停" in town.get("/cases/alive/overdue").content.decode()
    with scope.within(WHOLE_OFFICE):
        number = str(PauseProposal.objects.get().pk)
    answer = {"act": "approve", "proposal": number}
    assert town.post("/cases/alive/proposals", answer).status_code == 403
    assert 'name="proposal"' in approver.get("/cases/alive/proposals").content.decode()
    assert "两次上门未见" in approver.get(f"/cases/{case.pk}").content.decode()
    approver.post("/cases/alive/proposals", {"act": "turn_down", "proposal": number})
    assert the_case().state == states.OPEN  # no reason was given

    assert approver.post("/cases/alive/proposals", answer).status_code == 302

    assert the_case().state == states.SUSPENDED
    assert "approver" in town.get("/cases/alive/proposals?only=approved").content.decode()
    assert town.get("/cases/alive/proposals?only=nonsense").status_code == 404
