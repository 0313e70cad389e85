"""Orders over the API: placed, read, cancelled; by whom; with an Idempotency-Key, at the same time too."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.kernel.database import rows, scalar
from marketplace.payments import gateway
from tests.factories.paid import Till, till_of
from tests.factories.small_market import SmallMarket, small_market
from tests.factories.visitors import account, bearer
from tests.providers.stand_in_stripe.running import Running

WORD = "type"


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(Path(tmp_path_factory.mktemp("stand-in")) / "books.sqlite3", {})
    yield running
    running.stop()


@pytest.fixture
def till(app: Flask, stand_in: Running, settings: Any) -> Iterator[Till]:
    before = gateway.gateway()
    yield till_of(stand_in, settings)
    gateway.use(before)


@pytest.fixture
def market(app: Flask) -> SmallMarket:
    with app.app_context():
        return small_market()


def wish(market: SmallMarket, goods: dict[str, int] | None = None, **changes: Any) -> dict[str, Any]:
    asked = {
        "pickup_slot": str(market.slot),
        "lines": [{"offer": str(market.offers[name]), "quantity": n} for name, n in (goods or {"kale": 2}).items()],
        "customer": {"name": "Lisa Terhorst", "email": "lisa@example.org"},
        "payment_method": "card",
    }
    return asked | changes


def word(answer: Any) -> str:
    return str(answer.json["type"]).rpartition("/")[2]


def number_of_orders(app: Flask) -> int:
    with app.app_context():
        return int(scalar("SELECT count(*) FROM orders"))


def test_an_order(app: Flask, client: FlaskClient, market: SmallMarket, till: Till) -> None:
    answer = client.post("/api/v1/orders", json=wish(market, {"kale": 2, "milk": 1}))
    assert answer.status_code == 201, answer.text
    order = answer.json
    assert order["state"] == "awaiting_payment" and order["payment_state"] == "pending"
    assert order["total_cents"] == 2 * 340 + 189 + 15 and order["deposit_cents"] == 15
    assert order["payment_url"].startswith("http://stand-in.test/") and order["expires_at"].endswith("+00:00")
    assert len(order["token"]) >= 32 and answer.headers["Location"].endswith(order["number"])
    seen = client.get(f"/api/v1/orders/{order['number']}", headers={"Order-Token": order["token"]})
    assert seen.status_code == 200 and seen.json["payment_url"] == order["payment_url"]
    assert {name: seen.json[name] for name in order} == order
    assert seen.json["owed_cents"] == order["total_cents"] and seen.json["pickup_code"]
    assert [step["state"] for step in seen.json["history"]] == ["awaiting_payment"]
    kale = next(line for line in seen.json["lines"] if line["sku"])
    assert {"id", "offer", "quantity", "packed_quantity", "weight_g", "price_cents", "unit_price_cents"} <= set(kale)


def test_who_may_see_it(app: Flask, client: FlaskClient, market: SmallMarket) -> None:
    with app.app_context():
        elsewhere = small_market(slug="anderswo")
    lisa, jan = account(app, email="lisa@example.org"), account(app, email="jan@example.org")
    operator = account(app, "operator", email="o@example.org", market_id=market.market)
    approver = account(app, "approver", email="p@example.org", market_id=market.market)
    foreign = account(app, "operator", email="f@example.org", market_id=elsewhere.market)
    order = client.post("/api/v1/orders", json=wish(market), headers=bearer(app, lisa)).json
    path = f"/api/v1/orders/{order['number']}"
    missing = client.get("/api/v1/orders/M-0").json
    assert client.get(path, headers=bearer(app, lisa)).json["token"] == order["token"]
    assert client.get(path, headers=bearer(app, operator)).json["token"] is None
    assert client.get(path, headers=bearer(app, approver)).status_code == 200
    assert client.get(f"{path}?token={order['token']}").status_code == 200
    others = [bearer(app, jan), bearer(app, foreign), {}, {"Order-Token": "x" * 48}, {"Order-Token": "ä"}]
    for headers in others:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 404, headers
        assert answer.json == missing
    for headers in (*others, bearer(app, approver)):
        assert client.post(f"{path}/cancel", headers=headers).status_code == 404
    assert client.post(f"{path}/cancel", headers=bearer(app, operator)).json["state"] == "cancelled"


def test_a_kept_answer_is_for_who_holds_the_token(app: Flask, client: FlaskClient, market: SmallMarket) -> None:
    order = client.post("/api/v1/orders", json=wish(market, payment_method="pay_at_pickup")).json
    path, key = f"/api/v1/orders/{order['number']}/cancel", {"Idempotency-Key": "storno"}
    mine = {**key, "Order-Token": order["token"]}
    first = client.post(path, headers=mine)
    assert first.status_code == 200 and client.post(path, headers=mine).json == first.json
    for headers in (key, {**key, "Order-Token": "x" * 48}):
        answer = client.post(path, headers=headers)
        assert answer.status_code == 409 and word(answer) == "idempotency"
        assert order["token"] not in answer.text


def test_cancelled_by_its_token(app: Flask, client: FlaskClient, market: SmallMarket) -> None:
    order = client.post("/api/v1/orders", json=wish(market, payment_method="pay_at_pickup")).json
    assert order["state"] == "confirmed" and order["payment_url"] is None and order["expires_at"] is None
    headers = {"Order-Token": order["token"]}
    for _ in range(2):
        answer = client.post(f"/api/v1/orders/{order['number']}/cancel", headers=headers)
        assert answer.status_code == 200 and answer.json["state"] == "cancelled"
    with app.app_context():
        assert scalar("SELECT reserved + sold FROM stock WHERE id = :id", id=market.stocks["kale"]) == 0


def test_refusals(app: Flask, client: FlaskClient, market: SmallMarket) -> None:
    with app.app_context():
        other = small_market(slug="anderswo")
    cases: list[tuple[dict[str, Any], int, str]] = [
        (wish(market, {"kale": 11}), 409, "shortage"),
        (wish(market, {"korn": 1}), 409, "age"),
        (wish(market, lines=[{"offer": str(other.offers["kale"]), "quantity": 1}]), 422, "validation"),
        (wish(market, lines=[{"offer": "999999", "quantity": 1}]), 422, "validation"),
        (wish(market, lines=[{"offer": "-1", "quantity": 1}]), 422, "validation"),
        (wish(market, lines=[]), 422, "validation"),
        (wish(market, pickup_slot="nirgends"), 422, "validation"),
        (wish(market, payment_method="bitcoin"), 422, "validation"),
        (wish(market, customer={"name": "", "email": "lisa@example.org"}), 422, "validation"),
        (wish(market, customer={"name": "Lisa", "email": "keine"}), 422, "validation"),
        (wish(market, customer={"name": "Lisa", "email": "l@example.org", "birth_date": "gestern"}), 422, "validation"),
    ]
    for quantity in (0, -1, 1.5, "2", 10**30, None, True):
        line = {"offer": str(market.offers["kale"]), "quantity": quantity}
        cases.append((wish(market, lines=[line]), 422, "validation"))
    for asked, status, kind in cases:
        answer = client.post("/api/v1/orders", json=asked)
        assert (answer.status_code, word(answer)) == (status, kind), f"{asked}: {answer.text}"
        if kind == "validation":
            assert answer.json["errors"] and all(error["message"] for error in answer.json["errors"])
    shortage = client.post("/api/v1/orders", json=wish(market, {"kale": 11})).json
    assert shortage["shortages"] == [{"offer": str(market.offers["kale"]), "requested": 11, "available": 10}]
    assert number_of_orders(app) == 0


def test_the_same_offer_twice_is_summed(client: FlaskClient, market: SmallMarket) -> None:
    line = {"offer": str(market.offers["kale"]), "quantity": 2}
    order = client.post("/api/v1/orders", json=wish(market, lines=[line, line], payment_method="pay_at_pickup")).json
    assert [found["quantity"] for found in order["lines"]] == [4]


def test_the_same_key_gives_the_same_answer(app: Flask, client: FlaskClient, market: SmallMarket, till: Till) -> None:
    headers = {"Idempotency-Key": "kasse-1"}
    first = client.post("/api/v1/orders", json=wish(market), headers=headers)
    again = client.post("/api/v1/orders", json=wish(market), headers=headers)
    assert first.status_code == again.status_code == 201 and first.data == again.data
    other = client.post("/api/v1/orders", json=wish(market, {"kale": 3}), headers=headers)
    assert (other.status_code, word(other)) == (409, "idempotency")
    assert number_of_orders(app) == 1
    lisa = bearer(app, account(app))
    mine = client.post("/api/v1/orders", json=wish(market), headers=headers | lisa)
    assert mine.status_code == 201 and mine.json["number"] != first.json["number"]


def test_a_refusal_gives_the_key_back(app: Flask, client: FlaskClient, market: SmallMarket) -> None:
    headers = {"Idempotency-Key": "kasse-2"}
    assert client.post("/api/v1/orders", json=wish(market, {"kale": 11}), headers=headers).status_code == 409
    answer = client.post("/api/v1/orders", json=wish(market, payment_method="pay_at_pickup"), headers=headers)
    assert answer.status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "mit\x07glocke"])
def test_keys_that_are_none(client: FlaskClient, market: SmallMarket, key: str) -> None:
    answer = client.post("/api/v1/orders", json=wish(market), headers={"Idempotency-Key": key})
    assert (answer.status_code, word(answer)) == (422, "validation")


def test_at_the_same_time_one_order_and_one_answer(app: Flask, market: SmallMarket, till: Till) -> None:
    """Eight at once while the provider takes its time: all wait for the first one's page."""
    till.stand_in.order("faults", kind="hang", seconds=1.0, path="/v1/checkout/sessions", count=1)

    def ask(_: int) -> Any:
        return app.test_client().post("/api/v1/orders", json=wish(market), headers={"Idempotency-Key": "zugleich"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert [answer.status_code for answer in answers] == [201] * 8, [answer.text for answer in answers]
    assert len({answer.data for answer in answers}) == 1
    assert answers[0].json["payment_url"] is not None
    assert number_of_orders(app) == 1
    with app.app_context():
        assert len(rows("SELECT 1 FROM payment")) == 1


def test_the_provider_is_away(app: Flask, client: FlaskClient, market: SmallMarket) -> None:
    started = time.monotonic()
    order = client.post("/api/v1/orders", json=wish(market), headers={"Idempotency-Key": "weg"})
    assert order.status_code == 201 and order.json["payment_url"] is None and time.monotonic() - started < 10
    again = client.post("/api/v1/orders", json=wish(market), headers={"Idempotency-Key": "weg"})
    assert again.data == order.data


def test_guests_may_not_flood(app: Flask, client: FlaskClient, market: SmallMarket, monkeypatch: Any) -> None:
    monkeypatch.setattr("marketplace.web.api.orders.BY_ADDRESS", 2)
    answers = [client.post("/api/v1/orders", json=wish(market, {"kale": 99})) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [409, 409, 429]
    assert int(answers[2].headers["Retry-After"]) > 0
