"""A backup gives the same office again; what is no whole backup gives nothing."""

from __future__ import annotations

import json
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql
from tests.office.county import County, owner

from anlao.cli.main import cli
from anlao.office.database import logins
from anlao.office.database.backup import BackupRefused, back_up, restore
from anlao.office.database.embedded import DatabaseFailed, EmbeddedPostgres, running
from anlao.office.database.folder import DataFolder
from anlao.office.shared import keyring

BESIDE = (
    *(f"{room}/999999.yaml" for room in ("rates", "payments", "cases", "citizens", "disclosure")),
    "messages/999999.yaml",
    "assessments.yaml",
    "sources.yaml",
)


@pytest.fixture
def place() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="anlao-test-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def saved(
    office: DataFolder, founded: County, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, int]]:
    del founded
    file = tmp_path_factory.mktemp("backup") / "office.tar"
    (office.files / "import-abc").write_bytes(b"sealed")
    with kept_in(office, BESIDE):
        return file, back_up(office, file)


@contextmanager
def kept_in(office: DataFolder, names: Sequence[str]) -> Iterator[None]:
    """Have files beside the database, each holding its own name, for a while."""
    files = [office.path / name for name in names]
    for file, name in zip(files, names, strict=True):
        file.parent.mkdir(exist_ok=True)
        file.write_text(name, "utf-8")
    try:
        yield
    finally:
        for file in files:
            file.unlink()


def content(folder: DataFolder) -> dict[str, str]:
    """Return a digest of all rows, by table."""
    found = {}
    with owner(folder) as session:
        tables = session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in tables.fetchall():
            rows = sql.SQL("SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t")
            row = session.execute(rows.format(sql.Identifier(table))).fetchone()
            assert row is not None
            found[table] = row[0]
    return found


def rights(folder: DataFolder) -> set[tuple[str, ...]]:
    """Return what the application may do, and what guards the tables."""
    with owner(folder) as session:
        granted = session.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants "
            "WHERE grantee = 'anlao_app'"
        ).fetchall()
        columns = session.execute(
            "SELECT table_name, column_name, privilege_type FROM "
            "information_schema.role_column_grants WHERE grantee = 'anlao_app'"
        ).fetchall()
        policies = session.execute("SELECT tablename, policyname, qual FROM pg_policies").fetchall()
        secured = session.execute("SELECT relname FROM pg_class WHERE relrowsecurity").fetchall()
        triggers = session.execute("SELECT tgname, tgenabled::text FROM pg_trigger").fetchall()
    own = [row for row in triggers if not row[0].startswith("RI_")]
    return {*granted, *columns, *policies, *secured, *own}


def test_a_restored_office_is_the_same(
    office: DataFolder, place: Path, saved: tuple[Path, dict[str, int]]
) -> None:
    file, counts = saved
    assert file.stat().st_mode & 0o777 == 0o600
    assert counts["registry_elder"] >= 6
    target = DataFolder(place / "restored")

    assert restore(target, file) == counts

    assert not EmbeddedPostgres(target).is_running()
    with running(target):
        assert content(target) == content(office)
        assert rights(target) == rights(office)
        app = logins.libpq(logins.addresses(target)["default"])
        with psycopg.connect(**app) as session:
            assert session.execute("SELECT count(*) FROM registry_elder").fetchone() == (0,)
    for name in BESIDE:
        assert (target.path / name).read_text("utf-8") == name
    assert (target.files / "import-abc").read_bytes() == b"sealed"
    assert target.secrets() == office.secrets()
    assert keyring.load(target.keyring_file) == keyring.load(office.keyring_file)


def test_settings_that_no_backup_would_give_back_are_told_before(
    office: DataFolder, founded: County, tmp_path: Path
) -> None:
    del founded
    with (
        kept_in(office, ["messages/县 里.yaml"]),
        pytest.raises(BackupRefused, match=r"messages/县 里\.yaml, which is not saved"),
    ):
        back_up(office, tmp_path / "office.tar")
    assert list(tmp_path.iterdir()) == []


def parts_of(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]


def packed(target: Path, parts: dict[str, bytes]) -> None:
    with tarfile.open(target, "w") as tar:
        for name, data in parts.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, BytesIO(data))


