"""Days and months in words."""

from __future__ import annotations

from datetime import date

from anlao.office.interfaces.web.templatetags.words.library import register
from anlao.office.registry.operations import START_OF_TIME


@register.filter
def since(day: date, language: str) -> str:
    """Return a day on which something began; what always held began on no day."""
    if day <= START_OF_TIME:
        return "start not known" if language == "en" else "起始不详"
    return day.isoformat()


@register.filter
def from_day(day: date, language: str) -> str:
    """Return from which day on something holds."""
    if day <= START_OF_TIME:
        return since(day, language)
    return f"from {day}" if language == "en" else f"{day} 起"


@register.filter
def month_name(day: date, language: str) -> str:
    """Return the month of a day in words."""
    return f"{day:%Y-%m}" if language == "en" else f"{day.year}年{day.month}月"
