"""A small county: two townships, a neighbour, elders and a cast of users."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import psycopg
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from psycopg import sql

from anlao import identity_numbers
from anlao.identity_numbers import IdentityNumber, check_character
from anlao.office.benefits.subjects import REGISTERS as SUBJECTS
from anlao.office.database import logins
from anlao.office.database.embedded import ADMIN
from anlao.office.database.folder import DataFolder
from anlao.office.divisions.models import Division
from anlao.office.organisations.models import Grant, Organisation, User
from anlao.office.organisations.operations import grant
from anlao.office.organisations.queries import grants_on, scope_of
from anlao.office.organisations.roles import SEE_ELDERS
from anlao.office.registry import identity, operations
from anlao.office.registry.models import DETAILS, STATUSES, Assignment, Elder
from anlao.office.registry.names import searched_initials
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE, Scope

COUNTY, NEIGHBOUR = "331123", "330624"
TOWN_A, TOWN_B = "331123001", "331123102"
VILLAGE_A1, VILLAGE_A2, VILLAGE_B = "331123001007", "331123001008", "331123102209"
VILLAGE_N = "330624001001"
EARLY = datetime(2024, 1, 2, tzinfo=UTC)
"""When everything of the county was recorded."""
PASSWORD = "a sentence for tests"  # noqa: S105
REGISTRY = (
    "registry_elder",
    *(kind._meta.db_table for kind in (*STATUSES, *DETAILS)),
    "registry_assignment",
    "registry_photograph",
    "registry_formerparticular",
)
ASSESSMENTS = (
    "assessments_assessment",
    "assessments_olderresult",
    "assessments_step",
    "assessments_appointment",
    "assessments_sheet",
    "assessments_answer",
    "assessments_signature",
)
REGISTERS = (
    "facilities_institution",
    "facilities_centre",
    "facilities_stay",
    "workforce_caregiver",
    *(table._meta.db_table for register in SUBJECTS.values() for table in register.tables),
    "subjects_stagedlist",
)
PAYMENTS = (
    "payments_run",
    "payments_signature",
    "payments_account",
    "payments_bankfile",
    "payments_confirmation",
    "payments_answer",
    "payments_due",
    "payments_line",
    "payments_transfer",
    "payments_recovery",
    "payments_recoverystep",
    "payments_entry",
    "payments_posting",
    "payments_budget",
    "payments_sample",
    "payments_sampleitem",
    "payments_samplecheck",
)
_KEPT = (
    "organisations_organisation",
    "organisations_user",
    "organisations_grant",
    "organisations_signin",
    "organisations_authenticator",
    "organisations_recoverycode",
    "organisations_secondfactorrule",
    "organisations_token",
    "organisations_answered",
    *REGISTRY,
    *ASSESSMENTS,
    *REGISTERS,
    "journeys_journey",
    "imports_batch",
    "imports_rememberedmapping",
    "imports_findingrow",
    "imports_stagedrow",
    "imports_change",
    "jobs_job",
    "benefits_decidedmonth",
    "benefits_decision",
    "benefits_award",
    "benefits_fileaward",
    "benefits_finding",
    "cases_case",
    "cases_step",
    "cases_shown",
    "cases_check",
    "cases_posting",
    "cases_objection",
    "cases_ruling",
    "cases_pause",
    "cases_pauseproposal",
    "cases_confirmedalive",
    "citizens_card",
    "citizens_cardsignin",
    "citizens_correction",
    "notices_message",
    "notices_event",
    "benefits_forecast",
    "worklists_savedlist",
    *PAYMENTS,
    "service_list_edition",
    "service_list_item",
    "service_list_contact",
    "service_list_publicfigures",
    "disclosure_publicinstitution",
    "disclosure_publicnotice",
    "disclosure_publicrecipient",
    "shared_auditentry",
    "django_session",
)
_serial = count(1)


@dataclass(frozen=True)
class County:
    """``elders`` by village and number (a1, a2, a3, b1, n1, n2); ``cast`` by part."""

    elders: Mapping[str, Elder]
    cast: Mapping[str, User]

    def outside(self, *inside: str) -> list[Elder]:
        return [elder for key, elder in self.elders.items() if key not in inside]


SEEN = {
    "county_clerk": ("a1", "a2", "a3", "b1"),
    "clerk_a": ("a1", "a2", "a3"),
    "clerk_b": ("b1",),
    "neighbour": ("n1", "n2"),
    "village_worker": ("a1", "a2"),
    "assessor": ("a2",),
    "assessor2": ("a2",),
    "approver": ("a1", "a2", "a3", "b1"),
    "finance": ("a1", "a2", "a3", "b1"),
    "provider": ("b1",),
    "auditor": ("a1", "a2", "a3", "b1"),
    "leader": (),
    "administrator": (),
    "nobody": (),
}
"""Whose files each of the cast may see."""


def build() -> County:
    with transaction.atomic():
        elders = {
            "a1": elder("王秀英", VILLAGE_A1, phone="13800000011"),
            "a2": elder("李桂兰", VILLAGE_A1, born=date(1944, 2, 29), economic_status="dibao"),
            "a3": elder("张水根", VILLAGE_A2, sex="male", lives_alone=True),
            "b1": elder("陈金妹", VILLAGE_B, born=date(1935, 7, 1), phone="13800000044"),
            "n1": elder("钟阿土", VILLAGE_N, sex="male", phone="13800000055"),
            "n2": elder("雷细妹", VILLAGE_N, born=date(1950, 3, 3)),
        }
        county = County(elders, _cast())
        assign(elders["a2"], county.cast["assessor"].organisation)
        assign(elders["b1"], county.cast["provider"].organisation)
    return county


def elder(
    name: str,
    village: str,
    *,
    born: date = date(1940, 5, 6),
    sex: str = "female",
    phone: str = "",
    **facts: Any,
) -> Elder:
    """Make an elder with an identity number and a few facts, known since EARLY."""
    number = next(_serial)
    made = Elder(
        file_number=f"D{village}-{number:05d}",
        name=name,
        initials=searched_initials(name),
        division_code=village,
        is_synthetic=True,
        created_at=EARLY,
    )
    identity.set_identity_number(made, identity_number(born, number * 2 - (sex == "male")))
    if phone:
        identity.set_phone(made, phone)
    given = {"birth_date": born, "sex": sex, "hukou": village, "residence": village} | facts
    with everywhere():
        made.save()
        operations.record(
            elder=made,
            facts=given,
            start=born,
            ground=Ground("登记表"),
            by="builder",
            at=EARLY,
        )
    return made


class everywhere:  # noqa: N801  (reads as a phrase)
    """A block of the test's transaction that sees the whole office; then the pass is as before."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('anlao.pass', true)")
            self.before = cursor.fetchone()[0] or ""
        scope.enter(WHOLE_OFFICE)

    def __exit__(self, *_: object) -> None:
        if not connection.needs_rollback:
            show(self.before)


