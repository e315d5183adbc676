"""The photograph in an elder's file: put in, replaced, taken out, and shown."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.elders import about, elder_in_scope, purpose_of
from anlao.office.interfaces.web.who import needs, who
from anlao.office.organisations import roles
from anlao.office.registry import photographs, pictures
from anlao.office.registry.photographs import NoPhotograph
from anlao.office.registry.pictures import PictureRefused

_LEAST = 2


@require_http_methods(["GET", "POST"])
@needs(roles.RECORD_FACTS)
def photograph(request: HttpRequest, number: int) -> HttpResponse:
    """Put a photograph in, or another in its place."""
    elder, asking, problem = elder_in_scope(number), who(request), ""
    if request.method == "POST":
        try:
            data = _sent(request)
            photographs.add(elder=elder, data=data, by=asking.name, at=timezone.now())
        except PictureRefused as refusal:
            problem = asking.say(refusal.zh, refusal.en)
        else:
            messages.success(request, asking.say("照片已放入档案", "The photograph is in the file"))
            return redirect("web:elder", number=elder.pk)
    given = about(request, elder, "photo") | {
        "photograph": photographs.of(elder),
        "is_refused": photographs.is_refused(elder, timezone.now()),
        "most": pictures.MOST_BYTES // 2**20,
        "problem": problem,
    }
    return render(request, "web/elder_photo.html", given, status=400 if problem else 200)


@require_POST
@needs(roles.RECORD_FACTS)
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Take the photograph out, for a reason."""
    elder, asking, reason = elder_in_scope(number), who(request), text_in(request.POST, "reason")
    if len(reason) < _LEAST:
        messages.error(request, asking.say("请写明理由", "Say why"))
        return redirect("web:elder-photo", number=elder.pk)
    try:
        photographs.remove(elder=elder, reason=reason, by=asking.name, at=timezone.now())
        messages.success(request, asking.say("照片已删除", "The photograph was removed"))
    except NoPhotograph:
        messages.info(request, asking.say("档案中没有照片", "There is no photograph in the file"))
    return redirect("web:elder-photo", number=elder.pk)


@require_GET
@needs(roles.SEE_ELDERS)
def image(request: HttpRequest, number: int) -> HttpResponse:
    """The picture itself; no cache keeps it, so that every look is logged."""
    elder = elder_in_scope(number)
    try:
        picture = photographs.read(elder, by=who(request).name, purpose=purpose_of(request))
    except NoPhotograph:
        raise Http404 from None
    return HttpResponse(
        picture,
        content_type="image/jpeg",
        headers={"Cache-Control": "private, no-store", "Content-Disposition": "inline"},
    )


def _sent(request: HttpRequest) -> bytes:
    """Return what was sent; a file that is too large is not read. Raises PictureRefused."""
    file = request.FILES.get("file")
    if file is None:
        raise PictureRefused("请选择一张照片。", "Choose a photograph.")
    if (file.size or 0) > pictures.MOST_BYTES:
        raise pictures.too_large()
    return bytes(file.read())
