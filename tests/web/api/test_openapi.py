"""The document describes what is served, and it reads."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.page_client import PageClient

# INTERFACE.md, the slice of the first opening.
PROMISED = """
GET /markets, GET /pickup-slots, GET /pickup-slots/{}/offers, POST /orders, GET /orders/{}, POST /orders/{}/cancel,
GET /farm/products, POST /farm/products, GET /farm/products/{}, PATCH /farm/products/{}, GET /farm/offers,
PUT /farm/offers/{}, POST /farm/offers/copy, GET /farm/packing-list, POST /farm/packing-list/{}/pack,
GET /farm/statements, GET /farm/statements/{}, POST /farm/statements/{}/object, GET /pickup/orders,
POST /pickup/handovers, GET /office/market-days, POST /office/market-days, PATCH /office/market-days/{},
POST /office/market-days/{}/cancel, GET /office/orders, POST /office/orders/{}/refund, GET /office/payout-runs,
POST /office/payout-runs, GET /office/payout-runs/{}, POST /office/payout-runs/{}/submit,
POST /office/payout-runs/{}/approve, POST /office/payout-runs/{}/reject, POST /office/payout-runs/{}/pay,
POST /office/payout-runs/{}/confirm-bank, GET /office/payout-runs/{}/sepa.xml, GET /office/payout-runs/{}/datev.csv,
GET /office/books/trial-balance, GET /office/books/entries, GET /office/deliveries, POST /office/deliveries/{}/retry
"""


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return dict(answer.json)


def test_everything_promised_is_there(document: dict[str, Any]) -> None:
    served = {
        f"{method.upper()} {re.sub(r'{[^}]+}', '{}', path.removeprefix('/api/v1'))}"
        for path, calls in document["paths"].items()
        for method in calls
    }
    assert {call.strip() for call in PROMISED.split(",")} <= served


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    found = re.findall(r"'\$ref': '([^']+)'", str(document))
    assert found
    for reference in set(found):
        here: Any = document
        for part in reference.removeprefix("#/").split("/"):
            here = here[part]


def test_calls_are_whole(document: dict[str, Any]) -> None:
    names = []
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            names.append(call["operationId"])
            assert call["summary"] and call["responses"], f"{method} {path}"
            asked = [(one["name"], one["in"]) for one in call["parameters"]]
            assert len(asked) == len(set(asked)), f"{method} {path}: {asked}"
            assert {name for name, place in asked if place == "path"} == set(re.findall(r"{([^}]+)}", path))
            assert (("Idempotency-Key", "header") in asked) == (method == "post")
    assert len(names) == len(set(names))


def test_the_page(app: Flask) -> None:
    page = PageClient(app.test_client()).get("/api/docs")
    assert "POST /orders" in page.text and "Idempotency" not in page.h1
    assert app.test_client().get("/api/problems/age").headers["Location"].endswith("/api/docs#problem-age")
