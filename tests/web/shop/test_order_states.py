"""What the order's page says in each state: short lines, weights, what was charged, what has ended."""

from __future__ import annotations

from collections.abc import Callable

from tests.factories.small_market import SmallMarket
from tests.web.page_client import PageClient
from tests.web.shop.conftest import HostedPage
from tests.web.shop.test_way_to_an_order import MARTINA, fill

Change = Callable[..., None]


def ordered(shop: PageClient, market: SmallMarket, slug: str, **units: int) -> str:
    fill(shop, market, slug, **units)
    shop.get("/kasse")
    answer = shop.press("checkout-button", follow=False, **MARTINA).response.headers["Location"]
    return answer if answer.startswith("/") else ""


def step(change: Change, state: str, payment: str) -> None:
    change("UPDATE orders SET state = :state, payment_state = :payment", state=state, payment=payment)


def test_from_paid_to_collected(shop: PageClient, market: SmallMarket, slug: str, change: Change) -> None:
    path = ordered(shop, market, slug, milk=2, cabbage=1, kale=2)
    step(change, "confirmed", "authorized")
    page = shop.get(path)
    assert page.h1 == "Danke! Ihre Bestellung ist da."
    assert "auf der Karte reserviert" in page.said("payment-words")
    assert "höchstens" in page.text
    step(change, "packing", "authorized")
    assert shop.get(path).h1 == "Die Höfe packen für Sie"
    change(
        """UPDATE order_line SET packed_quantity = 1, state = 'short', amount_cents = 340,
           reason = 'Der Frost war schneller.' WHERE sku = 'kale'"""
    )
    change(
        """UPDATE order_line SET packed_quantity = 1, state = 'packed', weight_g = 1320, amount_cents = 330
           WHERE sku = 'cabbage'"""
    )
    change("UPDATE order_line SET packed_quantity = 2, state = 'packed' WHERE sku = 'milk'")
    change("UPDATE orders SET owed_cents = (SELECT sum(amount_cents) FROM order_line)")
    step(change, "ready", "captured")
    page = shop.get(path)
    assert page.h1.endswith("liegt alles bereit")
    text = page.text.replace("\u00a0", " ")
    for words in (
        "Nur 1 statt 2: Kale.", "„Der Frost war schneller.“", "berechnen wir nicht", "statt 2", "gewogen 1.320 g",
        "Bezahlt", "10,78 €", "−3,60 €", "Abgebucht ist",
    ):  # fmt: skip
        assert words in text, words
    assert "ca." not in text
    assert not page.all("cancel-order")
    step(change, "collected", "captured")
    page = shop.get(path)
    assert page.h1 == "Abgeholt. Guten Appetit"
    assert "Ausgegeben heute" in page.text
    assert len(page.one("order-history").findall("li")) == 5


def test_time_is_over(shop: PageClient, market: SmallMarket, slug: str, change: Change) -> None:
    path = ordered(shop, market, slug, kale=1)
    change("UPDATE orders SET state = 'expired', payment_state = 'cancelled', expires_at = NULL")
    page = shop.get(path)
    assert page.h1 == "Die Zeit zum Bezahlen ist abgelaufen"
    assert not page.all("pay-now")
    assert not page.all("order-ticket")
    assert len(shop.press("order-again").all("basket-line")) == 1


def test_cancelling_after_the_cut_off_is_refused(
    shop: PageClient, market: SmallMarket, slug: str, change: Change, look: Callable[..., list[object]]
) -> None:
    path = ordered(shop, market, slug, kale=1)
    step(change, "confirmed", "authorized")
    shop.get(path)
    question = shop.press("cancel-order")
    change("UPDATE market_day SET orders_close_at = app_now() - interval '1 minute'")
    shop.page = question
    page = shop.press("confirm-cancel")
    assert "die Höfe packen schon" in page.text
    assert [row.state for row in look("SELECT state FROM orders")] == ["confirmed"]  # type: ignore[attr-defined]


def test_paying_leads_to_the_hosted_page(
    shop: PageClient, market: SmallMarket, slug: str, hosted_page: HostedPage
) -> None:
    ordered(shop, market, slug, kale=1)
    page = hosted_page.requests[0].cancel_url.removeprefix("http://localhost")
    shop.get(page)
    answer = shop.press("pay-now", follow=False)
    assert answer.response.headers["Location"].startswith("http://pay.example/")
    assert len(hosted_page.requests) == 1
