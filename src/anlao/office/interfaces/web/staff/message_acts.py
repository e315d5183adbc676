"""Making what is to be told, printing it, sending it as a file, reading what came back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.message_pages import chosen
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.messages import letters as paper
from anlao.office.messages import queries, sweeping, texting
from anlao.office.messages import receipts as returned
from anlao.office.messages.receipts import ReceiptsRefused
from anlao.office.messages.telling import NotTold
from anlao.office.messages.terms import terms_of
from anlao.office.organisations import roles
from anlao.office.registry.imports.refusals import FileRefused
from anlao.office.registry.imports.safety import Upload
from anlao.office.shared import spreadsheets
from anlao.office.shared.county_settings import TermsRefused

_AT_ONCE = 200
"""Messages that one press makes; the night makes all of them."""


@require_POST
@needs(roles.SEND_MESSAGES)
def sweep(request: HttpRequest) -> HttpResponse:
    """Look for what is to be told in one's area."""
    asking, now = who(request), timezone.now()
    total, is_more = 0, False
    try:
        for division in asking.where(roles.SEND_MESSAGES).divisions:
            found = sweeping.sweep(
                division, day=asking.today, at=now, by=asking.name, most=_AT_ONCE
            )
            total, is_more = total + found.total, is_more or found.is_more
    except TermsRefused as refusal:
        messages.error(request, asking.say(f"设置有误：{refusal.zh}", f"Settings: {refusal.en}"))
        return redirect("web:messages")
    more = asking.say("，还有未生成的，请再按一次", "; there are more: press again")
    done = asking.say(f"新增{total}件", f"{total} new")
    messages.success(request, done + (more if is_more else ""))
    return redirect("web:messages")


@require_POST
@needs(roles.SEND_MESSAGES)
def letters(request: HttpRequest) -> HttpResponse:
    """The letters of a list as one PDF; they are printed then."""
    asking = who(request)
    found = queries.for_letters(queries.listed(**chosen(request, asking)))
    try:
        made = paper.printed(
            found,
            most=terms_of(_division(asking)).letters_at_once,
            by=asking.name,
            at=timezone.now(),
            day=asking.today,
        )
    except NotTold as refusal:
        messages.error(request, asking.say(refusal.zh, refusal.en))
        return redirect("web:messages")
    return _file(made, "letters.pdf", "application/pdf")


@require_POST
@needs(roles.SEND_MESSAGES)
def texts(request: HttpRequest) -> HttpResponse:
    """The text messages of a list as a file; it holds whole telephone numbers."""
    asking, form = who(request), text_in(request.POST, "form")
    found = queries.for_text_messages(queries.listed(**chosen(request, asking)))
    try:
        name, data = texting.made(
            found,
            form=form,
            most=terms_of(_division(asking)).at_once,
            reason=text_in(request.POST, "reason"),
            by=asking.name,
            at=timezone.now(),
        )
    except NotTold as refusal:
        messages.error(request, asking.say(refusal.zh, refusal.en))
        return redirect("web:messages")
    return _file(data, name, spreadsheets.TYPES[form])


@require_POST
@needs(roles.SEND_MESSAGES)
def receipts(request: HttpRequest) -> HttpResponse:
    """Read receipts; a file that does not fit is refused whole, row by row."""
    asking, sent = who(request), request.FILES.get("file")
    if sent is None:
        messages.error(request, asking.say("请选择回执文件", "Choose the file of receipts"))
        return redirect("web:messages")
    upload = Upload(sent.name or "", sent.read())
    try:
        found = returned.read(upload, division=_division(asking), by=asking.name, at=timezone.now())
    except ReceiptsRefused as refusal:
        given = {"faults": refusal.faults, "more": refusal.more, "name": upload.name}
        return render(request, "web/messages_refused.html", given, status=400)
    except FileRefused as refusal:
        messages.error(request, refusal.message("en" if asking.language == "en" else "zh"))
    else:
        messages.success(
            request,
            asking.say(
                f"已读入：送达{found.delivered}件，未送达{found.failed}件，"
                f"此前已登记{found.known}件",
                f"Read: {found.delivered} delivered, {found.failed} not, {found.known} known",
            ),
        )
    return redirect("web:messages")


def _division(asking: Who) -> str:
    """Return by whose settings she works."""
    return asking.where(roles.SEND_MESSAGES).divisions[0]


def _file(data: bytes, name: str, kind: str) -> HttpResponse:
    return HttpResponse(
        data,
        content_type=kind,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )
