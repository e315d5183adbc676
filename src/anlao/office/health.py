"""Whether a running office is whole: security in the database, the audit chain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from anlao.office.organisations.models import User
from anlao.office.payments import checking as checking_books
from anlao.office.project.proxy import Proxy
from anlao.office.shared import audit

_SCOPED = (
    "^(registry_|imports_|assessments_|journeys_|payments_|cases_|"
    "facilities_|workforce_|subjects_|shared_auditentry$|"
    "service_list_(edition|item|contact)$|"
    "benefits_(decision|award|finding|forecast)$)"
)


@dataclass(frozen=True, slots=True)
class Check:
    """``remedy``: what to do where it is not fine."""

    name: str
    fine: bool
    said: str
    remedy: str = ""


def version() -> str:
    """Return which PostgreSQL answers."""
    return f"PostgreSQL {_single('SHOW server_version')}"


def checks() -> Iterator[Check]:
    """Yield everything that can be wrong inside."""
    yield _login()
    yield _row_security()
    yield _grants()
    yield _chain()
    yield _books()
    yield _proxy()
    accounts = User.objects.filter(is_active=True).count()
    yield Check(
        "accounts 账户", accounts > 0, f"{accounts}", "make the first with: anlao administrator"
    )


def _proxy() -> Check:
    proxy: Proxy = settings.PROXY
    names = ", ".join(proxy.origins) or "none: this machine only"
    return Check(
        "addresses 网址",
        not proxy.problems,
        "; ".join(proxy.problems) or names,
        "see Ports and TLS in docs/how-to/run-the-office.md",
    )


def _login() -> Check:
    powers = _single(
        "SELECT count(*) FROM pg_roles WHERE rolname = current_user "
        "AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)"
    )
    return Check(
        "database login 数据库账户",
        powers == 0,
        "has no power over row security" if powers == 0 else "may do more than it should",
        "take superuser, bypassrls and createrole from the login anlao_app",
    )


def _row_security() -> Check:
    open_tables = _rows(
        "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE n.nspname = 'public' AND relkind = 'r' AND relname ~ %s "
        "AND NOT relrowsecurity ORDER BY 1",
        [_SCOPED],
    )
    names = ", ".join(open_tables)
    return Check(
        "row security 行级安全",
        not open_tables,
        names or "on for every table about elders and for the log",
        "run anlao serve once: it migrates; if it stays, restore a backup",
    )


def _grants() -> Check:
    """Grants decide who sees whom: the pages may add and end them, and change nothing else."""
    loose = _rows(
        "SELECT t FROM unnest(%s::text[]) AS t "
        "WHERE has_table_privilege(current_user, t, 'UPDATE') "
        "OR has_table_privilege(current_user, t, 'DELETE') OR NOT EXISTS (SELECT 1 FROM pg_trigger "
        "WHERE tgrelid = t::regclass AND tgname LIKE '%%_is_kept' AND tgenabled = 'O')",
        [["organisations_grant", "organisations_authenticator", "organisations_token"]],
    )
    return Check(
        "grants 授权",
        not loose,
        ", ".join(loose) or "ended only, never rewritten",
        "find out who changed rights or triggers of these tables; restore a backup",
    )


def _chain() -> Check:
    chain = audit.verify()
    wrong = "; ".join(f"entry {one.number}: {one.why}" for one in chain.broken)
    said = wrong or f"{chain.entries:,} entries, whole"
    return Check(
        "audit chain 审计链", not chain.broken, said, "keep this database; find out who did it"
    )


def _books() -> Check:
    faults = [
        f"{county}: {one.zh}" for county, found in checking_books.check_all() for one in found
    ]
    said = "; ".join(faults[:3]) or "entries, lines and transfers fit"
    return Check("ledger 账簿", not faults, said, "pay nothing before somebody has found out why")


def _single(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def _rows(query: str, values: list[Any]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [str(row[0]) for row in cursor.fetchall()]