def show(text: str) -> None:
    """Show any text as a pass."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('anlao.pass', %s, true)", [text])


def identity_number(born: date, sequence: int) -> IdentityNumber:
    seventeen = f"{COUNTY}{born:%Y%m%d}{sequence % 1000:03d}"
    found = identity_numbers.read(seventeen + check_character(seventeen), day=date(2026, 1, 1))
    assert isinstance(found, IdentityNumber), found
    return found


def assign(
    elder: Elder,
    organisation: Organisation,
    *,
    start: date = date(2024, 1, 1),
    until: date | None = None,
) -> None:
    with everywhere():
        Assignment.objects.create(
            elder=elder,
            organisation=organisation,
            valid=(start, until),
            purpose="test",
            assigned_by="builder",
        )


def user(username: str, organisation: Organisation) -> User:
    """Make a user without grants who has chosen her password."""
    return User.objects.create(
        username=username,
        full_name=f"工作人员{username}",
        organisation=organisation,
        password=make_password(PASSWORD),
        must_change_password=False,
    )


def give(
    user: User,
    role: str,
    where: str | Organisation,
    *,
    start: date = date(2024, 1, 1),
    until: date | None = None,
) -> Grant:
    return grant(
        user=user,
        role=role,
        division=Division.objects.get(code=where) if isinstance(where, str) else None,
        organisation=None if isinstance(where, str) else where,
        start=start,
        until=until,
        reason="测试",
        by="builder",
        at=EARLY,
    )


def scope_for(user: User, day: date | None = None) -> Scope:
    """Return where a user sees elders."""
    return scope_of(grants_on(user, day or date(2026, 1, 1)), SEE_ELDERS)


def _cast() -> dict[str, User]:
    kinds = Organisation.Kind
    bureau = _organisation(kinds.BUREAU, "测试民政局", COUNTY)
    office_a = _organisation(kinds.TOWNSHIP_OFFICE, "测试乡镇甲", TOWN_A)
    office_b = _organisation(kinds.TOWNSHIP_OFFICE, "测试乡镇乙", TOWN_B)
    other = _organisation(kinds.BUREAU, "测试邻县民政局", NEIGHBOUR)
    committee = _organisation(kinds.VILLAGE_COMMITTEE, "测试村委会", VILLAGE_A1)
    body = _organisation(kinds.ASSESSMENT_BODY, "测试评估中心", COUNTY)
    provider = _organisation(kinds.PROVIDER, "测试服务中心", COUNTY)
    parts: list[tuple[str, Organisation, str | None, str | Organisation]] = [
        ("county_clerk", bureau, "county_clerk", COUNTY),
        ("clerk_a", office_a, "township_clerk", TOWN_A),
        ("clerk_b", office_b, "township_clerk", TOWN_B),
        ("neighbour", other, "county_clerk", NEIGHBOUR),
        ("village_worker", committee, "village_worker", VILLAGE_A1),
        ("assessor", body, "assessor", body),
        ("assessor2", body, "assessor", body),
        ("approver", bureau, "county_approver", COUNTY),
        ("finance", bureau, "finance", COUNTY),
        ("provider", provider, "provider", provider),
        ("auditor", bureau, "auditor", COUNTY),
        ("leader", bureau, "leader", COUNTY),
        ("administrator", bureau, "administrator", COUNTY),
        ("nobody", bureau, None, ""),
    ]
    cast = {}
    for part, organisation, role, where in parts:
        cast[part] = user(part, organisation)
        if role is not None:
            give(cast[part], role, where)
    return cast


def _organisation(kind: str, name: str, code: str) -> Organisation:
    return Organisation.objects.create(
        kind=kind, name=name, division=Division.objects.get(code=code)
    )


# as the owner of the tables


def owner(office: DataFolder) -> psycopg.Connection[Any]:
    """Return a connection that no row security binds; leaving its block commits."""
    return psycopg.connect(**logins.libpq(logins.addresses(office)["owner"]))


def keep_copy(office: DataFolder) -> None:
    """Keep what the tables hold, for `put_back`."""
    with owner(office) as session:
        others = session.execute(_REFERRING, {"kept": list(_KEPT)}).fetchall()
        assert not others, f"nothing puts back {others}: they belong into _KEPT"
        session.execute("CREATE SCHEMA kept")
        for table in _KEPT:
            copy = sql.SQL("CREATE TABLE kept.{0} AS SELECT {1} FROM public.{0}")
            session.execute(copy.format(sql.Identifier(table), _columns(session, table)))
        session.execute(
            "CREATE TABLE kept.seen (name text PRIMARY KEY, rows bigint, latest bigint)"
        )
        session.execute(f"INSERT INTO kept.seen {_SEEN}")


def put_back(office: DataFolder) -> None:
    """Make the tables hold again what was kept: those that changed."""
    with _kept_open(office) as session, session.transaction():
        session.execute("DELETE FROM divisions_divisionchange")
        session.execute(
            "UPDATE divisions_division SET until_date = NULL, successor_id = NULL "
            "WHERE until_date IS NOT NULL"
        )
        session.execute("DELETE FROM divisions_division WHERE from_date IS NOT NULL")
        changed = [
            str(name)
            for (name,) in session.execute(
                f"SELECT name FROM ({_SEEN} EXCEPT SELECT * FROM kept.seen) AS now"
            )
        ]
        for table in changed:
            session.execute(sql.SQL("DELETE FROM public.{}").format(sql.Identifier(table)))
            copy = sql.SQL("INSERT INTO public.{0} ({1}) SELECT {1} FROM kept.{0}")
            session.execute(copy.format(sql.Identifier(table), _columns(session, table)))
        session.execute("TRUNCATE kept.seen")
        session.execute(f"INSERT INTO kept.seen {_SEEN}")


def _columns(session: psycopg.Connection[Any], table: str) -> sql.Composed:
    """Return a table's columns, but for those that the database reckons itself."""
    found = session.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
        "AND NOT attisdropped AND attgenerated = ''",
        [f"public.{table}"],
    )
    return sql.SQL(", ").join(sql.Identifier(name) for (name,) in found)


