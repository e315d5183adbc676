"""Organisations' lists as a journey leaves them: ended on a day, and opened again."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from anlao.office.registry.models import Assignment, Elder

Ended = dict[str, list[str | None]]
"""First and last day (not included) as they were, by number of the assignment."""


def open_on(elder: Elder, day: date) -> list[Assignment]:
    """Return the assignments that go on after a day."""
    after = elder.assignments.filter(valid__overlap=DateRange(day + timedelta(days=1), None))
    return list(after.select_related("organisation").order_by("pk"))


def end_after(elder: Elder, day: date) -> Ended:
    """End assignments with a day; those of later take no day at all. Return how they were."""
    ended: Ended = {}
    for held in open_on(elder, day):
        ended[str(held.pk)] = [_text(held.valid.lower), _text(held.valid.upper)]
        last = max(held.valid.lower or date.min, day + timedelta(days=1))
        held.valid = DateRange(held.valid.lower, last)
        held.save(update_fields=["valid"])
    return ended


def open_again(ended: Ended) -> None:
    """Let assignments run as they did."""
    for number, (first, last) in ended.items():
        span = DateRange(_day(first), _day(last))
        Assignment.objects.filter(pk=int(number)).update(valid=span)


def never(numbers: list[int]) -> None:
    """Let assignments hold on no day; nothing is deleted."""
    Assignment.objects.filter(pk__in=numbers).update(valid=DateRange(empty=True))


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
