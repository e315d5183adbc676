"""What a register knows is dated and never rewritten; the database keeps everybody inside."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from anlao.office.benefits.subjects import REGISTERS
from anlao.office.facilities.credit_code import check_character, normalised
from anlao.office.facilities.models import Institution
from anlao.office.registry.operations import Contradiction, NothingToRecord, SpanRefused
from anlao.office.shared import scope
from anlao.office.shared.scope import NOTHING, WHOLE_OFFICE, Scope
from anlao.office.subjects import operations, queries
from anlao.office.workforce.models import Caregiver, SkillStatus
from tests.office.county import TOWN_A, VILLAGE_A1, VILLAGE_B, identity_number
from tests.office.log import log
from tests.office.subjects.registers import BEGAN, GROUND, caregiver, centre, institution

pytestmark = pytest.mark.usefixtures("db")
CAREGIVERS, INSTITUTIONS = REGISTERS["caregiver"], REGISTERS["institution"]
LATER = datetime(2024, 8, 1, tzinfo=UTC)
NOW = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def everywhere(db: None) -> None:
    del db
    scope.enter(WHOLE_OFFICE)


def record(subject: Any, start: date, until: date | None = None, /, **facts: Any) -> None:
    register = CAREGIVERS if isinstance(subject, Caregiver) else INSTITUTIONS
    operations.record(
        register, subject, facts, start=start, until=until, ground=GROUND, by="clerk", at=LATER
    )


def held(subject: Any, day: date, known_at: datetime = NOW) -> dict[str, Any]:
    register = CAREGIVERS if isinstance(subject, Caregiver) else INSTITUTIONS
    return queries.facts_on(register, subject, day, known_at=known_at)


def test_a_fact_holds_from_its_day_and_the_day_before_stays_as_it_was() -> None:
    her = caregiver(skill_level="beginner", education="college")

    record(her, date(2024, 6, 1), skill_level="senior")

    assert held(her, date(2024, 5, 31))["skill_level"] == "beginner"
    assert held(her, date(2024, 6, 1))["skill_level"] == "senior"
    assert held(her, date(2024, 6, 1))["education"] == "college"


def test_what_was_known_before_a_correction_is_still_known_to_have_been_known() -> None:
    her = caregiver(skill_level="beginner")

    record(her, date(2024, 1, 1), skill_level="senior")

    assert held(her, date(2024, 6, 1), BEGAN)["skill_level"] == "beginner"
    assert held(her, date(2024, 6, 1), NOW)["skill_level"] == "senior"


def test_a_span_ends_and_the_rest_comes_back() -> None:
    home = institution(rating=2)

    record(home, date(2024, 3, 1), date(2024, 5, 1), rating=3)

    days = (date(2024, 2, 29), date(2024, 3, 1), date(2024, 4, 30), date(2024, 5, 1))
    assert [held(home, day)["rating"] for day in days] == [2, 3, 3, 2]


def test_what_is_taken_back_is_unknown() -> None:
    her = caregiver(skill_level="beginner", first_aid=True)

    record(her, date(2024, 3, 1), skill_level=None, first_aid=None)

    assert held(her, date(2024, 3, 1)) == {}


def test_nothing_new_and_spans_that_end_before_they_begin_are_refused() -> None:
    her = caregiver(skill_level="beginner")

    with pytest.raises(NothingToRecord):
        record(her, date(2024, 3, 1), skill_level="beginner")
    with pytest.raises(SpanRefused):
        record(her, date(2024, 3, 1), date(2024, 3, 1), skill_level="senior")
    with pytest.raises(KeyError):
        record(her, date(2024, 3, 1), rating=3)
    assert SkillStatus.objects.filter(subject=her).count() == 1


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("institution", {"beds": 40, "nursing_beds": 41}),
        ("institution", {"rating": 6}),
        ("institution", {"final_account": -1}),
        ("institution", {"kind": "castle"}),
        ("centre", {"score": 101}),
        ("caregiver", {"skill_level": "none", "certified_on": date(2024, 1, 1)}),
    ],
)
def test_what_cannot_hold_is_refused_and_leaves_no_file(kind: str, facts: dict[str, Any]) -> None:
    make = {"institution": institution, "centre": centre, "caregiver": caregiver}[kind]

    with pytest.raises(Contradiction), transaction.atomic():
        make(**facts)

    assert not REGISTERS[kind].model.objects.exists()


def test_what_just_holds_is_recorded() -> None:
    assert held(institution(beds=40, nursing_beds=40, rating=5), date(2024, 1, 1))["rating"] == 5


def test_the_database_lets_nobody_rewrite_a_row() -> None:
    her = caregiver(skill_level="beginner")
    rows = SkillStatus.objects.filter(subject=her)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        rows.update(skill_level="senior")
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    assert rows.update(known=DateTimeTZRange(BEGAN, NOW)) == 1


def test_rows_are_seen_in_their_township_only_and_follow_their_file() -> None:
    her = caregiver(place=VILLAGE_A1, skill_level="beginner")
    other = caregiver("雷芳", VILLAGE_B, skill_level="senior")
    scope.enter(Scope((TOWN_A,)))
    assert list(Caregiver.objects.all()) == [her]
    assert [row.subject_id for row in SkillStatus.objects.all()] == [her.pk]

    scope.enter(WHOLE_OFFICE)
    Caregiver.objects.filter(pk=other.pk).update(division_code=VILLAGE_A1)
    scope.enter(Scope((TOWN_A,)))
    assert SkillStatus.objects.count() == 2

    scope.enter(NOTHING)
    assert not Caregiver.objects.exists()
    assert not SkillStatus.objects.exists()


def test_a_clerk_of_one_township_cannot_open_a_file_in_another() -> None:
    scope.enter(Scope((TOWN_A,)))

    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        caregiver(place=VILLAGE_B)
    assert caregiver(place=VILLAGE_A1).pk


def test_a_row_says_the_division_of_its_file_whatever_it_was_told() -> None:
    her = caregiver(place=VILLAGE_A1, skill_level="beginner")

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO workforce_firstaidstatus (subject_id, division_code, valid, known,"
            " evidence, recorded_by) VALUES (%s, %s, '[2024-01-01,)', '[2024-01-01,)', '', 'x')"
            " RETURNING division_code",
            [her.pk, VILLAGE_B],
        )
        assert cursor.fetchone()[0] == VILLAGE_A1


def test_opening_and_recording_are_logged_with_before_and_after() -> None:
    her = caregiver(skill_level="beginner")
    record(her, date(2024, 6, 1), skill_level="senior")

    acts = log(subject=f"caregiver:{her.pk}").order_by("number")

    assert [act.act for act in acts] == [
        "open_register_file",
        "record_register_facts",
        "record_register_facts",
    ]
    last = acts[2]
    assert last.before is not None
    assert last.after is not None
    assert last.before["rows"][0]["skill_level"] == "beginner"
    assert last.after["values"] == {"skill_level": "senior"}


def test_the_end_of_a_file_is_kept_for_lists_and_taken_back() -> None:
    her = caregiver(skill_level="beginner")
    record(her, date(2024, 6, 1), left_on=date(2024, 6, 1))

    def names(day: date, state: str) -> list[str]:
        return [one.name for one in queries.listed(CAREGIVERS, state=state, day=day)]

    assert names(date(2024, 5, 31), "open") == names(date(2024, 6, 1), "ended") == [her.name]
    assert names(date(2024, 6, 1), "open") == names(date(2024, 5, 31), "ended") == []
    record(her, date(2024, 6, 1), left_on=None)
    assert names(date(2024, 6, 1), "open") == [her.name]


def test_a_paper_is_told_of_ninety_days_before_it_ends_and_after() -> None:
    today = date(2025, 1, 1)
    caregiver("九十", certificate_until=date(2025, 4, 1))
    caregiver("九一", certificate_until=date(2025, 4, 2))
    caregiver("过期", first_aid=True, first_aid_until=date(2024, 12, 31))
    caregiver("离职", certificate_until=date(2025, 1, 5), left_on=date(2024, 12, 1))
    institution(filed_until=date(2025, 1, 1))

    found = queries.expiring(REGISTERS.values(), today=today, known_at=NOW)

    assert [(one.subject.name, one.name, one.is_over) for one in found] == [
        ("过期", "first_aid_until", True),
        ("青松敬老院", "filed_until", False),
        ("九十", "certificate_until", False),
    ]


def test_an_identity_number_is_sealed_found_once_and_shown_masked() -> None:
    from anlao.office.workforce import registers

    number = identity_number(date(1980, 1, 1), 7)
    her = Caregiver(name="何惠", division_code=VILLAGE_A1, file_number="H1", created_at=NOW)
    registers.set_identity_number(her, number)
    her.save()
    twin = Caregiver(name="何惠", division_code=VILLAGE_A1, file_number="H2", created_at=NOW)
    registers.set_identity_number(twin, number)

    with pytest.raises(IntegrityError, match="caregiver_identity_once"), transaction.atomic():
        twin.save()
    assert number.number.encode() not in bytes(her.identity_cipher or b"")
    assert her.identity_mask == number.masked != number.number


def test_a_credit_code_has_the_check_character_of_its_first_seventeen() -> None:
    code = "91350100M000100Y43"

    assert normalised(code) == code
    assert normalised(" 91350100-m000100y43 ") == code
    assert check_character(code[:-1]) == "3"
    for wrong in ("91350100M000100Y44", "91350100M000100Y4", "9135O100M000100Y43", "", "9" * 18):
        with pytest.raises(ValueError, match=r".*"):
            normalised(wrong)


def test_a_credit_code_is_kept_once_and_many_have_none() -> None:
    institution("甲")
    institution("乙")
    first = institution("丙")
    Institution.objects.filter(pk=first.pk).update(credit_code="91350100M000100Y43")
    second = institution("丁")

    with pytest.raises(IntegrityError, match="institution_code_once"), transaction.atomic():
        Institution.objects.filter(pk=second.pk).update(credit_code="91350100M000100Y43")
