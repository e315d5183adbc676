"""``anlao …``: the list of commands, and what becomes of refusals and interrupts."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from types import FrameType
from typing import Any

import click

COMMANDS = {
    "rulebooks": "List the rulebooks. 列出规则册。",
    "check": "Load rulebooks and report every problem. 检查规则册。",
    "decide": "Decide every provision for every subject. 逐人逐月判定。",
    "explain": "Say why, clause by clause, for one subject. 逐条说明理由。",
    "test": "Run a rulebook's own cases on every engine. 运行规则册自带案例。",
    "compare": "Who gains, who loses, and what it costs. 比较两套规则。",
    "recalc": "What to pay or recover after facts changed. 事实更正后的补发与追回。",
    "coverage": "Account for every rule and standard of the documents. 文件条款覆盖情况。",
    "synth": "Make a synthetic population. 生成合成人口。",
    "serve": "Open the office in a browser. 打开工作平台。",
    "administrator": "Make the first account of an office. 建立第一个管理员账户。",
    "nightly": "Decide this month for every county in the office. 判定本月。",
    "backup": "Save the whole office to a file. 备份。",
    "restore": "Make an office from a backup. 恢复。",
    "exchange": "Give data out, signed and logged. 数据交换。",
    "doctor": "Check the installation. 检查安装。",
    "demo": "A whole tour on a synthetic county. 演示。",
    "docs": "Write docs/reference from code and rulebooks. 生成参考文档。",
}


class Commands(click.Group):
    """Loads a command's module when it is called, so that ``anlao --help`` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"anlao.cli.commands.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            from anlao.rules.rulebook.problems import did_you_mean

            hint = did_you_mean(args[0], COMMANDS)
            message = f"there is no command {args[0]}; {hint}"
            raise click.UsageError(message, ctx) from None

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Turn the engine's refusals into messages without traceback, exit code 1."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            from anlao.cli.refusals import refusal_of

            refusal = refusal_of(error)
            if refusal is None:
                raise
            raise refusal from None


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="anlao", message="%(prog)s %(version)s")
def cli() -> None:
    """Who is entitled to which elderly-care service, in which month, by which clause.

    谁在哪个月依据哪一条享有哪项养老服务。

    Exit codes: 0 fine, 1 findings or refused input, 2 wrong usage.
    """


def main() -> None:
    """Run the command line; an interrupted run leaves no half-written file."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        cli.main(prog_name="anlao")
    except BrokenPipeError:
        # The reader of our output has gone (`anlao … | head`); that is no failure.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _stop(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
