"""Numbers, money and shares as they are read."""

from __future__ import annotations

from anlao.office.interfaces.web.templatetags.words.library import register


@register.filter
def thousands(number: int) -> str:
    """Return a whole number with its thousands apart."""
    return f"{number:,}"


@register.filter
def yuan(fen: int | None) -> str:
    """Return fen as yuan; a dash where there is no money in it."""
    if fen is None:
        return "—"
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"


@register.filter
def permille(number: int) -> str:
    """Return thousandths as per cent."""
    whole, rest = divmod(number, 10)
    return f"{whole}.{rest} %" if rest else f"{whole} %"
