"""Addresses of what elders are told."""

from __future__ import annotations

from django.urls import path

from anlao.office.interfaces.web.staff import message_acts, message_pages

urlpatterns = [
    path("elders/<int:number>/messages", message_pages.of_elder, name="elder-messages"),
    path("messages", message_pages.listed, name="messages"),
    path("messages/<int:number>", message_pages.message, name="message"),
    path("messages/sweep", message_acts.sweep, name="messages-sweep"),
    path("messages/letters", message_acts.letters, name="messages-letters"),
    path("messages/texts", message_acts.texts, name="messages-texts"),
    path("messages/receipts", message_acts.receipts, name="messages-receipts"),
]
