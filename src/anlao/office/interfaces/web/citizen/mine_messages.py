"""What the office told her, as it was told."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from anlao.office.benefits.holders import ELDER
from anlao.office.interfaces.web.citizen.mine import Me, mine, mine_page
from anlao.office.messages import queries
from anlao.office.registry import files


@require_safe
@mine()
def told(request: HttpRequest, me: Me) -> HttpResponse:
    """All of it, the latest first; what was withdrawn is not there."""
    elder = me.by.elder
    files.note_read(elder, "read_messages", by=me.by.actor, purpose="")
    found = [
        (one, one.letter[me.reading.language]) for one in queries.told_to(f"{ELDER}:{elder.pk}")
    ]
    return mine_page(request, "mine/messages.html", me, {"found": found})
