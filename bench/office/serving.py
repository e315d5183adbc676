"""An office that serves, as `anlao serve` does, on a port that is free."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

_PATIENCE = 90
"""Seconds until an office answers: after a kill the database replays what it had logged."""


@contextmanager
def serving(folder: Path, log: Path) -> Iterator[tuple[str, int]]:
    """Serve a folder; give the address and the process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    anlao = Path(sys.executable).parent / "anlao"
    command = [anlao, "serve", "--data", str(folder), "--port", str(port)]
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True)  # noqa: S603
    url = f"http://127.0.0.1:{port}"
    try:
        _await(url, process, log)
        yield url, process.pid
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(60)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with suppress(URLError, OSError), urlopen(f"{url}/sign-in", timeout=5):  # noqa: S310
            return
        time.sleep(0.2)
    raise SystemExit(f"the office does not answer; see {log}\n{log.read_text('utf-8')[-2000:]}")
