"""Addresses of the API, its description (OpenAPI), and how its errors look."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.security import HttpBearer

from anlao.office.interfaces.api import (
    assessments,
    elders,
    imports,
    journeys,
    lists,
    months,
    particulars,
    places,
    problems,
)
from anlao.office.interfaces.api.gate import token_of
from anlao.office.interfaces.api.problems import Problem
from anlao.office.organisations.models import Token

_POST_ONLY = (409, 413, 415)
_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same body gives the same answer, done once only.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$"},
}


class Bearer(HttpBearer):
    """Documents the token; the gate before us has looked at it."""

    def __call__(self, request: HttpRequest) -> Token:
        _refuse_unknown_names(request)
        return token_of(request)

    def authenticate(self, request: HttpRequest, token: str) -> Token:  # noqa: ARG002
        return token_of(request)


def _refuse_unknown_names(request: HttpRequest) -> None:
    """A name that is misspelt must not be taken for one that was left out. Raises Problem."""
    match = request.resolver_match
    assert match is not None
    unknown = sorted(set(request.GET) - _query_names()[str(match.url_name)])
    if unknown:
        raise Problem(422, f"没有参数 {unknown[0][:60]} / there is no such parameter here")


@cache
def _query_names() -> dict[str, frozenset[str]]:
    """Return the names that may stand behind the question mark, by operation."""
    described = api.get_openapi_schema(path_prefix="")
    return {
        operation["operationId"]: frozenset(
            one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"
        )
        for methods in described["paths"].values()
        for operation in methods.values()
    }


class OfficeAPI(NinjaAPI):
    """The API, whose description tells of every error as well."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**kwargs)
        schema["components"]["schemas"]["Problem"] = problems.SCHEMA
        for methods in schema["paths"].values():
            for method, operation in methods.items():
                _tell_errors(operation, is_post=method == "post")
        return schema

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return str(operation.view_func.__name__)


def _tell_errors(operation: dict[str, Any], *, is_post: bool) -> None:
    usual = (400, 401, 403, 404, 422, 429, 500)
    for status in sorted({*usual, *(_POST_ONLY if is_post else ())}):
        content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        told: dict[str, Any] = {"description": "Problem", "content": content}
        if status == 429:
            told["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "required": True}}
        operation["responses"][status] = told
    if is_post:
        operation.setdefault("parameters", []).append(_KEY)


api = OfficeAPI(
    title="anlao",
    version="1",
    description=(
        "The county office for other systems. Tokens come from its administrator; every read of a "
        "person's data needs a purpose and is logged."
    ),
    urls_namespace="api-v1",
    docs_url=None,
    auth=Bearer(),
)
for room in (places, elders, particulars, journeys, months, lists, assessments, imports):
    api.add_router("", room.router)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, refusal: Problem) -> HttpResponse:  # noqa: ARG001
    return _refused(problems.response(refusal.status, refusal.detail, kind=refusal.kind))


@api.exception_handler(ValidationError)
def _misfit(request: HttpRequest, refusal: ValidationError) -> HttpResponse:  # noqa: ARG001
    errors = [
        {"where": ".".join(str(part) for part in one["loc"]), "why": str(one["msg"])}
        for one in refusal.errors
    ]
    detail = "请求不合规，见 errors / the request does not fit, see errors"
    return _refused(problems.response(422, detail, errors=errors))


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, refusal: HttpError) -> HttpResponse:  # noqa: ARG001
    return _refused(problems.response(refusal.status_code, f"无法读取请求 / {refusal}"))


@api.exception_handler(Http404)
def _nowhere(request: HttpRequest, refusal: Http404) -> HttpResponse:  # noqa: ARG001
    return _refused(problems.response(404, "没有这个地址 / there is no such address"))


def _refused(response: HttpResponse) -> HttpResponse:
    """Take back what a refused request did; it is answered, so nobody else would."""
    if connection.in_atomic_block:
        transaction.set_rollback(True)
    return response


urlpatterns = [path("", api.urls)]
