"""Institutions, residents, centres and caregivers are paid by the same cases, runs and ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, transaction

from anlao.office.benefits.holders import FileHolder
from anlao.office.benefits.models import FileAward
from anlao.office.benefits.subjects import REGISTERS
from anlao.office.cases import asking, deciding, papers, pausing, verifying
from anlao.office.cases.asking import Asker
from anlao.office.cases.models import Case
from anlao.office.cases.moving import Refused
from anlao.office.database.folder import DataFolder
from anlao.office.payments import accounts, ledger, recovering
from anlao.office.payments.accounts import Told
from anlao.office.payments.models import Due, Line, Recovery, Run, Transfer
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE, Scope
from anlao.office.shared.typeset import pdf
from anlao.office.subjects import operations
from tests.office.county import COUNTY, NEIGHBOUR, VILLAGE_A1, County, elder, owner
from tests.office.payments import months
from tests.office.payments.months import APRIL, MARCH, MAY
from tests.office.subjects.registers import GROUND, VILLAGE_J, caregiver, institution, stay

pytestmark = pytest.mark.usefixtures("committed")
POST, PER_RESIDENT, RATED = (
    "special-post-allowance",
    "resident-operating-subsidy",
    "rating-award",
)
JIAN = VILLAGE_J[:6]
FEBRUARY = date(2026, 2, 1)


@pytest.fixture(autouse=True)
def rates(office: DataFolder) -> Iterator[None]:
    """Local rates that the county has entered: without them nobody can tell an allowance."""
    file = office.rates / "suichang.yaml"
    office.rates.mkdir(exist_ok=True)
    file.write_text("special_post_allowance: {senior: 300}\n", "utf-8")
    yield
    file.unlink()


def holder(kind: str, file: Any) -> FileHolder:
    return FileHolder(REGISTERS[kind], file)


def skilled(name: str = "何惠") -> FileHolder:
    """Return a caregiver to whom the post allowance is due by her grade."""
    with scope.within(WHOLE_OFFICE):
        made = caregiver(
            name,
            VILLAGE_A1,
            skill_level="senior",
            certified_on=date(2024, 3, 1),
            service_since=date(2024, 1, 1),
        )
    return holder("caregiver", made)


def account(of: FileHolder, number: str = "6222000000000001") -> None:
    whose = "self" if of.register.is_person else "organisation"
    told = Told("浙江农信", of.name, whose, number, "开户证明")
    with scope.within(WHOLE_OFFICE):
        accounts.enter(of, told, by="builder", at=months.at(date(2026, 1, 5)))


def opened(of: FileHolder, provision: str, *, day: date = FEBRUARY) -> Case:
    """Take a file's application through every hand; the benefit opens in the next month."""
    later, at = day.replace(day=20), months.at(day)
    end = months.at(later)
    with scope.within(WHOLE_OFFICE):
        case = asking.apply(
            holder=of,
            provision=provision,
            way_in="counter",
            asker=Asker("self"),
            day=day,
            by="clerk",
            at=at,
        )
        for paper in asking.lacking(case):
            asking.show(number=case.pk, paper=paper.zh, what="原件已核", by="clerk", at=at)
        verifying.complete(number=case.pk, by="town", day=day, at=at)
        for kind in verifying.unchecked(case):
            verifying.check(
                number=case.pk,
                kind=kind,
                on=day,
                agrees=True,
                text="属实",
                by="town",
                day=day,
                at=at,
            )
        verifying.post(number=case.pk, place="官网", first=day, by="town", day=day, at=at)
        verifying.pass_on(number=case.pk, by="town", at=end, day=later)
        return deciding.approve(number=case.pk, by="approver", at=end, day=later)


def paid_to(run: Run) -> dict[str, int]:
    """Return what a run owes, by the names of the payees."""
    found: dict[str, int] = {}
    with scope.within(WHOLE_OFFICE):
        for line in Line.objects.filter(run=run, state="owed"):
            found[line.payee] = found.get(line.payee, 0) + line.fen
    return found


def test_a_caregiver_is_paid_from_the_month_after_her_case_was_approved(county: County) -> None:
    del county
    her = skilled()
    account(her)
    case = opened(her, POST)

    run = months.paid(MARCH)

    with scope.within(WHOLE_OFFICE):
        line = Line.objects.get(run=run, subject=her.subject)
        assert (line.period, line.payee, line.elder_id) == ("2026-03", her.subject, None)
        assert line.fen == paid_a_month(case)
        assert Transfer.objects.get(line=line).state == "paid"
        assert list(ledger.verify(COUNTY)) == []
        assert FileAward.objects.get(subject=her.subject).case_number == case.pk


