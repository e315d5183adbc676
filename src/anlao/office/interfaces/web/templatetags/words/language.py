"""Words in two languages, side by side in the template: {% t "登录" "Sign in" %}."""

from __future__ import annotations

from typing import Any

from anlao.office.interfaces.web.templatetags.words.library import register


@register.simple_tag(takes_context=True)
def t(context: dict[str, Any], zh: str, en: str) -> str:
    """Return the words in the reader's language."""
    return en if context.get("language") == "en" else zh


@register.filter
def in_words(label: Any, language: str) -> str:
    """Return a label in the reader's language."""
    return str(label.en if language == "en" else label.zh)
