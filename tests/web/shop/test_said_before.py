"""Said before ordering: what one customer gets at most, and beside a reduced price the lowest of 30 days."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories.small_market import SmallMarket
from tests.web.page_client import PageClient
from tests.web.shop.test_way_to_an_order import fill

Look = Callable[..., list[Any]]
Change = Callable[..., None]
# kale costs 340; days ago, cents.
PRICE = (
    "INSERT INTO price_change (variant_id, price_cents, at)"
    " VALUES (:id, :cents, app_now() - make_interval(days => :ago))"
)


def test_what_one_customer_gets_is_said_and_kept_to(
    shop: PageClient, market: SmallMarket, slug: str, look: Look, change: Change
) -> None:
    change("UPDATE variant SET most_per_customer = 3 WHERE id = :id", id=market.variants["kale"])
    fill(shop, market, slug, kale=5)
    assert "höchstens 3 je Kundin" in shop.get(f"/markt/{slug}").text
    product = look("SELECT product_id FROM variant WHERE id = :id", id=market.variants["kale"])[0][0]
    assert "höchstens 3 je Kundin" in shop.get(f"/produkt/{product}").text
    page = shop.get("/warenkorb")
    assert "Höchstens 3 je Kundin, gewünscht: 5." in page.said("trouble")
    page = shop.press("fit-basket")
    assert look("SELECT quantity FROM basket_line")[0].quantity == 3
    assert not page.all("trouble")
    assert 'aria-label="Mehr geht nicht"' in page.response.text


def test_less_left_than_one_customer_gets(
    shop: PageClient, market: SmallMarket, slug: str, look: Look, change: Change
) -> None:
    change("UPDATE variant SET most_per_customer = 6")
    change("UPDATE stock SET capacity = 2")
    fill(shop, market, slug, kale=5)
    assert "Nur noch 2 da" in shop.get("/warenkorb").said("trouble")
    shop.press("fit-basket")
    assert look("SELECT quantity FROM basket_line")[0].quantity == 2


@pytest.mark.parametrize(
    ("history", "today", "lowest"),
    [
        ([], 340, None),
        ([(400, 90)], 340, "4,00"),  # the day's price is below the usual one
        ([(400, 90)], 400, None),
        ([(500, 90), (400, 20)], 340, "4,00"),
        ([(500, 90), (400, 40)], 340, "4,00"),  # 5,00 ended before those days
        ([(500, 90), (340, 10)], 340, "5,00"),  # the usual price was lowered ten days ago
        ([(500, 90), (340, 40)], 340, None),  # ... so long ago that it is the price
        ([(500, 90), (300, 20), (400, 10)], 340, None),  # it was lower within those days
        ([(300, 90), (400, 45)], 340, "4,00"),
    ],
)
def test_a_lower_price_stands_beside_the_lowest_of_thirty_days(
    shop: PageClient,
    market: SmallMarket,
    slug: str,
    change: Change,
    look: Look,
    history: list[tuple[int, int]],
    today: int,
    lowest: str | None,
) -> None:
    kale = market.variants["kale"]
    for cents, ago in history:
        change(PRICE, id=kale, cents=cents, ago=ago)
    change("UPDATE offer SET price_cents = :cents WHERE variant_id = :id", cents=today, id=kale)
    fill(shop, market, slug)
    product = look("SELECT product_id FROM variant WHERE id = :id", id=kale)[0][0]
    said = [shop.get(f"/markt/{slug}?q=kale").text, shop.get(f"/produkt/{product}").text]
    for text in said:
        sentence = "niedrigster Preis der letzten 30 Tage"
        assert (f"{sentence}: {lowest}" in text.replace("\u00a0", " ")) if lowest else (sentence not in text)


def test_what_a_past_market_day_asked_counts(
    shop: PageClient, market: SmallMarket, slug: str, change: Change, look: Look
) -> None:
    kale = market.variants["kale"]
    change(PRICE, id=kale, cents=500, ago=90)
    change(
        "INSERT INTO market_day (market_id, date, orders_open_at, orders_close_at) SELECT market_id, date - 10,"
        " orders_open_at - interval '10 days', orders_close_at - interval '10 days' FROM market_day WHERE id = :day",
        day=market.day,
    )  # fmt: skip
    change(
        "INSERT INTO offer (market_day_id, market_id, farm_id, variant_id, stock_id, price_cents, closes_at)"
        " SELECT d.id, o.market_id, o.farm_id, o.variant_id, o.stock_id, 360, d.orders_close_at FROM offer o,"
        " market_day d WHERE o.variant_id = :id AND d.id <> o.market_day_id", id=kale,
    )  # fmt: skip
    fill(shop, market, slug)
    assert "niedrigster Preis der letzten 30 Tage: 3,60" in shop.get(f"/markt/{slug}?q=kale").text.replace("\xa0", " ")
    change("UPDATE offer SET paused = true WHERE price_cents = 360")
    assert "niedrigster Preis der letzten 30 Tage: 5,00" in shop.get(f"/markt/{slug}?q=kale").text.replace("\xa0", " ")