def test_a_file_without_an_account_waits_and_is_paid_later(county: County) -> None:
    del county
    her = skilled()
    opened(her, POST)

    march = months.approved(months.decided(MARCH))
    with scope.within(WHOLE_OFFICE):
        waiting = Line.objects.get(run=march, subject=her.subject)
        assert (waiting.state, waiting.held_for) == ("left_out", ["no_account"])
    account(her)
    april = months.approved(months.decided(APRIL))

    with scope.within(WHOLE_OFFICE):
        found = Line.objects.filter(run=april, subject=her.subject).order_by("month")
        assert [line.period for line in found] == ["2026-03", "2026-04"]


def test_what_a_resident_brings_goes_to_the_institution(county: County) -> None:
    home, first = resident(county)
    second = resident(county, home=home, name="周桂英")[1]
    account(home)
    for one in (first, second):
        opened(one, PER_RESIDENT)

    run = months.approved(months.decided(MARCH, division=JIAN))
    assert paid_to(run) == {}  # whether they were there on the last day, nobody knows on the tenth
    with scope.within(WHOLE_OFFICE):
        assert set(Due.objects.filter(run=run).values_list("outcome", flat=True)) == {"unknown"}
    april = months.approved(months.decided(APRIL, division=JIAN))

    with scope.within(WHOLE_OFFICE):
        rows = Line.objects.filter(run=april).order_by("subject")
        assert [(line.subject, line.payee, line.period) for line in rows] == [
            (one.subject, home.subject, "2026-03")
            for one in sorted((first, second), key=lambda one: one.subject)
        ]
        assert {one.account.subject for one in Transfer.objects.filter(run=april)} == {home.subject}
    assert paid_to(april) == {home.subject: 2 * 225_00}


def test_a_leaving_told_late_is_taken_back_from_the_institution(county: County) -> None:
    home, her = resident(county)
    account(home)
    opened(her, PER_RESIDENT)
    months.approved(months.decided(MARCH, division=JIAN))
    april = months.approved(months.decided(APRIL, division=JIAN))
    owed = paid_to(april)[home.subject]
    with scope.within(WHOLE_OFFICE):
        operations.record(
            her.register,
            her.file,
            {"left_on": date(2026, 3, 15)},
            start=date(2026, 3, 15),
            ground=Ground("离院登记"),
            by="clerk",
            at=months.at(date(2026, 5, 4)),
        )

    may = months.approved(months.decided(MAY, division=JIAN))

    with scope.within(WHOLE_OFFICE):
        taken = Line.objects.get(run=may, subject=her.subject, period="2026-03")
        assert (taken.fen, taken.state) == (-owed, "charged")
        recovery = Recovery.objects.get(subject=home.subject)
        assert recovering.balance(recovery) == owed
        assert recovery.elder_id is None
        assert list(ledger.verify(JIAN)) == []


def test_an_elders_death_stops_what_her_institution_gets_for_her(county: County) -> None:
    home, her = resident(county)
    account(home)
    opened(her, PER_RESIDENT)
    months.approved(months.decided(MARCH, division=JIAN))
    april = months.approved(months.decided(APRIL, division=JIAN))
    months.die(her.file.elder, date(2026, 3, 20), known=months.at(date(2026, 5, 4)))

    may = months.approved(months.decided(MAY, division=JIAN))

    with scope.within(WHOLE_OFFICE):
        taken = Line.objects.get(run=may, subject=her.subject, period="2026-03")
        assert taken.fen == -paid_to(april)[home.subject]


def test_a_better_grade_brings_another_award_by_another_case(county: County) -> None:
    home = resident(county)[0]
    account(home)
    first = opened(home, RATED)
    march = months.approved(months.decided(MARCH, division=JIAN))
    assert paid_to(march) == {home.subject: 100_000_00}
    known = months.at(date(2026, 3, 20))
    with scope.within(WHOLE_OFFICE):
        pausing.terminate(
            number=first.pk,
            from_day=APRIL,
            reason="已发放完毕",
            by="approver",
            at=known,
            day=date(2026, 3, 20),
        )
        for facts in ({"rating": 4}, {"rating_award_paid_level": 3}):
            operations.record(
                home.register,
                home.file,
                facts,
                start=APRIL,
                ground=GROUND,
                by="clerk",
                at=known,
            )
    april = months.approved(months.decided(APRIL, division=JIAN))
    assert paid_to(april) == {}
    opened(home, RATED, day=APRIL)

    may = months.approved(months.decided(MAY, division=JIAN))

    assert paid_to(may) == {home.subject: 100_000_00}  # grade four less what grade three brought


