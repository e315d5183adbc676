"""Every request is one transaction, and writes its audit entries at its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

from anlao.office.interfaces.web.refusals import answer_to
from anlao.office.shared import audit

Handler = Callable[[HttpRequest], HttpResponse]


def one_transaction(handler: Handler) -> Handler:
    """Run a view in a transaction of its own; an exception takes back all that it did.

    The last of the middleware: what the others refuse opens no transaction. It calls the view, so
    it is also here that an exception is turned into the page that tells of it, if there is one.
    """

    def process_view(
        request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse:
        try:
            with transaction.atomic(), audit.written_at_the_end():
                response = view(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse):
                    response.render()
        except Exception as wrong:
            answer = answer_to(request, wrong)
            if answer is None:
                raise
            return answer
        return response

    def handle(request: HttpRequest) -> HttpResponse:
        return handler(request)

    handle.process_view = process_view  # type: ignore[attr-defined]
    return handle
