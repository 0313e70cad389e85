"""A farm's products and offers over the API."""

from __future__ import annotations

import pytest

from marketplace.kernel.database import execute, scalar, transaction

KRAUT = {
    "name": "Sauerkraut",
    "category": "gemuese",
    "storage": "kühl",
    "origin": "Deutschland",
    "variants": [{"sale_unit": "Glas 500 g", "net_quantity": 500, "net_unit": "g", "price_cents": 390}],
}


@pytest.fixture
def call(call_as):
    return call_as("farm")


@pytest.fixture
def dairy(call_as):
    return call_as("dairy")


@pytest.fixture
def offer(call):
    return call("GET", "/farm/offers")[1]["items"][0]


def test_products(call):
    status, page = call("GET", "/farm/products?limit=200")
    assert status == 200 and len(page["items"]) == 2
    product = page["items"][0]
    assert product["variants"][0]["price_cents"] == 230 and product["missing"] == []
    assert call("GET", f"/farm/products/{product['id']}") == (200, product)


def test_a_new_product(call):
    status, made = call("POST", "/farm/products", json=KRAUT)
    assert status == 201 and made["state"] == "live"
    assert made["variants"][0]["sku"] == "A01-03" and made["variants"][0]["unit_price_cents"] == 780


def test_an_unfinished_product_is_a_draft(call):
    status, made = call("POST", "/farm/products", json=KRAUT | {"storage": ""})
    assert status == 201 and made["state"] == "draft" and made["missing"] == ["storage"]
    status, problem = call("POST", "/farm/products", json=KRAUT | {"storage": "", "state": "live"})
    assert status == 422 and [error["field"] for error in problem["errors"]] == ["storage"]


def test_changing_a_product(call):
    product = call("GET", "/farm/products")[1]["items"][0]
    variant = product["variants"][0]
    change = {"description": "Neu", "variants": [{"id": variant["id"], "price_cents": 480}, KRAUT["variants"][0]]}
    status, changed = call("PATCH", f"/farm/products/{product['id']}", json=change)
    assert status == 200 and changed["description"] == "Neu" and changed["name"] == product["name"]
    assert [v["price_cents"] for v in changed["variants"]] == [480, 390]
    status, changed = call("PATCH", f"/farm/products/{product['id']}", json={"name": "Annabelle"})
    assert len(changed["variants"]) == 2


BAD_PRODUCTS = [
    ([], 400), ({}, 422), ({"name": 5}, 422), (KRAUT | {"variants": "x"}, 422), (KRAUT | {"variants": [{}]}, 422),
    (KRAUT | {"allergens": ["dust"], "ingredients": "x"}, 422), (KRAUT | {"min_age": 10**30}, 422),
    (KRAUT | {"season_months": [13]}, 422), (KRAUT | {"name": "x\0y"}, 422), (KRAUT | {"category": "nope"}, 422),
    (KRAUT | {"farm": "999999"}, 404),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), BAD_PRODUCTS)
def test_bad_products_change_nothing(call, body, expected):
    assert call("POST", "/farm/products", json=body)[0] == expected
    assert scalar("SELECT count(*) FROM product") == 4


def test_another_farms_product_is_unknown(call, dairy):
    foreign = dairy("GET", "/farm/products")[1]["items"][0]["id"]
    answers = [call("GET", f"/farm/products/{number}") for number in (foreign, "999999", "nope", "0")]
    assert {status for status, _ in answers} == {404}
    assert call("PATCH", f"/farm/products/{foreign}", json={"name": "Meins"})[0] == 404


def test_offers_of_a_day(call, offer):
    status, page = call("GET", f"/farm/offers?date={offer['date']}&limit=200")
    assert status == 200 and {item["date"] for item in page["items"]} == {offer["date"]}
    assert call("GET", "/farm/offers?date=2001-01-01")[1]["items"] == []
    assert call("GET", "/farm/offers?date=morgen")[0] == 422


def test_saying_how_much_there_is(call, offer):
    path = f"/farm/offers/{offer['id']}"
    status, changed = call("PUT", path, json={"capacity": 44, "price_cents": 500, "paused": True})
    assert status == 200
    assert (changed["capacity"], changed["price_cents"], changed["unit_price_cents"], changed["paused"]) == (
        44,
        500,
        500,
        True,
    )
    assert call("PUT", path, json={"capacity": None})[1]["available"] is None


def test_never_below_what_is_sold(call, offer):
    with transaction():
        execute("UPDATE stock SET sold = 5 WHERE id = (SELECT stock_id FROM offer WHERE id = :id)", id=int(offer["id"]))
    status, problem = call("PUT", f"/farm/offers/{offer['id']}", json={"capacity": 4})
    assert status == 409 and problem["sold"] == 5 and problem["minimum"] == 5
    assert call("PUT", f"/farm/offers/{offer['id']}", json={"capacity": 5})[1]["available"] == 0


@pytest.mark.parametrize(
    "body",
    [{}, {"capacity": -1}, {"capacity": "5"}, {"capacity": 1.5}, {"capacity": True}, {"capacity": 10**9},
     {"price_cents": -1}, {"price_cents": 10**30}, {"paused": "yes"}],
)  # fmt: skip
def test_bad_amounts_change_nothing(call, offer, body):
    assert call("PUT", f"/farm/offers/{offer['id']}", json=body)[0] == 422
    assert call("GET", "/farm/offers")[1]["items"][0] == offer


def test_another_farms_offer_is_unknown(dairy, offer):
    for number in (offer["id"], "999999", "x"):
        assert dairy("PUT", f"/farm/offers/{number}", json={"capacity": 1})[0] == 404


def test_like_last_week(call, offer, stage):
    first, second = (scalar("SELECT date FROM market_day WHERE id = :id", id=day).isoformat() for day in stage.days)
    call("PUT", f"/farm/offers/{offer['id']}", json={"capacity": 7})
    status, copied = call("POST", "/farm/offers/copy", json={"from": first, "to": second})
    assert status == 200 and copied["copied"] == 2
    assert {item["sku"]: item["capacity"] for item in copied["items"]} == {"K1": 7, "K2": 10}
    assert {item["date"] for item in copied["items"]} == {second}
    assert call("POST", "/farm/offers/copy", json={"from": first, "to": first})[0] == 422
    assert call("POST", "/farm/offers/copy", json={"from": first, "to": "2026-02-30"})[0] == 422
    assert call("POST", "/farm/offers/copy", json={"from": "2001-01-01", "to": first})[0] == 404


def test_a_new_product_goes_on_sale(call, offer):
    made = call("POST", "/farm/products", json=KRAUT)[1]["variants"][0]["id"]
    body = {"variant": made, "date": offer["date"], "capacity": 9}
    status, new = call("POST", "/farm/offers", json=body)
    assert status == 201 and new["available"] == 9
    assert call("POST", "/farm/offers", json=body)[0] == 409
    assert call("POST", "/farm/offers", json=body | {"variant": "999999"})[0] == 404


@pytest.mark.parametrize("email", [None, "customer", "operator"])
def test_farms_alone(call_as, email):
    assert call_as(email)("GET", "/farm/products")[0] == (401 if email is None else 403)
