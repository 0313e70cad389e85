"""Packing and handing over by the API, as INTERFACE.md spells it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from marketplace.pickup.begin_packing import begin_packing
from marketplace.pickup.pack_by_default import finish_packing
from tests.pickup.scene import Scene

Bearer = Callable[..., dict[str, str]]
LIST, HANDOVERS = "/api/v1/farm/packing-list", "/api/v1/pickup/handovers"


def close(app: Flask, scene: Scene) -> None:
    with app.app_context():
        scene.close()
        begin_packing(scene.day_id)


def test_the_packing_list_and_a_result(app: Flask, scene: Scene, bearer: Bearer) -> None:
    with app.app_context():
        number = scene.order(cabbage=1, milk=1).number
    client, farm = app.test_client(), bearer("farm", farm_id=scene.farms["brink"])
    told = client.get(f"{LIST}?date={scene.day}", headers=farm)
    assert told.status_code == 200 and told.json is not None
    assert told.json["days"][0]["closed"] is False
    (order,) = told.json["items"]
    assert (order["number"], order["short_number"], order["first_name"]) == (number, 1, "Martina")
    assert "email" not in str(told.json) and "Voß" not in str(told.json)
    (line,) = order["lines"]
    pack = f"{LIST}/{line['id']}/pack"
    assert client.post(pack, json={"packed_quantity": 1, "weight_g": 1400}, headers=farm).status_code == 409
    close(app, scene)
    done = client.post(pack, json={"packed_quantity": 1, "weight_g": 1320}, headers=farm)
    assert done.status_code == 200 and done.json is not None
    assert (done.json["amount_cents"], done.json["state"], done.json["order_state"]) == (330, "packed", "packing")
    again = client.post(pack, json={"packed_quantity": 1, "weight_g": 1320}, headers=farm)
    assert again.json == done.json
    assert client.post(pack, json={"packed_quantity": 1, "weight_g": 1321}, headers=farm).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"packed_quantity": "1"},
        {"packed_quantity": -1},
        {"packed_quantity": 10**30},
        {"packed_quantity": 2, "weight_g": 1400},
        {"packed_quantity": 1, "weight_g": 10**12},
        {"packed_quantity": 1, "weight_g": 1.5},
        {"packed_quantity": 0, "reason": 7},
        {"packed_quantity": 0, "reason": "x" * 300},
        {"packed_quantity": True, "weight_g": 1400},
    ],
)
def test_bad_results_are_refused(app: Flask, scene: Scene, bearer: Bearer, body: dict[str, Any]) -> None:
    with app.app_context():
        line = scene.line(scene.order(cabbage=1), "cabbage")
    close(app, scene)
    farm = bearer("farm", farm_id=scene.farms["brink"])
    answer = app.test_client().post(f"{LIST}/{line}/pack", json=body, headers=farm)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(("packed", "state", "cents"), [(1, "packed", 350), (0, "short", 0)])
def test_grams_and_reason_may_be_left_out(
    app: Flask, scene: Scene, bearer: Bearer, packed: int, state: str, cents: int
) -> None:
    """What was not weighed counts at its usual weight, as a line that nobody touched."""
    with app.app_context():
        line = scene.line(scene.order(cabbage=1, potatoes=1), "cabbage")
    close(app, scene)
    farm = bearer("farm", farm_id=scene.farms["brink"])
    answer = app.test_client().post(f"{LIST}/{line}/pack", json={"packed_quantity": packed}, headers=farm)
    assert answer.json is not None
    assert (answer.status_code, answer.json["state"], answer.json["amount_cents"]) == (200, state, cents)


def test_foreign_lines_are_unknown(app: Flask, scene: Scene, bearer: Bearer) -> None:
    with app.app_context():
        line = scene.line(scene.order(milk=1), "milk")
    close(app, scene)
    client, farm = app.test_client(), bearer("farm", farm_id=scene.farms["brink"])
    bodies = []
    for named in (line, 987654321, "x", "9" * 40):
        answer = client.post(f"{LIST}/{named}/pack", json={"packed_quantity": 1}, headers=farm)
        assert answer.status_code == 404 and answer.json is not None
        bodies.append({name: value for name, value in answer.json.items() if name not in ("instance", "request_id")})
    assert all(body == bodies[0] for body in bodies)
    assert client.post(f"{LIST}/{line}/pack", json={"packed_quantity": 1}).status_code == 401
    host = bearer("host", market_id=scene.market_id)
    assert client.get(LIST, headers=host).status_code == 403


def test_everything_missing_cancels_and_says_so(app: Flask, scene: Scene, bearer: Bearer) -> None:
    with app.app_context():
        line = scene.line(scene.order(potatoes=1), "potatoes")
    close(app, scene)
    answer = app.test_client().post(
        f"{LIST}/{line}/pack",
        json={"packed_quantity": 0, "reason": "Frost"},
        headers=bearer("farm", farm_id=scene.farms["brink"]),
    )
    assert answer.json is not None
    assert (answer.status_code, answer.json["state"], answer.json["order_state"]) == (200, "short", "cancelled")


def test_pages_of_the_list(app: Flask, scene: Scene, bearer: Bearer) -> None:
    with app.app_context():
        numbers = [scene.order(potatoes=1).number for _ in range(3)]
    client, farm = app.test_client(), bearer("farm", farm_id=scene.farms["brink"])
    seen, cursor = [], ""
    while True:
        told = client.get(f"{LIST}?limit=1&cursor={cursor}", headers=farm).json
        assert told is not None
        seen += [order["number"] for order in told["items"]]
        if told["next"] is None:
            break
        cursor = told["next"]
    assert seen == numbers
    assert client.get(f"{LIST}?limit=0", headers=farm).status_code == 422
    assert client.get(f"{LIST}?cursor=spoilt", headers=farm).status_code == 422
    assert client.get(f"{LIST}?date=gestern", headers=farm).status_code == 422
    empty = client.get(f"{LIST}?date=2099-01-01", headers=farm).json
    assert empty is not None and empty["items"] == []


def test_a_phone_that_was_offline(app: Flask, scene: Scene, bearer: Bearer) -> None:
    with app.app_context():
        orders = [scene.order(milk=1), scene.order(beer=1), scene.order(potatoes=1)]
        told = [(order.number, order.pickup_code) for order in orders]
        scene.begin_pickup()
        finish_packing(scene.slots["markt"])
        at = scene.pickup_from.isoformat()
    (milk, milk_code), (beer, _), (potatoes, _) = told
    client = app.test_client()
    host = bearer("host", market_id=scene.market_id) | {"Idempotency-Key": "phone-1"}
    body = {
        "handovers": [
            {"code": milk_code, "deposits_returned": [{"deposit_cents": 15, "count": 2}], "at": at},
            {"number": beer},
            {"number": potatoes, "at": "gestern"},
            {"code": "ZZZZZZ"},
            {},
            {"number": 5},
        ]
    }
    answer = client.post(HANDOVERS, json=body, headers=host)
    assert answer.status_code == 200 and answer.json is not None
    items = answer.json["items"]
    assert [item.get("state") or item.get("problem") for item in items] == [
        "collected",
        "age",
        "validation",
        "not-found",
        "validation",
        "validation",
    ]
    assert items[0]["number"] == milk and items[1]["number"] == beer
    assert client.post(HANDOVERS, json=body, headers=host).json == answer.json
    listed = client.get(f"/api/v1/pickup/orders?slot={scene.slots['markt']}", headers=host).json
    assert listed is not None
    assert {order["number"]: order["state"] for order in listed["items"]} == {
        milk: "collected",
        beer: "ready",
        potatoes: "ready",
    }
    other = bearer("host", pickup_point_id=scene.points["markt"])
    again = client.post(HANDOVERS, json={"handovers": [{"number": milk}]}, headers=other)
    assert again.json == {"items": [{"number": milk, "state": "collected"}]}


def test_the_slot_of_others_is_unknown(app: Flask, scene: Scene, bearer: Bearer) -> None:
    host = bearer("host", pickup_point_id=scene.points["hofladen"])
    client = app.test_client()
    for slot in (scene.slots["markt"], "987654321", "kein-stand-2026-01-01-1600"):
        assert client.get(f"/api/v1/pickup/orders?slot={slot}", headers=host).status_code == 404
    assert client.get("/api/v1/pickup/orders", headers=host).status_code == 422
    own = client.get(f"/api/v1/pickup/orders?slot={scene.slots['hofladen']}", headers=host)
    assert own.json == {"items": [], "next": None}
    for body in ({}, {"handovers": 5}, {"handovers": [5]}, {"handovers": [{}] * 201}):
        assert client.post(HANDOVERS, json=body, headers=host).status_code == 422