def test_a_caregivers_case_is_suspended_resumed_and_ended(county: County) -> None:
    del county
    her = skilled()
    account(her)
    case = opened(her, POST)
    second = date(2026, 4, 2)
    with scope.within(WHOLE_OFFICE):
        pausing.suspend(
            number=case.pk,
            kind="other",
            from_day=APRIL,
            reason="请假离岗",
            by="approver",
            at=months.at(second),
            day=second,
        )
    assert paid_to(months.approved(months.decided(MARCH))) == {her.subject: paid_a_month(case)}
    assert paid_to(months.approved(months.decided(APRIL))) == {}
    with scope.within(WHOLE_OFFICE):
        back = date(2026, 5, 2)
        pausing.resume(
            number=case.pk,
            from_day=APRIL,
            reason="已返岗，补发",
            by="approver",
            at=months.at(back),
            day=back,
        )

    may = months.approved(months.decided(MAY))

    assert paid_to(may) == {her.subject: 2 * paid_a_month(case)}  # April and May


def paid_a_month(case: Case) -> int:
    with scope.within(WHOLE_OFFICE):
        fen = deciding.latest(case).fen
    assert fen is not None
    return int(fen)


def test_nobody_applies_twice_or_for_what_the_rules_do_not_give(county: County) -> None:
    del county
    her = skilled()
    opened(her, POST)
    for provision, why in ((POST, "已在领取"), (RATED, "没有这一事项")):
        with scope.within(WHOLE_OFFICE), pytest.raises(Refused, match=why):
            asking.apply(
                holder=her,
                provision=provision,
                way_in="counter",
                asker=Asker("self"),
                day=MARCH,
                by="clerk",
                at=months.at(MARCH),
            )


def test_papers_of_a_file_name_it_and_no_identity_number(county: County) -> None:
    del county
    her = skilled()
    case = opened(her, POST)
    with scope.within(WHOLE_OFFICE):
        for make in (papers.application, papers.notice, papers.decision):
            for language in ("zh", "en"):
                assert pdf(make(case, language)).startswith(b"%PDF")
        told = deciding.latest(case).frozen
        assert {fact["name"] for fact in told["facts"]} >= {"skill_level", "certified_on"}


def test_the_database_lets_a_line_go_to_no_stranger(county: County, office: DataFolder) -> None:
    del county
    her, other = skilled(), skilled("邱芳")
    account(her)
    opened(her, POST)
    run = months.decided(MARCH)
    with owner(office) as session, pytest.raises(psycopg.Error, match="does not go to"):
        session.execute(
            "INSERT INTO payments_line (run_id, subject, payee, division_code, provision, month,"
            " period, before_fen, due_fen, fen, offset_fen, reason, state, held_for, cleared)"
            " SELECT run_id, subject, %s, division_code, provision, month, '2026-01', 0, 1, 1, 0,"
            " reason, 'listed', '{}', '{}' FROM payments_line WHERE run_id = %s AND subject = %s",
            [other.subject, run.pk, her.subject],
        )


def test_an_award_of_a_file_is_one_a_day_never_changed_and_seen_in_its_area(
    county: County,
) -> None:
    del county
    her = skilled()
    opened(her, POST)
    with scope.within(WHOLE_OFFICE):
        row = FileAward.objects.get(subject=her.subject)
        assert row.division_code == VILLAGE_A1
        with pytest.raises(IntegrityError), transaction.atomic():
            FileAward.objects.create(
                subject=row.subject,
                provision=row.provision,
                case_number=row.case_number,
                valid=row.valid,
                known=row.known,
                evidence="x",
                recorded_by="x",
            )
        with pytest.raises(Exception, match="never changed"), transaction.atomic():
            FileAward.objects.filter(pk=row.pk).update(fen=1)
    for division, seen in ((COUNTY, 1), (NEIGHBOUR, 0)):
        with scope.within(Scope((division,))):
            assert FileAward.objects.count() == seen


def resident(
    county: County, *, home: FileHolder | None = None, name: str = "刘满秀"
) -> tuple[FileHolder, FileHolder]:
    """Return a private, graded institution, and a care-dependent elder who lives there."""
    del county
    with scope.within(WHOLE_OFFICE):
        place = home or holder(
            "institution",
            institution(ownership="private", registered=True, rating=3, rating_award_paid_level=0),
        )
        her = elder(name, VILLAGE_J, capability_level=3)
        lives = stay(her, place.file, date(2025, 1, 1))
    return place, holder("resident", lives)
