"""Who signs in to the database: an owner who changes its shape, and the application, who may not.

Row-level security does not bind the owner of a table, so requests never use that login.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from anlao.office.database.embedded import ADMIN, EmbeddedPostgres
from anlao.office.database.folder import DataFolder

NAME, OWNER, APP = "anlao", "anlao_owner", "anlao_app"
PORT = 5432

Address = dict[str, Any]
"""How to reach the database: HOST, PORT, NAME, USER, PASSWORD, as Django's settings call them."""


def addresses(folder: DataFolder) -> dict[str, Address]:
    """Return the addresses of the application ("default") and of the owner.

    The server that DATABASE_URL names (its user is the owner), else the embedded one.
    """
    secrets = folder.secrets()
    url = os.environ.get("DATABASE_URL")
    if url:
        owner = _of_url(url)
    else:
        owner = {
            "HOST": str(EmbeddedPostgres(folder).socket_folder),
            "PORT": PORT,
            "NAME": NAME,
            "USER": OWNER,
            "PASSWORD": secrets["owner"],
        }
    return {"default": owner | {"USER": APP, "PASSWORD": secrets["app"]}, "owner": owner}


def own_server() -> bool:
    """Return whether the database is a server that DATABASE_URL names, not the embedded one."""
    return bool(os.environ.get("DATABASE_URL"))


def ensure(folder: DataFolder) -> None:
    """Make the database, its logins and what they may do, where they are not there yet."""
    secrets = folder.secrets()
    if not own_server():
        _make_database(folder)
    with psycopg.connect(**libpq(addresses(folder)["owner"]), autocommit=True) as connection:
        _ensure_role(connection, APP, secrets["app"])
        for statement in (
            "REVOKE ALL ON SCHEMA public FROM PUBLIC",
            "GRANT USAGE ON SCHEMA public TO {app}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public "
            "GRANT SELECT, INSERT, UPDATE ON TABLES TO {app}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
        ):
            connection.execute(sql.SQL(statement).format(app=sql.Identifier(APP)))


def forget_default_rights(folder: DataFolder) -> None:
    """Let new tables give the application nothing, for tables that bring their rights with them."""
    with psycopg.connect(**libpq(addresses(folder)["owner"]), autocommit=True) as connection:
        for things in ("TABLES", "SEQUENCES"):
            connection.execute(
                sql.SQL(
                    "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON {} FROM {}"
                ).format(sql.SQL(things), sql.Identifier(APP))
            )


def _make_database(folder: DataFolder) -> None:
    """Make the owner and her database, as the administrator of the embedded server."""
    secrets = folder.secrets()
    admin = libpq(
        addresses(folder)["owner"]
        | {"NAME": "postgres", "USER": ADMIN, "PASSWORD": secrets["admin"]}
    )
    with psycopg.connect(**admin, autocommit=True) as connection:
        _ensure_role(connection, OWNER, secrets["owner"], options="CREATEROLE CREATEDB")
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
        if known.fetchone() is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(NAME), sql.Identifier(OWNER)
                )
            )


def _ensure_role(
    connection: psycopg.Connection[Any], name: str, password: str, *, options: str = ""
) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = sql.SQL("CREATE ROLE" if known is None else "ALTER ROLE")
    connection.execute(
        sql.SQL("{} {} LOGIN {} PASSWORD {}").format(
            verb, sql.Identifier(name), sql.SQL(options), sql.Literal(password)
        )
    )


def libpq(address: Address) -> dict[str, Any]:
    """Return an address as psycopg and libpq call its parts."""
    return {
        "host": address["HOST"],
        "port": address["PORT"],
        "dbname": address["NAME"],
        "user": address["USER"],
        "password": address["PASSWORD"],
    }


def _of_url(url: str) -> Address:
    parts = urlsplit(url)
    return {
        "HOST": parts.hostname or "",
        "PORT": parts.port or PORT,
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
    }
