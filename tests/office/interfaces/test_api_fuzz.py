"""The API against its own description: hundreds of requests, fitting and not, and never a 5xx.

Each runs on the real database, with a month decided; those that fit ask about a real elder.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from tests.office.county import COUNTY, County
from tests.office.interfaces.test_api import ADDRESSES

from anlao.office.benefits import deciding
from anlao.office.divisions.models import Division
from anlao.office.organisations import roles, tokens

EXAMPLES = 12
"""For each address and kind of input; the whole takes about a minute."""
CHECKS = [
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    ignored_auth,
    unsupported_method,
]


@pytest.fixture
def described(committed: None) -> Any:
    del committed
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


@pytest.fixture
def secret(county: County, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(tokens, "A_MINUTE", 10**6)
    now = timezone.now()
    today = timezone.localdate(now)
    deciding.decide_everywhere(deciding.month_of(today), known_at=now, today=today, by="fuzz")
    _, made = tokens.issue(
        organisation=county.cast["county_clerk"].organisation,
        name="fuzz",
        acts=(roles.SEE_ELDERS, roles.RECORD_FACTS, roles.SEE_FIGURES),
        division=Division.objects.get(code=COUNTY),
        expires_at=now + timedelta(days=1),
        by="administrator",
        at=now,
    )
    yield made
    connections.close_all()


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", ADDRESSES)
def test_no_request_breaks_the_api_or_its_description(
    county: County, described: Any, secret: str, name: str, mode: GenerationMode
) -> None:
    asked = described.find_operation_by_id(name).as_strategy(generation_mode=mode)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=asked)
    def ask(case: schemathesis.Case[Any]) -> None:
        if mode is GenerationMode.POSITIVE and "number" in case.path_parameters:
            case.path_parameters["number"] = county.elders["a1"].pk
        case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, checks=CHECKS)

    ask()
