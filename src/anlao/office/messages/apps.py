from __future__ import annotations

from django.apps import AppConfig


class Messages(AppConfig):
    """The room goes by another label: Django's own messages have this one."""

    name = "anlao.office.messages"
    label = "notices"
