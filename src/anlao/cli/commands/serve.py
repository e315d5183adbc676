"""``anlao serve``: the office in a browser."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import click

from anlao.cli.demo_office import demo_office
from anlao.cli.office import data_option, folder_of, refusals
from anlao.cli.screen import remark


@click.command("serve")
@data_option
@click.option("--demo", is_flag=True, help="The office that anlao demo made here. 演示数据。")
@click.option("--port", type=click.IntRange(1, 65535), default=8642, show_default=True)
@click.option("--workers", type=click.IntRange(1, 32), default=2, show_default=True)
def command(*, data: Path | None, demo: bool, port: int, workers: int) -> None:
    """Open the office on this machine: database, web server; stop with Ctrl-C.

    在本机打开工作平台：启动数据库和网页服务，按 Ctrl-C 停止。
    """
    folder = demo_office(Path("demo-output")) if demo else folder_of(data)
    with refusals():
        from anlao.office.installation import opened

        with opened(folder, say=remark):
            server = subprocess.Popen(  # noqa: S603
                [
                    sys.executable, "-m", "granian", "--interface", "wsgi",
                    "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers),
                    "--blocking-threads", "4", "--no-ws", "--log-level", "warning",
                    "anlao.office.project.wsgi:application",
                ],
                env=os.environ | {"ANLAO_DATA": str(folder.path)},
                start_new_session=True,
            )  # fmt: skip
            click.echo(f"安老 http://127.0.0.1:{port}/   （Ctrl-C 停止 / to stop）")
            code = _until_stopped(server)
    sys.exit(code)


def _until_stopped(server: subprocess.Popen[bytes]) -> int:
    """Wait for the web server, or for somebody to stop us; then stop it and wait for its end."""
    try:
        return server.wait()
    except (KeyboardInterrupt, SystemExit):
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
        return 0
