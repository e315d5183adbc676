"""One's own second factors: adding an app or a security key, recovery codes, taking one away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods

from anlao.office.interfaces.web.sent import number_in, origin_of, text_in
from anlao.office.interfaces.web.who import needs, who
from anlao.office.organisations import factors, operations, security_keys
from anlao.office.organisations.factors import FactorRefused
from anlao.office.organisations.models import User

_SECRET, _ASKED = "app_secret", "key_asked"
_LONGEST_NAME = 60
Given = dict[str, Any]


@require_http_methods(["GET", "POST"])
@needs()
def second_factor(request: HttpRequest) -> HttpResponse:
    """What one has, and adding or taking away; every change asks for the password first."""
    asking = who(request)
    user = asking.user
    assert user is not None
    given: Given = {}
    act = _ACTS.get(request.POST.get("act", ""))
    if request.method == "POST" and act is not None:
        try:
            given = act(request, user)
        except FactorRefused as refusal:
            given = {"problem": asking.say_refusal(refusal)}
        if "done" in given:
            messages.success(request, asking.say(*given["done"]))
            return redirect("web:second-factor")
    given |= {
        "held": list(factors.of(user)),
        "codes_left": factors.codes_left(user),
        "required": factors.is_required(user, asking.grants),
        "keys_possible": security_keys.possible_at(origin_of(request)),
    }
    given["forced"] = given["required"] and not given["held"]
    status = 400 if "problem" in given else 200
    return render(request, "web/second_factor.html", given, status=status)


def _begin_app(request: HttpRequest, user: User) -> Given:
    _ask_password(request, user)
    secret = factors.new_secret()
    request.session[_SECRET] = factors.sealed(secret, user).hex()
    return _shown(secret, user)


def _finish_app(request: HttpRequest, user: User) -> Given:
    kept = request.session.get(_SECRET)
    if kept is None:
        raise FactorRefused("请重新开始 / please begin again")
    secret = factors.unsealed(bytes.fromhex(kept), user)
    is_first = not factors.of(user).exists()
    name = _name(request) or who(request).say("验证器应用", "authenticator app")
    try:
        factors.add_app(user, secret, request.POST.get("code", ""), name=name, at=timezone.now())
    except FactorRefused as refusal:
        return {"problem": who(request).say_refusal(refusal)} | _shown(secret, user)
    del request.session[_SECRET]
    return _after_adding(user, is_first)


def _begin_key(request: HttpRequest, user: User) -> Given:
    _ask_password(request, user)
    if not security_keys.possible_at(origin_of(request)):
        raise FactorRefused("此地址不能使用安全密钥 / keys need a name, not a number")
    asked = security_keys.ask_to_add(user, origin_of(request))
    request.session[_ASKED] = asked.state
    return {"asked": asked}


def _finish_key(request: HttpRequest, user: User) -> Given:
    state = request.session.pop(_ASKED, None)
    is_first = not factors.of(user).exists()
    security_keys.add(
        user,
        origin_of(request),
        state,
        request.POST.get("key", ""),
        name=_name(request) or who(request).say("安全密钥", "security key"),
        at=timezone.now(),
    )
    return _after_adding(user, is_first)


def _after_adding(user: User, is_first: bool) -> Given:
    if is_first:
        return {"codes": factors.new_codes(user, at=timezone.now())}
    return {"done": ("已添加", "Added")}


def _new_codes(request: HttpRequest, user: User) -> Given:
    _ask_password(request, user)
    if not factors.of(user).exists():
        raise FactorRefused("请先添加验证方式 / add a factor first")
    return {"codes": factors.new_codes(user, at=timezone.now())}


def _remove(request: HttpRequest, user: User) -> Given:
    _ask_password(request, user)
    number = number_in(request.POST, "factor")
    factors.remove(user, number, who(request).grants, at=timezone.now())
    return {"done": ("已移除", "Removed")}


_ACTS: dict[str, Callable[[HttpRequest, User], Given]] = {
    "app": _begin_app,
    "app-code": _finish_app,
    "key": _begin_key,
    "key-answer": _finish_key,
    "codes": _new_codes,
    "remove": _remove,
}


def _ask_password(request: HttpRequest, user: User) -> None:
    """Refuse whoever only found a page left open; wrong ones count as at the sign-in."""
    now = timezone.now()
    known = User.objects.select_for_update().get(pk=user.pk)
    is_locked = known.locked_until_at is not None and known.locked_until_at > now
    if not is_locked and known.check_password(request.POST.get("password", "")):
        return
    if not is_locked:
        operations.note_failure(known, at=now)
    raise FactorRefused("密码不对 / the password is wrong")


def _shown(secret: bytes, user: User) -> Given:
    return {"secret": factors.spelt(secret), "picture": _picture(factors.address_of(secret, user))}


def _picture(address: str) -> SafeString:
    """Return a QR code as SVG without styles, as the policy of our pages asks."""
    made = segno.make(address, error="m", micro=False)
    drawing = made.svg_inline(border=4, dark="#000", light="#fff", omitsize=True)
    return mark_safe(drawing)  # noqa: S308 - made of rectangles by the library, of no text


def _name(request: HttpRequest) -> str:
    return text_in(request.POST, "name")[:_LONGEST_NAME]
