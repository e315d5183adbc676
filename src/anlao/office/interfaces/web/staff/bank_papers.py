"""Files to the bank and back: fetched as they were sent, answers read."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from anlao.office.interfaces.web.staff.runs import run_in_scope
from anlao.office.interfaces.web.who import needs, who
from anlao.office.organisations import roles
from anlao.office.payments.bank import answers, files
from anlao.office.payments.models import BankFile
from anlao.office.payments.refusals import RunRefused
from anlao.office.registry.imports.refusals import FileRefused
from anlao.office.registry.imports.safety import Upload


@require_GET
@needs(roles.PAY)
def file(request: HttpRequest, number: int, file: int) -> HttpResponse:
    """A bank's file as it was sent; it holds whole account numbers, fetching it is logged."""
    run = run_in_scope(number)
    found = BankFile.objects.filter(run=run, pk=file).first()
    if found is None:
        raise Http404
    data = files.taken_out(found, by=who(request).name)
    return HttpResponse(
        data,
        content_type="application/octet-stream",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}"},
    )


@require_POST
@needs(roles.PAY)
def answer(request: HttpRequest, number: int) -> HttpResponse:
    """Read a bank's answer; one that does not fit is refused whole, row by row."""
    asking, run = who(request), run_in_scope(number)
    sent = request.FILES.get("file")
    if sent is None:
        messages.error(request, asking.say("请选择回盘文件", "Choose the bank's answer"))
        return redirect("web:run", number=run.pk)
    upload = Upload(sent.name or "", sent.read())
    try:
        found = answers.read(run, upload, by=asking.name, at=timezone.now())
    except answers.AnswerRefused as refusal:
        given = {"run": run, "faults": refusal.faults, "more": refusal.more, "name": upload.name}
        return render(request, "web/run_answer_refused.html", given, status=400)
    except FileRefused as refusal:
        what, where = refusal.what, refusal.where
        messages.error(
            request, asking.say(f"{what.zh} {where.zh}", f"{what.en} {where.en}").strip()
        )
    except RunRefused as refusal:
        messages.error(request, asking.say(refusal.zh, refusal.en))
    else:
        messages.success(
            request,
            asking.say(
                f"已读入：到账{found.paid}笔，退票{found.returned}笔",
                f"Read: {found.paid} paid, {found.returned} returned",
            ),
        )
    return redirect("web:run", number=run.pk)
