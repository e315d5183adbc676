"""Errors as RFC 9457 asks: type, title, status, detail; one form for everything that goes wrong."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:anlao:problem:"

_TITLES = {
    400: ("bad-request", "Bad request"),
    401: ("unauthorized", "A valid token is needed"),
    403: ("forbidden", "The token may not do this"),
    404: ("not-found", "Not found"),
    405: ("method-not-allowed", "Method not allowed"),
    409: ("conflict", "Conflict"),
    413: ("too-large", "The request is too large"),
    415: ("unsupported-media-type", "Send application/json"),
    422: ("unprocessable", "The request does not fit"),
    429: ("too-many-requests", "Too many requests"),
    500: ("internal", "Something went wrong here"),
}


class Problem(Exception):
    """Raised where a request cannot be answered as asked. ``detail``: "中文 / English"."""

    def __init__(self, status: int, detail: str, *, kind: str = "") -> None:
        super().__init__(detail)
        self.status, self.detail, self.kind = status, detail, kind


def response(
    status: int,
    detail: str,
    *,
    kind: str = "",
    errors: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """Return a problem as a response. ``errors``: which parts of a request do not fit, and why."""
    name, title = _TITLES.get(status, ("error", "Error"))
    body: dict[str, Any] = {
        "type": _TYPE + (kind or name),
        "title": title,
        "status": status,
        "detail": detail,
    }
    if errors is not None:
        body["errors"] = errors
    text = json.dumps(body, ensure_ascii=False)
    return HttpResponse(text, status=status, content_type=MEDIA_TYPE, headers=headers or {})


def dressed(request: HttpRequest, found: HttpResponse) -> HttpResponse:
    """Return an error that came from elsewhere, such as a page that was not found, as a problem."""
    if found.status_code < 400 or found["Content-Type"].startswith(MEDIA_TYPE):
        return found
    details = {
        404: "没有这个地址 / there is no such address",
        405: f"这里不能用 {request.method} / {request.method} is not for this address",
        500: "服务器出错，已记录 / this is our fault and was written down",
    }
    detail = details.get(found.status_code, "请求有误 / the request cannot be read")
    kept = {name: found[name] for name in ("Allow",) if name in found}
    return response(found.status_code, detail, headers=kept)


SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "why"],
                "properties": {"where": {"type": "string"}, "why": {"type": "string"}},
            },
        },
    },
}
