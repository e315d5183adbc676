"""The doctor finds a healthy office fine, and finds what makes it ill."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.db import transaction
from django.test import override_settings

from anlao.cli.main import cli
from anlao.office.database.embedded import EmbeddedPostgres
from anlao.office.database.folder import DataFolder
from anlao.office.project.proxy import of_environment
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from tests.office.county import County, owner


@pytest.fixture
def patient(office: DataFolder, committed: None) -> DataFolder:
    del committed
    for number in range(3):
        with transaction.atomic():
            audit.record(Act(f"act{number}"), by="clerk")
    return office


def doctor(folder: DataFolder) -> Result:
    ran = CliRunner().invoke(cli, ["doctor", "--data", str(folder.path)])
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.output
    return ran


@contextmanager
def changed(folder: DataFolder, change: str, back: str) -> Iterator[None]:
    with owner(folder) as session:
        session.execute(change)
    try:
        yield
    finally:
        with owner(folder) as session:
            session.execute(back)


def test_a_healthy_office_is_fine_and_stays_open(patient: DataFolder, county: County) -> None:
    del county
    ran = doctor(patient)

    assert ran.exit_code == 0, ran.output
    assert "✘" not in ran.output
    for said in ("PostgreSQL 18", "on for every table about elders", "entries, whole"):
        assert said in ran.output
    assert EmbeddedPostgres(patient).is_running()


@pytest.mark.parametrize("table", ["registry_elder", "registry_carestatus"])
def test_row_security_that_is_off_is_found(patient: DataFolder, table: str) -> None:
    with changed(
        patient,
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
    ):
        ran = doctor(patient)

    assert ran.exit_code == 1
    assert f"✘ row security 行级安全: {table}" in ran.output
    assert "→" in ran.output


def test_a_broken_audit_chain_is_found(patient: DataFolder) -> None:
    trigger = "ALTER TABLE shared_auditentry {} TRIGGER audit_append_only"
    with owner(patient) as session:
        session.execute(trigger.format("DISABLE"))
        session.execute("UPDATE shared_auditentry SET who = 'x' WHERE act = 'act1'")
        session.execute(trigger.format("ENABLE"))

    ran = doctor(patient)

    assert ran.exit_code == 1
    assert "✘ audit chain" in ran.output
    assert "changed" in ran.output


def test_a_login_that_may_do_too_much_is_found(patient: DataFolder) -> None:
    with changed(patient, "ALTER ROLE anlao_app CREATEDB", "ALTER ROLE anlao_app NOCREATEDB"):
        ran = doctor(patient)

    assert ran.exit_code == 1
    assert "✘ database login" in ran.output


def test_secrets_open_to_others_are_found(patient: DataFolder) -> None:
    patient.secrets_file.chmod(0o644)
    try:
        ran = doctor(patient)
    finally:
        patient.secrets_file.chmod(0o600)

    assert ran.exit_code == 1
    assert "chmod 600" in ran.output


def test_a_folder_without_an_office_is_told_and_stays_empty(tmp_path: Path) -> None:
    ran = CliRunner().invoke(cli, ["doctor", "--data", str(tmp_path / "none")])

    assert ran.exit_code == 1
    assert "none at" in ran.output
    assert not (tmp_path / "none").exists()


def test_a_server_that_does_not_answer_is_told_without_traceback_or_password(
    patient: DataFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner:very-secret@127.0.0.1:1/anlao")

    ran = doctor(patient)
    saved = CliRunner().invoke(
        cli, ["backup", str(tmp_path / "x.anlao"), "--data", str(patient.path)]
    )

    assert ran.exit_code == saved.exit_code == 1
    assert "✘ database 数据库: the database does not answer" in ran.output
    for said in (ran.output, saved.output):
        assert "very-secret" not in said
        assert "Traceback" not in said
    assert not (tmp_path / "x.anlao").exists()


def test_addresses_that_do_not_fit_together_are_told(
    patient: DataFolder, settings_of_proxy: None
) -> None:
    del settings_of_proxy
    ran = doctor(patient)

    assert ran.exit_code == 1
    assert "✘ addresses" in ran.output
    assert "ANLAO_PROXY_HEADER" in ran.output


@pytest.fixture
def settings_of_proxy() -> Iterator[None]:
    told = of_environment({"ANLAO_ORIGINS": "https://anlao.test"})
    with override_settings(PROXY=told):
        yield


@pytest.mark.parametrize(
    ("change", "back"),
    [
        (
            "GRANT UPDATE ON organisations_grant TO anlao_app",
            "REVOKE UPDATE ON organisations_grant FROM anlao_app;"
            "GRANT UPDATE (revoked_at, revoked_by) ON organisations_grant TO anlao_app",
        ),
        (
            "ALTER TABLE organisations_grant DISABLE TRIGGER grant_is_kept",
            "ALTER TABLE organisations_grant ENABLE TRIGGER grant_is_kept",
        ),
    ],
)
def test_grants_that_could_be_rewritten_are_found(
    patient: DataFolder, change: str, back: str
) -> None:
    with changed(patient, change, back):
        ran = doctor(patient)

    assert ran.exit_code == 1
    assert "✘ grants 授权: organisations_grant" in ran.output