_session: list[psycopg.Connection[Any]] = []


@contextmanager
def _kept_open(office: DataFolder) -> Iterator[psycopg.Connection[Any]]:
    """Yield a connection that stays for the whole run: a thousand tests would each open one.

    It fires no trigger and asks no foreign key: what was kept was whole, and comes back whole.
    """
    if not _session or _session[0].closed:
        admin = logins.addresses(office)["owner"] | {
            "USER": ADMIN,
            "PASSWORD": office.secrets()["admin"],
        }
        _session[:] = [psycopg.connect(**logins.libpq(admin), autocommit=True)]
        _session[0].execute("SET session_replication_role = replica")
        _session[0].execute("SET synchronous_commit = off")
    yield _session[0]


def leave() -> None:
    """Close what `put_back` has kept open."""
    while _session:
        _session.pop().close()


# How many rows a table has and which transaction wrote the latest: what changed shows in either.
_SEEN = " UNION ALL ".join(
    f"SELECT '{name}' AS name, count(*) AS rows, max(xmin::text::bigint) AS latest FROM {name}"
    for name in _KEPT
)
# Tables that would be left with rows about nothing.
_REFERRING = """
SELECT DISTINCT conrelid::regclass::text FROM pg_constraint
WHERE contype = 'f' AND confrelid::regclass::text = ANY (%(kept)s)
AND conrelid::regclass::text <> ALL (%(kept)s)
"""
