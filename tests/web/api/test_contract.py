"""The API keeps to its own document, whatever is asked: no 5xx, no status and no media type that is not described."""

from __future__ import annotations

from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from tests.factories.small_market import small_market
from tests.factories.visitors import account, bearer

CHECKS = [not_a_server_error, content_type_conformance, status_code_conformance]
OFTEN = settings(max_examples=5, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def test_every_call(app: Flask) -> None:
    with app.app_context():
        small_market()
    headers = bearer(app, account(app, "admin"))
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 30
    for operation in operations:

        @OFTEN
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            case.validate_response(case.call(headers=headers), checks=CHECKS)

        ask()
