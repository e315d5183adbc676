"""Options that several commands share, and the kinds of values they take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from anlao.rules.periods import Month
    from anlao.rules.rulebook.model import Rulebook

    MonthParam = click.ParamType[Month]
    DayParam = click.ParamType[date]
else:  # generic only since click 8.2
    MonthParam = DayParam = click.ParamType

F = TypeVar("F", bound=Callable[..., Any])
OUTCOME_NAMES = ("yes", "no", "not_applicable", "unknown")
ENGINES = ("columnar", "reference", "spark")


class MonthType(MonthParam):
    """A month written YYYY-MM."""

    name = "YYYY-MM"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Month:
        from anlao.rules.periods import InvalidMonth, Month

        if isinstance(value, Month):
            return value
        try:
            return Month.parse(value)
        except InvalidMonth:
            self.fail(f"{value!r} is no month; write it like 2023-10 (1900 to 2100)", param, ctx)


class DayType(DayParam):
    """A day written YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day; write it like 2023-10-01", param, ctx)


MONTH = MonthType()
DAY = DayType()
FILE = click.Path(path_type=Path)


def together(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return one decorator for several options, shown in the order given."""

    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


subject_option = click.option(
    "--subject",
    default="elder",
    show_default=True,
    help="What the rows are: elder, caregiver, institution, resident, centre, estate, … 对象",
)
provision_option = click.option(
    "--provision",
    "provisions",
    multiple=True,
    metavar="ID",
    help="Only this provision (repeatable).",
)
simulate_option = click.option(
    "--simulate", is_flag=True, help="Decide by a draft as if it were in force. 模拟"
)
json_option = click.option("--json", "as_json", is_flag=True, help="As JSON.")
rates_option = click.option(
    "--rates", type=FILE, help="Local rates (YAML) that the document leaves to others. 地方标准"
)
language_option = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="语言"
)
span_options = together(
    click.option("--month", type=MONTH, help="The month decided. 判定月份"),
    click.option("--from", "first", type=MONTH, help="First month of a span."),
    click.option("--to", "last", type=MONTH, help="Last month of a span (included)."),
)
as_of_options = together(
    click.option(
        "--rules-as-of", type=DAY, help="Ignore figures published after this day. 规则截至"
    ),
    click.option(
        "--known-as-of", type=DAY, help="Ignore history recorded after this day. 所知截至"
    ),
)
input_options = together(
    click.option(
        "--history", type=FILE, help="Facts that changed: person_id,fact,value,from,until. 变动"
    ),
    click.option(
        "--rows",
        "rows",
        multiple=True,
        metavar="NAME=FILE",
        help="Rows of a list fact, from CSV (repeatable).",
    ),
    click.option("--ignore-extra", is_flag=True, help="Leave out columns that are no facts."),
    click.option(
        "--reject", type=FILE, help="Set bad rows aside in this CSV and decide the rest. 问题行"
    ),
)


def months_of(month: Month | None, first: Month | None, last: Month | None) -> list[Month]:
    """Return the months asked for. Raises click.UsageError."""
    from anlao.rules.periods import months_from_to

    if month is not None:
        if first is not None or last is not None:
            message = "give --month, or --from and --to, not both"
            raise click.UsageError(message)
        return [month]
    if first is None or last is None:
        message = "which month? give --month 2023-10, or --from 2023-01 --to 2023-12"
        raise click.UsageError(message)
    if last < first:
        message = f"--to {last} lies before --from {first}"
        raise click.UsageError(message)
    return list(months_from_to(first, last))


def check_subject(rulebook: Rulebook, subject: str) -> None:
    """Refuse a subject that the rulebook does not know. Raises click.UsageError."""
    from anlao.rules.rulebook.problems import did_you_mean

    if subject not in rulebook.subjects:
        hint = did_you_mean(subject, rulebook.subjects)
        message = f"there is no subject {subject}; {hint}"
        raise click.UsageError(message)
    if not rulebook.of_subject(subject):
        about = sorted({item.subject for item in rulebook.provisions.values()})
        message = (
            f"{rulebook.id} has no provision about {subject}; it has some about: {', '.join(about)}"
        )
        raise click.UsageError(message)


def check_provisions(rulebook: Rulebook, subject: str, names: tuple[str, ...]) -> None:
    """Refuse provisions that the rulebook does not have. Raises click.UsageError."""
    from anlao.rules.rulebook.problems import did_you_mean

    known = [item.id for item in rulebook.of_subject(subject)]
    for name in names:
        if name in known:
            continue
        if name in rulebook.provisions:
            message = f"{name} is about {rulebook.provisions[name].subject}; add --subject"
            raise click.UsageError(message)
        message = f"{rulebook.id} has no provision {name}; {did_you_mean(name, known)}"
        raise click.UsageError(message)


def today() -> date:
    """Return the day of the machine's own clock; only the command line looks at a clock."""
    return datetime.now().astimezone().date()
