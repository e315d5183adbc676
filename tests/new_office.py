"""New offices for tests: copies of one whose tables were made once in this run.

Making all tables takes as long as a hundred tests, and every process of a run wants an office.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anlao.office.database import embedded
from anlao.office.database.folder import DataFolder

ROOT = Path(__file__).parents[1]
_PLACE = "ANLAO_TEST_OFFICE"
"""Names the folder of the run; what starts the run sets it, its processes inherit it."""


def have_a_place() -> None:
    """Make the folder of the run, unless what started this process has; its maker removes it."""
    if not os.environ.get(_PLACE):
        made = Path(tempfile.mkdtemp(prefix="anlao-test-"))
        made.chmod(0o711)  # as root the database runs as another user, who must pass through here
        os.environ[_PLACE] = str(made)
        atexit.register(shutil.rmtree, made, ignore_errors=True)


def take_secrets(folder: DataFolder) -> None:
    """Give a new folder the secrets of the first office, so that its tables will fit."""
    with _first() as first:
        folder.path.mkdir(parents=True, exist_ok=True)
        for file in (first.secrets_file, first.keyring_file):
            shutil.copy2(file, folder.path)
    folder.make()


def take_tables(folder: DataFolder) -> None:
    """Give a folder that has the first office's secrets a database with all tables."""
    with _first() as first:
        done = first.path / "done"
        if not done.exists():
            subprocess.run(
                [sys.executable, "-m", "tests.new_office", str(first.path)],
                env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
                check=True,
            )
            done.touch()
        subprocess.run(["cp", "-a", str(first.cluster), str(folder.path)], check=True)


@contextmanager
def _first() -> Iterator[DataFolder]:
    """Have the first office to oneself."""
    have_a_place()
    place = Path(os.environ[_PLACE])
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        first = DataFolder(place / "office")
        first.make()
        yield first


def wait_for_no_disk() -> None:
    """Let databases of this process not wait for the disk: a test's outlives no crash."""
    embedded._SETTINGS = {**embedded._SETTINGS, "fsync": "off", "full_page_writes": "off"}


def main() -> None:
    from anlao.office.installation import opened

    wait_for_no_disk()
    with opened(DataFolder(Path(sys.argv[1]))):
        pass


if __name__ == "__main__":
    main()
