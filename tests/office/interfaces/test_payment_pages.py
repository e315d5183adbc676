"""A month's run by page: two pairs of eyes, the bank and back, and who may do which of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.office.county import COUNTY, County, give, user
from tests.office.log import log
from tests.office.payments import months

from anlao.office.interfaces.tasks import running
from anlao.office.jobs import operations as jobs
from anlao.office.jobs.models import Job
from anlao.office.organisations.models import User
from anlao.office.payments.models import Account, Line, Run, Transfer
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from anlao.places.divisions import division

Browser = Callable[[User | None], Client]
ACCOUNT = {
    "bank": "测试农商银行",
    "holder": "王秀英",
    "holder_is": "self",
    "number": "6228 4803 0000 0000 018",
    "evidence": "存折复印件",
}


def work() -> Job:
    """Do the work of the latest job, as the worker does."""
    job: Job = Job.objects.latest("id")
    jobs.run(job.pk, running.WORKS)
    job.refresh_from_db()
    assert job.state == "done", job.message_zh
    return job


def act(browser: Client, run: Run, **sent: str) -> None:
    answer = browser.post(f"/payments/{run.pk}/act", sent)
    assert answer.status_code == 302, answer.content.decode()


def this_month() -> date:
    return timezone.localdate().replace(day=1)


def the_run() -> Run:
    with scope.within(WHOLE_OFFICE):
        return Run.objects.latest("pk")


@pytest.fixture
def held(county: County) -> County:
    """a1 holds the allowance by an approved case, from this year on."""
    months.award(county.elders["a1"], since=this_month())
    return county


def test_a_run_goes_from_the_clerk_to_the_bank_and_back(held: County, client_of: Browser) -> None:
    cast, a1 = held.cast, held.elders["a1"]
    second = user("county_clerk_2", cast["county_clerk"].organisation)
    give(second, "county_clerk", COUNTY)
    clerk, checker, approver, finance = (
        client_of(one) for one in (cast["county_clerk"], second, cast["approver"], cast["finance"])
    )
    assert client_of(cast["clerk_a"]).post(f"/elders/{a1.pk}/payments", ACCOUNT).status_code == 302

    clerk.post("/payments", {"division": COUNTY, "month": f"{this_month():%Y-%m}"})
    work()
    run = the_run()
    page = clerk.get(f"/payments/{run.pk}").content.decode()
    assert "60.00" in page
    assert "复核通过" not in page
    refused = checker.post(
        f"/payments/{run.pk}/act", {"act": "review", "digest": run.digest}, follow=True
    )
    assert f"还没有收到：{division('331123001').name}" in refused.content.decode()
    months.stamped(run)
    act(checker, run, act="review", digest=run.digest)
    act(approver, run, act="approve", digest=run.digest)
    work()
    act(finance, run, act="file", layout="usual-csv")
    work()
    with scope.within(WHOLE_OFFICE):
        transfer = Transfer.objects.get(run=run)
        file = run.files.get()
    sent = finance.get(f"/payments/{run.pk}/files/{file.pk}")
    told = f"业务编号,金额,处理结果\n{transfer.reference},60.00,成功\n"
    upload = SimpleUploadedFile("回盘.csv", told.encode())
    answer = finance.post(f"/payments/{run.pk}/answer", {"file": upload})
    act(finance, run, act="close")

    assert "6228480300000000018" in sent.content.decode()
    assert answer.status_code == 302
    assert the_run().state == "closed"
    hers = client_of(cast["clerk_a"]).get(f"/elders/{a1.pk}/payments").content.decode()
    assert "到账" in hers
    assert "6228480300000000018" not in hers
    acts = set(log().values_list("act", flat=True))
    assert {"open_run", "review_run", "approve_run", "take_bank_file", "close_run"} <= acts


def test_whoever_made_a_run_is_told_that_another_reviews_it(
    held: County, client_of: Browser
) -> None:
    clerk = client_of(held.cast["county_clerk"])
    clerk.post("/payments", {"division": COUNTY, "month": f"{this_month():%Y-%m}"})
    work()
    run = the_run()

    answer = clerk.post(
        f"/payments/{run.pk}/act", {"act": "review", "digest": run.digest}, follow=True
    )

    assert "经办人不能复核" in answer.content.decode()
    assert the_run().state == "previewed"


@pytest.mark.parametrize("part", ["clerk_a", "village_worker", "auditor", "leader", "approver"])
def test_others_open_no_run(held: County, client_of: Browser, part: str) -> None:
    answer = client_of(held.cast[part]).post(
        "/payments", {"division": COUNTY, "month": f"{this_month():%Y-%m}"}
    )

    assert answer.status_code == 403
    with scope.within(WHOLE_OFFICE):
        assert not Run.objects.exists()


def test_a_neighbour_sees_neither_the_run_nor_its_lines(held: County, client_of: Browser) -> None:
    months.account(held.elders["a1"])
    run = months.decided(this_month())
    with scope.within(WHOLE_OFFICE):
        line = Line.objects.get(run=run)
    neighbour = client_of(held.cast["neighbour"])

    for path in ("", "/lines", f"/lines/{line.pk}", "/stopped", "/townships/331123001"):
        assert neighbour.get(f"/payments/{run.pk}{path}").status_code == 404
    assert neighbour.post(f"/payments/{run.pk}/act", {"act": "decide"}).status_code == 404


def test_what_no_case_opened_is_cleared_with_a_ground_before_its_first_payment(
    county: County, client_of: Browser
) -> None:
    months.award(county.elders["a1"], case=None)
    months.account(county.elders["a1"])
    run = months.decided(this_month())
    clerk = client_of(county.cast["county_clerk"])

    shown = clerk.get(f"/payments/{run.pk}/lines?why=no_case").content.decode()
    clerk.post(f"/payments/{run.pk}/lines", {"why": "no_case", "reason": ""})
    with scope.within(WHOLE_OFFICE):
        assert Line.objects.get(run=run).state == "held"
    clerk.post(f"/payments/{run.pk}/lines", {"why": "no_case", "reason": "原名单已核对"})

    assert "王秀英" in shown
    with scope.within(WHOLE_OFFICE):
        line = Line.objects.get(run=run)
    assert (line.state, line.cleared["no_case"]["reason"]) == ("listed", "原名单已核对")


def test_a_bank_answer_that_does_not_fit_is_refused_row_by_row(
    held: County, client_of: Browser
) -> None:
    months.account(held.elders["a1"])
    run = months.approved(months.decided(this_month()))
    months.sent(run)
    finance = client_of(held.cast["finance"])
    upload = SimpleUploadedFile("回盘.csv", "业务编号,金额,处理结果\nP1,60.00,成功\n".encode())

    answer = finance.post(f"/payments/{run.pk}/answer", {"file": upload})

    assert answer.status_code == 400
    assert "不属于本批次" in answer.content.decode()
    with scope.within(WHOLE_OFFICE):
        assert Transfer.objects.get(run=run).state == "sent"


def test_a_township_prints_its_list_and_brings_it_back_stamped(
    held: County, client_of: Browser
) -> None:
    months.account(held.elders["a1"])
    run = months.decided(this_month())
    clerk = client_of(held.cast["clerk_a"])
    path = f"/payments/{run.pk}/townships/331123001"
    with scope.within(WHOLE_OFFICE):
        from anlao.office.payments import queries

        (township,) = queries.townships(run)

    page = clerk.get(path).content.decode()
    refused = clerk.post(
        path, {"digest": township.digest, "scan": SimpleUploadedFile("a.pdf", b"hello")}
    )
    scan = SimpleUploadedFile("盖章.pdf", b"%PDF-1.4 stamped %%EOF")
    clerk.post(path, {"digest": township.digest, "scan": scan})

    assert "王秀英" in page
    assert refused.status_code == 302
    with scope.within(WHOLE_OFFICE):
        kept = run.confirmations.get()
        assert kept.division_code == "331123001"
        assert queries.townships(run)[0].confirmed
    address = f"{path}/scans/{kept.pk}"
    assert address in clerk.get(path).content.decode()
    shown = client_of(held.cast["approver"]).get(address)
    assert (shown.content, shown["Content-Type"]) == (
        b"%PDF-1.4 stamped %%EOF",
        "application/pdf",
    )
    with scope.within(WHOLE_OFFICE):
        assert log().get(act="read_scan").who == "approver"
    assert client_of(held.cast["clerk_b"]).get(address).status_code == 404
    assert client_of(held.cast["leader"]).get(address).status_code == 403


def test_an_account_number_that_cannot_be_is_refused(county: County, client_of: Browser) -> None:
    a1 = county.elders["a1"]
    clerk = client_of(county.cast["clerk_a"])

    answer = clerk.post(f"/elders/{a1.pk}/payments", ACCOUNT | {"number": "12345"})

    assert answer.status_code == 400
    assert "8至32位" in answer.content.decode()
    with scope.within(WHOLE_OFFICE):
        assert not Account.objects.exists()


def test_finance_enters_a_budget_and_what_a_fund_gave(county: County, client_of: Browser) -> None:
    finance, year = client_of(county.cast["finance"]), timezone.localdate().year
    entered = {
        "act": "budget",
        "budget-provision": months.AGE,
        "budget-fund": "county",
        "budget-yuan": "1200000.05",
        "budget-ground": "预算批复1号",
    }
    given = {
        "act": "funding",
        "funding-fund": "provincial",
        "funding-yuan": "500",
        "funding-day": f"{year}-01-05",
        "funding-ground": "拨款单",
    }

    assert finance.post("/payments/budget", entered).status_code == 302
    assert finance.post("/payments/budget", given).status_code == 302
    page = finance.get("/payments/budget").content.decode()
    file = finance.get("/payments/budget/file?form=csv").content.decode()
    refused = finance.post("/payments/budget", entered | {"budget-yuan": "-1"})
    others = client_of(county.cast["approver"]).post("/payments/budget", entered)

    assert "1,200,000.05" in page
    assert "500.00" in page
    assert "1200000.05" in file
    assert refused.status_code == 400
    assert others.status_code == 403
    acts = set(log().values_list("act", flat=True))
    assert {"enter_budget", "enter_funding", "export_budget"} <= acts


def test_a_paid_run_is_verified_by_somebody_else_than_its_makers(
    held: County, client_of: Browser
) -> None:
    months.account(held.elders["a1"])
    run = months.paid(this_month())
    approver = client_of(held.cast["approver"])
    sure = {"confidence": "950", "tolerated": "5", "expected": "50"}

    drawn = approver.post(f"/payments/{run.pk}/samples", sure)
    page = approver.get(drawn["Location"]).content.decode()
    found = {"place": "1", "how": "call", "result": "less", "yuan": "59.99", "note": "少一分"}
    recorded = approver.post(drawn["Location"], found)
    after = approver.get(drawn["Location"]).content.decode()

    assert "王秀英" in page
    assert "结果相同" in page
    assert recorded.status_code == 302
    assert "100.00 %" in after
    assert "59.99" in after
    for sent in ({"place": "2"}, {"place": "nonsense"}):
        assert approver.post(drawn["Location"], found | sent).status_code == 404
    assert approver.post(drawn["Location"], found | {"yuan": "60"}).status_code == 400
    assert approver.post(f"/payments/{run.pk}/samples", {}).status_code == 400
    for part in ("finance", "auditor"):
        browser = client_of(held.cast[part])
        assert browser.get(drawn["Location"]).status_code == 200
        assert browser.post(drawn["Location"], found).status_code == 403
    assert client_of(held.cast["neighbour"]).get(drawn["Location"]).status_code == 404
    acts = set(log().values_list("act", flat=True))
    assert {"draw_sample", "read_sample", "check_payment"} <= acts


def test_a_leader_forecasts_what_a_raise_costs(county: County, client_of: Browser) -> None:
    leader = client_of(county.cast["leader"])
    asked = {"months": "12", "figure_0": "old_age_allowance[80-89]", "value_0": "80"}

    assert leader.post("/figures/forecast", asked).status_code == 302
    number = work().result["forecast"]
    shown = leader.get(f"/figures/forecast/{number}").content.decode()
    file = leader.get(f"/figures/forecast/{number}/file?form=csv").content.decode()
    part = leader.get(f"/figures/forecast/{number}?provision={months.AGE}&town=331123001")
    half = leader.post("/figures/forecast", asked | {"value_0": ""})
    unsourced = leader.post("/figures/forecast", asked | {"rate_2": "80"})

    # three people below ninety, twelve months, twenty yuan
    assert "720.00" in shown
    assert "王秀英" not in shown
    assert "调整后金额" in file
    assert "720.00" in part.content.decode()
    assert (half.status_code, unsourced.status_code) == (400, 400)
    assert client_of(county.cast["neighbour"]).get(f"/figures/forecast/{number}").status_code == 403
    assert "export_forecast" in log().values_list("act", flat=True)
