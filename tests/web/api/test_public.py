"""What everybody may read, field by field as INTERFACE says."""

from __future__ import annotations

from datetime import datetime

import pytest

from marketplace.cli.demo.load import load_demo
from marketplace.providers.media_files import media_files
from tests.web.api.conftest import Caller

SLOT = {
    "id", "market", "market_day", "date", "pickup_point", "pickup_from", "pickup_until", "orders_close_at", "state",
    "places_left",
}  # fmt: skip
OFFER = {
    "id", "sku", "name", "farm", "category", "sale_unit", "price_cents", "unit_price_cents", "unit_price_basis",
    "deposit_cents", "organic", "allergens", "catch_weight", "min_age", "available", "orders_close_at",
}  # fmt: skip


@pytest.fixture
def call(client, db, settings):
    """A guest before the demo market."""
    load_demo(media_files(settings.media_url))
    return Caller(client)


@pytest.fixture
def slot(call):
    _, page = call("GET", "/pickup-slots?market=muensterland&open=true&limit=200")
    return next(slot for slot in page["items"] if slot["pickup_point"]["slug"] == "nottuln-stiftsplatz")


def test_markets(call):
    status, page = call("GET", "/markets")
    assert status == 200 and page["next"] is None
    assert [market["slug"] for market in page["items"]] == ["hellweg", "muensterland"]
    assert set(page["items"][0]) == {"id", "slug", "name", "timezone", "sales_model"}


def test_slots(call, slot):
    assert set(slot) >= SLOT
    assert set(slot["pickup_point"]) >= {"id", "name", "town", "postcode", "lat", "lon", "kind"}
    assert slot["state"] == "open"
    for name in ("pickup_from", "pickup_until", "orders_close_at"):
        assert datetime.fromisoformat(slot[name]).tzinfo is not None
    assert all(isinstance(slot[name], str) for name in ("id", "market", "market_day"))


def test_slots_of_a_market_by_id_or_slug(call, slot):
    by_slug = call("GET", "/pickup-slots?market=muensterland&limit=5")
    assert call("GET", f"/pickup-slots?market={slot['market']}&limit=5") == by_slug
    _, other = call("GET", "/pickup-slots?market=hellweg")
    assert {item["market"] for item in other["items"]} != {slot["market"]}


def test_offers(call, slot):
    status, page = call("GET", f"/pickup-slots/{slot['slug']}/offers?limit=200")
    assert status == 200
    assert call("GET", f"/pickup-slots/{slot['id']}/offers?limit=200") == (status, page)
    for offer in page["items"]:
        assert set(offer) >= OFFER and set(offer["farm"]) == {"id", "name"}
    milk = next(offer for offer in page["items"] if offer["sku"] == "F03-01")
    assert (milk["price_cents"], milk["unit_price_cents"], milk["unit_price_basis"], milk["deposit_cents"]) == (
        189,
        189,
        "l",
        15,
    )
    assert milk["allergens"] == ["milk"]
    vinegar = next(offer for offer in page["items"] if offer["sku"] == "F12-05")
    assert vinegar["available"] is None


def test_filters_of_offers(call, slot):
    def skus(query):
        return {
            offer["sku"] for offer in call("GET", f"/pickup-slots/{slot['id']}/offers?limit=200&{query}")[1]["items"]
        }

    assert {"F01-01", "F01-02"} <= skus("q=kartoffeln") <= {"F01-01", "F01-02", "F01-03"}
    # Lime honey has a season; the other two are there all year.
    assert {"F09-01", "F09-02"} <= skus("category=honig") <= {"F09-01", "F09-02", "F09-03"}
    assert not skus("without=milk") & {"F03-01", "F10-04"}
    assert not skus("without=gluten,nuts") & {"F10-01", "F12-02"}
    assert skus("organic=true") and all(sku[:3] in ("F02", "F11") for sku in skus("organic=true"))
    assert skus("organic=true&q=kartoffeln") == set()


def test_pages_are_whole(call, slot):
    whole = call("GET", f"/pickup-slots/{slot['id']}/offers?limit=200")[1]["items"]
    seen, cursor = [], ""
    while cursor is not None:
        _, page = call("GET", f"/pickup-slots/{slot['id']}/offers?limit=7&cursor={cursor}")
        seen += page["items"]
        cursor = page["next"]
    assert seen == whole


BAD = [
    ("/markets?limit=0", 422), ("/markets?limit=201", 422), ("/markets?limit=x", 422),
    ("/pickup-slots?cursor=W10", 422), ("/pickup-slots?cursor=" + "A" * 5000, 422), ("/pickup-slots?open=maybe", 422),
    ("/pickup-slots?market=nope", 404), ("/pickup-slots?market=999999999999999999999", 404),
    ("/pickup-slots/0/offers", 404), ("/pickup-slots/nope/offers", 404), ("/pickup-slots/999999/offers", 404),
    ("/pickup-slots/%27%20OR%201=1/offers", 404), ("/pickup-slots/{slot}/offers?without=dust", 422),
    ("/pickup-slots/{slot}/offers?organic=perhaps", 422),
    ("/pickup-slots/{slot}/offers?limit=-1", 422), ("/pickup-slots/{slot}/offers?cursor=abc", 422),
]  # fmt: skip


def test_bad_questions(call, slot):
    for path, expected in BAD:
        status, problem = call("GET", path.replace("{slot}", slot["id"]))
        assert status == expected, path
        assert problem["type"].rsplit("/", 1)[-1] == ("validation" if expected == 422 else "not-found")


def test_pictures_are_served_as_nothing_but_pictures(client, call, slot):
    _, page = call("GET", f"/pickup-slots/{slot['id']}/offers?limit=1")
    answer = client.get(page["items"][0]["picture"])
    assert answer.status_code == 200 and answer.mimetype == "image/svg+xml"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get("/bilder/" + "0" * 40 + ".svg").status_code == 404


def test_filters_without_a_value_ask_for_nothing(call, slot):
    path = f"/pickup-slots/{slot['id']}/offers"
    assert call("GET", f"{path}?q=&category=&farm=&organic=&without=") == call("GET", path)
    assert call("GET", "/pickup-slots?market=&open=&limit=5") == call("GET", "/pickup-slots?limit=5")
    for farm in ("999999", "x", "0"):
        assert call("GET", f"{path}?farm={farm}") == (200, {"items": [], "next": None}), farm
