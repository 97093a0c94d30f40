"""The gateway keeps its own description: every made-up request gets a described answer, and never a server's error."""

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import validate
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.integration.gateway.conftest import Served

OPERATIONS = [
    ("POST", "/v1/devices"),
    ("POST", "/v1/devices/batch"),
    ("GET", "/v1/devices/me/consents"),
    ("PUT", "/v1/devices/me/consents"),
    ("DELETE", "/v1/devices/me"),
    ("POST", "/v1/positions"),
    ("POST", "/v1/positions/batch"),
]
BEYOND_SCHEMA = (
    "s old; at most",
    "s in the future; at most",
    "columns differ in length",
    "a purpose is named twice",
)
"""Why a request that the schema allows may still be refused."""


@pytest.mark.kafka
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_request_gets_a_described_answer(
    served: Served, method: str, path: str, mode: schemathesis.GenerationMode
) -> None:
    schema = schemathesis.openapi.from_url(f"{served.url}/openapi.json")
    operation = schema[path][method]
    if mode is schemathesis.GenerationMode.NEGATIVE and not operation.body:
        return  # nothing can be wrong in a request that carries nothing

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        key = served.partner_key if path.endswith("/batch") else served.token()
        answer = case.call(headers={"Authorization": f"Bearer {key}"})
        case.validate_response(answer, excluded_checks=[positive_data_acceptance])
        if mode is schemathesis.GenerationMode.POSITIVE and answer.status_code >= 400:
            assert any(words in answer.json()["detail"] for words in BEYOND_SCHEMA), answer.text

    ask()


@pytest.mark.kafka
def test_the_description_is_openapi_31_and_every_operation_says_what_it_does(served: Served) -> None:
    document = httpx.get(f"{served.url}/openapi.json", timeout=20).json()
    validate(document)
    assert document["openapi"].startswith("3.1")
    operations = {
        (m.upper(), path): o for path, methods in document["paths"].items() for m, o in methods.items()
    }
    assert all(operation.get("description") for operation in operations.values())
    assert set(OPERATIONS) <= set(operations)
