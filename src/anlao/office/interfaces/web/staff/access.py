"""Signing in and out, one's password, one's language."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, logout, update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlao.office.interfaces.web.apps import SIGN_IN
from anlao.office.interfaces.web.staff.second_step import begin_second_step, let_in
from anlao.office.interfaces.web.who import needs, who
from anlao.office.organisations import factors, operations, roles, sessions
from anlao.office.organisations.models import User


class SignIn(forms.Form):
    username = forms.CharField(max_length=60)
    password = forms.CharField(max_length=200)


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The first page. A wrong name, a wrong password and a locked account read the same."""
    form = SignIn(request.POST or None)
    refused = False
    if request.method == "POST" and form.is_valid():
        user = _checked(request, form.cleaned_data["username"], form.cleaned_data["password"])
        if user is not None and factors.of(user).exists():
            begin_second_step(request, user, wanted=_next(request))
            return redirect("web:sign-in-second")
        if user is not None:
            let_in(request, user)
            return redirect(_next(request))
        refused = True
    given = {"form": form, "refused": refused}
    given |= {why: why in request.GET for why in ("idle", "ended")}
    return render(
        request,
        "web/sign_in.html",
        given | {"next": request.GET.get("next", "")},
        status=401 if refused else 200,
    )


def _checked(request: HttpRequest, username: str, password: str) -> User | None:
    now = timezone.now()
    known = User.objects.select_for_update().filter(username=username, is_active=True).first()
    user = authenticate(request, username=username, password=password)
    if known is not None and known.locked_until_at is not None and known.locked_until_at > now:
        return None  # only now: a locked account answers no faster than another
    if known is not None and user is None:
        operations.note_failure(known, at=now)
    return user if isinstance(user, User) else None


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return "/"


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; a tablet forgets the score sheets that it kept."""
    keeps_sheets = who(request).may(roles.ASSESS)
    user = who(request).user
    if user is not None:
        sessions.leave(user, request.session.get(SIGN_IN), at=timezone.now())
    logout(request)
    response = redirect("web:sign-in")
    if keeps_sheets:
        response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_http_methods(["GET", "POST"])
@needs()
def password(request: HttpRequest) -> HttpResponse:
    """One's own password; whoever got hers from somebody else must choose another first."""
    user, say = who(request).user, who(request).say
    assert user is not None
    problems: list[str] = []
    if request.method == "POST":
        new, again = request.POST.get("new", ""), request.POST.get("again", "")
        if not user.check_password(request.POST.get("old", "")):
            problems.append(say("原密码不对。", "The present password is wrong."))
        elif new != again:
            problems.append(say("两次输入的新密码不一致。", "The new passwords differ."))
        elif user.check_password(new):
            problems.append(
                say("新密码不能与原密码相同。", "The new password must be another one.")
            )
        else:
            try:
                validate_password(new, user)
            except ValidationError as error:
                problems += error.messages
        if not problems:
            operations.change_password(user, new)
            update_session_auth_hash(request, user)
            here = request.session.get(SIGN_IN)
            sessions.end(user, but=here, by=user.username, at=timezone.now())
            return redirect("web:home")
    return render(
        request, "web/password.html", {"problems": problems, "forced": user.must_change_password}
    )


@require_GET
def language(request: HttpRequest) -> HttpResponse:
    """Change the language of the pages, kept with the account."""
    wanted = "en" if request.GET.get("to") == "en" else "zh"
    user = who(request).user
    if user is not None:
        user.language = wanted
        user.save(update_fields=["language"])
    response = redirect(request.GET.get("back") or "/") if _is_ours(request) else redirect("/")
    response.set_cookie(
        "language", wanted, max_age=31_536_000, samesite="Lax", httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


def _is_ours(request: HttpRequest) -> bool:
    back = request.GET.get("back", "")
    return url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
