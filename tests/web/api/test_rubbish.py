"""Whatever comes, the answer is a typed refusal: never a 500, never an effect."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.kernel.database import scalar

BODIES = [
    b"{",
    b"\xff\xfe",
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a": ' + b"9" * 5000 + b"}",
    b"[" * 100_000,
    b'{"a":' * 100 + b"1" + b"}" * 100,
    b'"text"',
    b"[]",
    b"null",
    b"{}",
    b'{"pickup_slot": "\\u0000", "lines": []}',
    b'{"pickup_slot": "\\ud800", "lines": []}',
    b'{"\\u0000": 1}',
    b'{"pickup_slot": {"a": 1}, "lines": {}, "customer": []}',
    b'{"pickup_slot": "1", "lines": [{"offer": "1", "quantity": 1}], "customer": {"name": "a\\u0000", "email": "b"}}',
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_bodies(app: Flask, client: FlaskClient, body: bytes) -> None:
    answer = client.post("/api/v1/orders", data=body, content_type="application/json")
    assert answer.status_code in (400, 422), answer.text
    assert answer.mimetype == "application/problem+json"
    with app.app_context():
        assert scalar("SELECT count(*) FROM orders") == 0


def test_other_media_types(client: FlaskClient) -> None:
    for content_type in ("text/plain", "application/xml", "multipart/form-data; boundary=x", ""):
        answer = client.post("/api/v1/orders", data=b"<a/>", content_type=content_type)
        assert answer.status_code == 415 and answer.json["type"].endswith("/unsupported-media-type")


def test_too_large(client: FlaskClient) -> None:
    answer = client.post("/api/v1/orders", data=b" " * (2 << 20), content_type="application/json")
    assert answer.status_code == 413 and answer.json["type"].endswith("/too-large")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
orders = st.fixed_dictionaries(
    {},
    optional={
        "pickup_slot": anything,
        "lines": st.lists(st.fixed_dictionaries({}, optional={"offer": anything, "quantity": anything}) | anything),
        "customer": st.fixed_dictionaries(
            {}, optional={"name": anything, "email": anything, "phone": anything, "birth_date": anything}
        ),
        "payment_method": anything,
    },
)
OFTEN = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@OFTEN
@given(body=orders | anything)
def test_any_json(client: FlaskClient, body: Any) -> None:
    answer = client.post("/api/v1/orders", data=json.dumps(body), content_type="application/json")
    assert answer.status_code in (400, 422, 429), answer.text


@OFTEN
@given(raw=st.binary(max_size=200))
def test_any_bytes(client: FlaskClient, raw: bytes) -> None:
    answer = client.post("/api/v1/orders", data=raw, content_type="application/json")
    assert answer.status_code in (400, 422, 429), answer.text


@OFTEN
@given(values=st.dictionaries(st.sampled_from(["limit", "cursor", "market", "open", "q"]), st.text(max_size=30)))
def test_any_arguments(client: FlaskClient, values: dict[str, str]) -> None:
    for path in ("/api/v1/markets", "/api/v1/pickup-slots"):
        answer = client.get(
            path, query_string={name: value.encode("utf-8", "surrogatepass") for name, value in values.items()}
        )
        assert answer.status_code in (200, 400, 404, 422), answer.text


@OFTEN
@given(part=st.text(min_size=1, max_size=40).filter(lambda text: "/" not in text))
def test_any_number_of_an_order(client: FlaskClient, part: str) -> None:
    from urllib.parse import quote

    answer = client.get("/api/v1/orders/" + quote(part, safe=""), headers={"Order-Token": "x"})
    assert answer.status_code in (404, 308), answer.text
