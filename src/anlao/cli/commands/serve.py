"""``anlao serve``: the office in a browser."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from anlao.cli.demo_office import demo_office
from anlao.cli.office import data_option, folder_of, refusals
from anlao.cli.refusals import Refused
from anlao.cli.screen import remark

if TYPE_CHECKING:
    from anlao.office.database.folder import DataFolder


_PR_SET_PDEATHSIG = 1


@click.command("serve")
@data_option
@click.option("--demo", is_flag=True, help="The office that anlao demo made here. 演示数据。")
@click.option("--port", type=click.IntRange(1, 65535), default=8642, show_default=True)
@click.option("--workers", type=click.IntRange(1, 32), default=2, show_default=True)
def command(*, data: Path | None, demo: bool, port: int, workers: int) -> None:
    """Open the office on this machine: database, web server, worker; stop with Ctrl-C.

    在本机打开工作平台：启动数据库、网页服务和后台任务，按 Ctrl-C 停止。
    """
    folder = demo_office(Path("demo-output")) if demo else folder_of(data)
    with refusals():
        from anlao.office.installation import opened

        _refuse_taken_port(port)
        folder.make()
        with _only_one(folder), opened(folder, say=remark):
            _rescue()
            environment = os.environ | {"ANLAO_DATA": str(folder.path)}
            children = [_started(_web(port, workers), environment), _started(_WORKER, environment)]
            click.echo(f"安老 http://127.0.0.1:{port}/   （Ctrl-C 停止 / to stop）")
            code = _until_stopped(children)
    sys.exit(code)


def _refuse_taken_port(port: int) -> None:
    """The web server would share a port with another; two offices would answer in turn."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Refused(
                f"port {port} is taken: {error.strerror}", "name another: --port"
            ) from None


@contextmanager
def _only_one(folder: DataFolder) -> Iterator[None]:
    """Refuse to serve a folder that is served already: whoever stops first stops its database."""
    with (folder.path / "serving.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(
                f"{folder.path} is served already", "stop that one first, or name another folder"
            ) from None
        yield


def _rescue() -> None:
    """Take up again what was being worked on when the office died: nobody else works here now.

    On a server of one's own others may work; there, the worker looks for silent ones.
    """
    from anlao.office.database import logins

    if logins.own_server():
        return
    import asyncio

    from anlao.office.interfaces.tasks.rescue import rescue

    if count := asyncio.run(rescue(silent_for=0)):
        remark(f"{count} 项中断的任务将继续 / interrupted jobs go on")


_WORKER = ("django", "procrastinate", "worker", "--concurrency", "1")


def _web(port: int, workers: int) -> tuple[str, ...]:
    return (
        "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "4", "--no-ws",
        "--log-level", "warning", "anlao.office.project.wsgi:application",
    )  # fmt: skip


def _started(module: tuple[str, ...], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", *module]
    return subprocess.Popen(  # noqa: S603
        command, env=environment, start_new_session=True, preexec_fn=_end_with_us
    )


def _end_with_us() -> None:
    """Ask Linux to end this child where its parent is killed: an office without its parent would
    keep the port and the work, and nobody could stop it by Ctrl-C.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _until_stopped(children: list[subprocess.Popen[bytes]]) -> int:
    """Wait until a child ends by itself, or somebody stops us; then stop all of them."""
    code = 0
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.3)
        code = 1
        remark("a part of the office ended by itself; all of it is stopped")
    except (KeyboardInterrupt, SystemExit):
        pass
    for child in children:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGTERM)
    for child in children:
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    return code
