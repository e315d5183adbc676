"""Runs of the small county, as its people would make them, for the tests of payments."""

from __future__ import annotations

from datetime import UTC, date, datetime

from anlao.office.benefits.holders import ElderHolder
from anlao.office.benefits.models import Award
from anlao.office.payments import accounts, deciding, operations, settling, signing
from anlao.office.payments.accounts import Told
from anlao.office.payments.bank import answers, files
from anlao.office.payments.models import Account, Answer, BankFile, Line, Run, Transfer
from anlao.office.registry import details
from anlao.office.registry import operations as registry
from anlao.office.registry.imports.safety import Upload
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import Ground
from anlao.office.rehearsal.payments import stamp
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from tests.office.county import COUNTY

MAKER, REVIEWER, APPROVER, SECOND, FINANCE = "maker", "reviewer", "approver", "second", "finance"
CHECKER, CLERK = "checker", "clerk"
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
AGE, CARE = "old-age-allowance", "care-subsidy"


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def award(
    elder: Elder,
    provision: str = AGE,
    *,
    since: date = date(2026, 1, 1),
    case: int | None = 1,
) -> Award:
    """Let an elder hold a benefit from a day on, known since early in 2026."""
    with scope.within(WHOLE_OFFICE):
        made = details.add(
            elder=elder,
            kind=Award,
            values={"provision": provision, "case_number": case},
            start=since,
            ground=Ground("批准"),
            by="builder",
            at=at(date(2026, 1, 5)),
        )
    assert isinstance(made, Award)
    return made


def account(elder: Elder, number: str = "") -> Account:
    with scope.within(WHOLE_OFFICE):
        told = Told("测试农商银行", elder.name, "self", number or f"62284803{elder.pk:09d}", "存折")
        return accounts.enter(ElderHolder(elder), told, by="builder", at=at(date(2026, 1, 5)))


def opened(
    month: date, *, kind: str = "regular", parent: Run | None = None, division: str = COUNTY
) -> Run:
    with scope.within(WHOLE_OFFICE):
        return operations.open_run(
            division=division, month=month, by=MAKER, at=at(month), kind=kind, parent=parent
        )


def decided(
    month: date, *, kind: str = "regular", parent: Run | None = None, division: str = COUNTY
) -> Run:
    """Open a run of a month and decide it on the month's tenth day."""
    run = opened(month, kind=kind, parent=parent, division=division)
    deciding.decide(run.pk, by=MAKER, at=at(month.replace(day=10)), today=month)
    with scope.within(WHOLE_OFFICE):
        run.refresh_from_db()
    return run


def stamped(run: Run) -> Run:
    """Let the townships of a decided run bring their stamped lists."""
    with scope.within(WHOLE_OFFICE):
        stamp(run, by=CLERK, at=at(run.month.replace(day=11)))
    return run


def approved(run: Run) -> Run:
    """Let a decided run be stamped, reviewed, approved and settled."""
    when = at(run.month.replace(day=12))
    stamped(run)
    with scope.within(WHOLE_OFFICE):
        signing.review(run, digest=run.digest, remark="", by=REVIEWER, at=when)
        for by in (APPROVER, SECOND):
            if signing.approve(run, digest=run.digest, remark="", by=by, at=when):
                break
        settling.settle(run, at=when)
        run.refresh_from_db()
    return run


def sent(run: Run, layout: str = "usual-csv") -> BankFile:
    with scope.within(WHOLE_OFFICE):
        file = files.make(run, layout, by=FINANCE, at=at(run.month.replace(day=13)))
        run.refresh_from_db()
    assert file is not None
    return file


def answered(run: Run, *, failing: tuple[int, ...] = ()) -> Answer:
    """Let the bank pay a run, but for the transfers of some elders."""
    with scope.within(WHOLE_OFFICE):
        rows = ["业务编号,金额,处理结果,失败原因"]
        for transfer in Transfer.objects.filter(run=run, state="sent").select_related("line"):
            fails = transfer.line.elder_id in failing
            rows.append(
                f"{transfer.reference},{transfer.fen / 100:.2f},"
                + ("失败,账号户名不符" if fails else "成功,")
            )
        upload = Upload("回盘.csv", "\n".join(rows).encode())
        return answers.read(run, upload, by=FINANCE, at=at(run.month.replace(day=15)))


def closed(run: Run) -> Run:
    with scope.within(WHOLE_OFFICE):
        operations.close(run, by=FINANCE)
        run.refresh_from_db()
    return run


def paid(month: date, division: str = COUNTY) -> Run:
    """Take a month's run all the way."""
    run = approved(decided(month, division=division))
    sent(run)
    answered(run)
    return closed(run)


def die(elder: Elder, day: date, *, known: datetime) -> None:
    with scope.within(WHOLE_OFFICE):
        registry.record(
            elder=elder,
            facts={"death_date": day},
            start=day,
            ground=Ground("死亡证明"),
            by="clerk",
            at=known,
        )


def lines(run: Run) -> dict[tuple[int | None, str, str], Line]:
    """Return a run's lines by elder, provision and period."""
    with scope.within(WHOLE_OFFICE):
        found = Line.objects.filter(run=run).order_by("pk")
        return {(line.elder_id, line.provision, line.period): line for line in found}
