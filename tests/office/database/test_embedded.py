"""The embedded server on folders of its own: where it starts, what it survives, what it refuses."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from anlao.office.database import logins
from anlao.office.database.embedded import EmbeddedPostgres
from anlao.office.database.folder import DataFolder, FolderRefused
from anlao.office.shared.keyring import KeyFileReadable, load

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder through which the server's user may pass."""
    made = Path(tempfile.mkdtemp(prefix="anlao-test-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def deep() -> Iterator[EmbeddedPostgres]:
    """A server, stopped, below a path that no socket could have."""
    top = Path(tempfile.mkdtemp(prefix="anlao-test-"))
    folder = DataFolder(top / ("很长的路径" * 6) / ("x" * 90))
    folder.path.mkdir(parents=True)
    for part in (top, folder.path.parent, folder.path):
        part.chmod(0o711)
    server = EmbeddedPostgres(folder)
    server.start()
    logins.ensure(folder)
    with owner(folder) as session:
        session.execute("CREATE TABLE kept (n int)")
        session.execute("INSERT INTO kept VALUES (7)")
    server.stop()
    yield server
    server.stop()
    shutil.rmtree(server.socket_folder)
    shutil.rmtree(top)


@pytest.fixture
def server(deep: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    yield deep
    deep.stop()


def owner(folder: DataFolder) -> psycopg.Connection[tuple[int]]:
    return psycopg.connect(**logins.libpq(logins.addresses(folder)["owner"]))


def holds_its_row(server: EmbeddedPostgres) -> bool:
    with owner(server.folder) as session:
        return session.execute("SELECT n FROM kept").fetchall() == [(7,)]


def number_of(server: EmbeddedPostgres) -> int:
    return int((server.folder.cluster / "postmaster.pid").read_text("utf-8").split("\n")[0])


def test_it_starts_on_a_very_long_path(server: EmbeddedPostgres) -> None:
    assert len(str(server.folder.path)) > 100

    assert server.start()
    assert not server.start()
    assert holds_its_row(server)
    server.stop()
    assert not server.is_running()
    server.stop()


def test_it_starts_again_after_it_was_killed(server: EmbeddedPostgres) -> None:
    server.start()
    os.kill(number_of(server), signal.SIGKILL)
    while server.is_running():  # a signal takes its time
        time.sleep(0.01)

    assert server.start()
    assert holds_its_row(server)


def test_it_starts_where_another_program_has_the_number_of_a_killed_one(
    server: EmbeddedPostgres,
) -> None:
    mark = server.folder.cluster / "postmaster.pid"
    mark.write_text(f"{os.getpid()}\n{server.folder.cluster}\n", "utf-8")

    assert not server.is_running()
    assert server.start()
    assert holds_its_row(server)


def test_it_trusts_nobody_without_a_password(server: EmbeddedPostgres) -> None:
    server.start()
    address = logins.libpq(logins.addresses(server.folder)["owner"]) | {"password": "guess"}
    for user in ("anlao_admin", "anlao_owner", "anlao_app"):
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            psycopg.connect(**address | {"user": user})


def test_it_listens_on_no_network(server: EmbeddedPostgres) -> None:
    server.start()
    with owner(server.folder) as session:
        assert session.execute("SHOW listen_addresses").fetchone() == ("",)


def test_two_programs_at_once_make_one_office(place: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from anlao.office.database.embedded import EmbeddedPostgres\n"
        "from anlao.office.database.folder import DataFolder\n"
        "folder = DataFolder(Path(sys.argv[1]))\nfolder.make()\n"
        "sys.exit(10 if EmbeddedPostgres(folder).start() else 11)\n"
    )
    folder = DataFolder(place / "office")
    programs = [subprocess.Popen([sys.executable, "-c", code, str(folder.path)]) for _ in range(3)]
    try:
        codes = sorted(program.wait(60) for program in programs)

        assert codes == [10, 11, 11]
        logins.ensure(folder)
        with owner(folder) as session:
            assert session.execute("SELECT 1").fetchone() == (1,)
    finally:
        EmbeddedPostgres(folder).stop()


# folders


def test_secrets_are_closed_to_others(place: Path) -> None:
    folder = DataFolder(place / "office")
    folder.make()

    for file in (folder.secrets_file, folder.keyring_file):
        assert file.stat().st_mode & 0o777 == 0o600


def test_making_a_folder_again_keeps_its_secrets(place: Path) -> None:
    folder = DataFolder(place / "office")
    folder.make()
    before = folder.secrets(), load(folder.keyring_file)

    folder.make()

    assert (folder.secrets(), load(folder.keyring_file)) == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_secrets_that_others_may_read_are_refused(place: Path, mode: int) -> None:
    folder = DataFolder(place / "office")
    folder.make()
    folder.secrets_file.chmod(mode)

    with pytest.raises(FolderRefused, match="chmod 600"):
        EmbeddedPostgres(folder).start()
    assert not folder.cluster.exists()


def test_keys_that_others_may_read_are_refused(place: Path) -> None:
    folder = DataFolder(place / "office")
    folder.make()
    folder.keyring_file.chmod(0o640)

    with pytest.raises(KeyFileReadable):
        load(folder.keyring_file)


@as_root
def test_a_folder_below_a_closed_one_is_refused_with_what_to_do(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(FolderRefused) as refusal:
        EmbeddedPostgres(DataFolder(closed / "office")).start()

    assert f"may not pass through {closed}" in str(refusal.value)
    assert "--data" in str(refusal.value)
    assert closed.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_refused(place: Path) -> None:
    (place / "file").write_text("", "utf-8")

    with pytest.raises(FolderRefused, match="cannot be made"):
        DataFolder(place / "file" / "office").make()


def test_a_folder_without_an_office_says_so(place: Path) -> None:
    with pytest.raises(FolderRefused, match="holds no office yet"):
        DataFolder(place).secrets()