def flipped(parts: dict[str, bytes], name: str) -> dict[str, bytes]:
    data = bytearray(parts[name])
    data[len(data) // 2] ^= 1
    return parts | {name: bytes(data)}


def without(parts: dict[str, bytes], name: str) -> dict[str, bytes]:
    return {other: data for other, data in parts.items() if other != name}


@pytest.mark.parametrize(
    "damage",
    [
        lambda parts: flipped(parts, "database.dump"),
        lambda parts: flipped(parts, "keyring"),
        lambda parts: flipped(parts, "secrets.json"),
        lambda parts: parts | {"manifest.json": b"{"},
        lambda parts: parts | {"manifest.json": b"[]"},
        lambda parts: without(parts, "database.dump"),
        lambda parts: without(parts, "manifest.json"),
        lambda parts: {"../outside": parts["keyring"]},
    ],
)
def test_a_damaged_backup_is_refused_and_leaves_nothing(
    place: Path,
    saved: tuple[Path, dict[str, int]],
    damage: Callable[[dict[str, bytes]], dict[str, bytes]],
) -> None:
    file = place / "damaged.tar"
    packed(file, damage(parts_of(saved[0])))

    with pytest.raises(BackupRefused):
        restore(DataFolder(place / "restored"), file)

    assert [path.name for path in place.iterdir()] == ["damaged.tar"]


@pytest.mark.parametrize("length", [0, 100, 20_000])
def test_a_backup_cut_short_is_refused(
    place: Path, saved: tuple[Path, dict[str, int]], length: int
) -> None:
    file = place / "short.tar"
    file.write_bytes(saved[0].read_bytes()[:length])

    with pytest.raises(BackupRefused):
        restore(DataFolder(place / "restored"), file)

    assert not (place / "restored").exists()


def signed(parts: dict[str, bytes], **changes: object) -> dict[str, bytes]:
    """Return parts whose manifest says of them what they are."""
    manifest = json.loads(parts["manifest.json"])
    manifest["sha256"] = {name: sha256(parts[name]).hexdigest() for name in manifest["sha256"]}
    return parts | {"manifest.json": json.dumps(manifest | changes).encode()}


def test_a_dump_that_does_not_load_leaves_an_empty_folder(
    place: Path, saved: tuple[Path, dict[str, int]]
) -> None:
    parts = parts_of(saved[0])
    file, target = place / "odd.tar", DataFolder(place / "restored")
    packed(file, signed(parts | {"database.dump": parts["database.dump"][:-5000]}))
    target.path.mkdir()

    with pytest.raises(DatabaseFailed):
        restore(target, file)

    assert not EmbeddedPostgres(target).is_running()
    assert list(target.path.iterdir()) == []


def test_a_backup_that_promises_other_rows_leaves_nothing(
    place: Path, saved: tuple[Path, dict[str, int]]
) -> None:
    file = place / "odd.tar"
    packed(file, signed(parts_of(saved[0]), rows=saved[1] | {"registry_elder": 5}))

    with pytest.raises(BackupRefused, match="other rows"):
        restore(DataFolder(place / "restored"), file)

    assert not (place / "restored").exists()


@pytest.mark.parametrize("name", ["secrets.json", "postgres", "notes.txt"])
def test_a_folder_that_is_not_empty_is_refused_and_stays_as_it_is(
    place: Path, saved: tuple[Path, dict[str, int]], name: str
) -> None:
    target = place / "full"
    target.mkdir()
    (target / name).write_text("mine", "utf-8")

    with pytest.raises(BackupRefused, match="empty folder"):
        restore(DataFolder(target), saved[0])

    assert [(path.name, path.read_text("utf-8")) for path in target.iterdir()] == [(name, "mine")]


def test_the_command_says_what_is_wrong_and_ends_with_one(
    place: Path, saved: tuple[Path, dict[str, int]]
) -> None:
    file = place / "damaged.tar"
    packed(file, flipped(parts_of(saved[0]), "database.dump"))

    ran = CliRunner().invoke(cli, ["restore", str(file), "--data", str(place / "restored")])

    assert ran.exit_code == 1
    assert "damaged" in ran.stderr
    assert "Traceback" not in ran.output


def test_the_command_saves_a_running_office(
    office: DataFolder, county: County, tmp_path: Path
) -> None:
    del county
    file = tmp_path / "office.tar"

    ran = CliRunner().invoke(cli, ["backup", str(file), "--data", str(office.path)])

    assert ran.exit_code == 0, ran.output
    assert "checked" in ran.stdout
    assert EmbeddedPostgres(office).is_running()
    assert [path.name for path in tmp_path.iterdir()] == ["office.tar"]
