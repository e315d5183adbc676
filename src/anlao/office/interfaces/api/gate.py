"""What every request to the API passes: the token, its rate, a request that comes twice, errors.

A request with an Idempotency-Key runs in one transaction with the note of its answer: both are kept
or neither. A second one with the same key waits for the first, and is given its answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from django.core.exceptions import RequestDataTooBig
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from anlao.office.divisions import queries as divisions
from anlao.office.interfaces.api import problems
from anlao.office.organisations import tokens
from anlao.office.organisations.models import Answered, Token
from anlao.office.shared.vaults import vault

Handler = Callable[[HttpRequest], HttpResponse]

_ROOT, OPEN_TO_ALL = "/api/", "/api/v1/openapi.json"
_BEARER = {"WWW-Authenticate": 'Bearer realm="anlao"'}
_FIELD = "answered.answer"
_KEY = re.compile(r"[!-~]{1,100}")


def gate(handler: Handler) -> Handler:
    """Let requests to the API through by their tokens; all others go their own way."""

    def handle(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(_ROOT):
            return handler(request)
        if request.path == OPEN_TO_ALL:
            return problems.dressed(request, handler(request))
        return _with_token(request, handler)

    return handle


def token_of(request: HttpRequest) -> Token:
    """Return the token of a request that came through the gate."""
    found: Token = request.token  # type: ignore[attr-defined]
    return found


def _with_token(request: HttpRequest, handler: Handler) -> HttpResponse:
    now = timezone.now()
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    token = tokens.holder_of(secret.strip(), at=now) if kind.lower() == "bearer" else None
    if token is None:
        detail = "没有令牌，或令牌无效、过期、已撤销 / no token, or one that is not good now"
        return problems.response(401, detail, headers=_BEARER)
    use = tokens.note_use(token, at=now)
    if use.is_too_much:
        detail = f"每分钟最多{tokens.A_MINUTE}次 / at most {tokens.A_MINUTE} requests a minute"
        return problems.response(429, detail, headers={"Retry-After": str(use.seconds)})
    request.token = token  # type: ignore[attr-defined]
    divisions.refresh()
    response = _once(request, handler, token, now)
    response["RateLimit-Limit"] = str(tokens.A_MINUTE)
    response["RateLimit-Remaining"] = str(use.left)
    response["RateLimit-Reset"] = str(use.seconds)
    return response


def _once(request: HttpRequest, handler: Handler, token: Token, now: datetime) -> HttpResponse:
    if request.method != "POST":
        return problems.dressed(request, handler(request))
    try:
        body = request.body
    except RequestDataTooBig:
        return problems.response(413, "请求过大 / the request is too large")
    if (body or request.content_type) and request.content_type != "application/json":
        return problems.response(415, "请发送 application/json / send application/json")
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return problems.dressed(request, handler(request))
    if not _KEY.fullmatch(key):
        return problems.response(400, "幂等键不合规 / the key is too long or unprintable")
    asked = sha256(f"POST {request.get_full_path()}\n".encode() + body).digest()
    with transaction.atomic():
        if not _is_first(token, key, asked, now):
            return _again(token, key, asked)
        response = problems.dressed(request, handler(request))
        if response.status_code >= 500:
            transaction.set_rollback(True)  # nothing was done, so the key is free again
        else:
            _keep(token, key, response)
    return response


def _is_first(token: Token, key: str, asked: bytes, now: datetime) -> bool:
    """Take the key. Where another request holds it, wait until that one is through."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO organisations_answered (token_id, key, asked, at) "
            "VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [token.pk, key, asked, now],
        )
        return bool(cursor.rowcount)


def _keep(token: Token, key: str, response: HttpResponse) -> None:
    text = f"{response['Content-Type']}\n{response.content.decode()}"
    sealed = vault().seal(text, field=_FIELD, row=f"{token.pk} {key}")
    Answered.objects.filter(token=token, key=key).update(status=response.status_code, answer=sealed)


def _again(token: Token, key: str, asked: bytes) -> HttpResponse:
    found = Answered.objects.get(token=token, key=key)
    if bytes(found.asked) != asked or found.answer is None or found.status is None:
        detail = "该幂等键已用于另一请求 / the key belongs to another request"
        return problems.response(422, detail, kind="idempotency-key-reused")
    text = vault().open(bytes(found.answer), field=_FIELD, row=f"{token.pk} {key}")
    media_type, _, content = text.partition("\n")
    headers = {"Idempotency-Replayed": "true"}
    return HttpResponse(content, status=found.status, content_type=media_type, headers=headers)
