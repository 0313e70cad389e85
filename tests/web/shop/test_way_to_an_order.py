"""A guest's way: place, market, basket, checkout, hosted page, order, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.factories.small_market import SmallMarket
from tests.web.page_client import PageClient
from tests.web.shop.conftest import HostedPage

MARTINA = {"name": "Martina Kersting", "email": "martina@example.org", "payment_method": "card"}


def fill(shop: PageClient, market: SmallMarket, slug: str, **units: int) -> None:
    shop.get("/abholort")
    shop.press("choose-slot", slot=slug)
    for name, quantity in units.items():
        shop.post("/warenkorb", {"artikel": market.variants[name], "quantity": quantity})


def test_from_the_first_page_to_the_ticket(
    shop: PageClient, market: SmallMarket, slug: str, hosted_page: HostedPage, look: Callable[..., list[Any]]
) -> None:
    assert shop.get("/").h1 == "Wo und wann holen Sie ab?"
    page = shop.press("choose-slot", slot=slug)
    assert page.h1.startswith("Markt am")
    assert page.said("offer-count").startswith("5 Angebote")
    shop.press("add", nth=1)
    page = shop.press("more", nth=0)
    assert "2" in page.said("basket-bar")
    assert look("SELECT quantity FROM basket_line")[0].quantity == 2
    shop.press("to-basket")
    page = shop.press("to-checkout")
    assert page.h1 == "Kasse"
    left = shop.press("checkout-button", follow=False, **MARTINA)
    assert left.status == 303
    assert left.response.headers["Location"].startswith("http://pay.example/c/")
    (request,) = hosted_page.requests
    number, token = request.success_url.split("/bestellung/")[1].split("?token=")
    page = shop.get(f"/bestellung/{number}?token={token}")
    assert page.h1 == "Die Zahlung wird geprüft"
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    assert not page.all("order-ticket")
    assert shop.get("/warenkorb").text.count("Noch nichts im Korb") == 1


def test_paying_at_pickup_gives_the_ticket_at_once(shop: PageClient, market: SmallMarket, slug: str) -> None:
    fill(shop, market, slug, milk=2, cabbage=1)
    shop.get("/kasse")
    page = shop.press("checkout-button", **MARTINA | {"payment_method": "pay_at_pickup"})
    assert page.h1 == "Danke! Ihre Bestellung ist da."
    assert len(page.said("pickup-code").replace("\u00a0", "").replace(" ", "")) == 6
    assert "ca. 7,58" in page.text.replace("\u00a0", " ")
    shop.press("cancel-order")
    page = shop.press("confirm-cancel")
    assert page.h1 == "Diese Bestellung ist storniert"
    page = shop.press("order-again")
    assert len(page.all("basket-line")) == 2


def test_a_provider_that_does_not_answer_keeps_the_order(
    shop: PageClient, market: SmallMarket, slug: str, look: Callable[..., list[Any]]
) -> None:
    fill(shop, market, slug, kale=1)
    shop.get("/kasse")
    page = shop.press("checkout-button", **MARTINA)
    assert page.h1 == "Noch bezahlen, dann ist alles reserviert"
    assert "antwortet gerade nicht" in page.text
    before = look("SELECT expires_at FROM orders")[0].expires_at
    page = shop.press("extend-hold")
    assert look("SELECT expires_at FROM orders")[0].expires_at > before
    assert not page.all("extend-hold")
    assert shop.press("pay-now").h1 == "Noch bezahlen, dann ist alles reserviert"


def test_a_second_click_finds_the_first_ones_order(
    shop: PageClient, market: SmallMarket, slug: str, look: Callable[..., list[Any]]
) -> None:
    fill(shop, market, slug, kale=2)
    form = shop.get("/kasse")
    first = shop.press("checkout-button", follow=False, **MARTINA)
    shop.page = form
    second = shop.press("checkout-button", follow=False, **MARTINA)
    shop.page = form
    changed = shop.press("checkout-button", follow=False, **MARTINA | {"name": "Martina K."})
    assert (
        first.response.headers["Location"]
        == second.response.headers["Location"]
        == changed.response.headers["Location"]
    )
    assert [row.n for row in look("SELECT count(*) AS n FROM orders")] == [1]
    assert look("SELECT reserved FROM stock WHERE id = :id", id=market.stocks["kale"])[0].reserved == 2


def test_another_visitor_does_not_find_an_order_by_its_key(
    shop: PageClient, app: Any, market: SmallMarket, slug: str, look: Callable[..., list[Any]]
) -> None:
    fill(shop, market, slug, kale=1)
    shop.get("/kasse")
    key = next(e.get("value") for e in shop.page.root.iter("input") if e.get("name") == "checkout_key")
    shop.press("checkout-button", follow=False, **MARTINA)
    other = PageClient(app.test_client())
    fill(other, market, slug, milk=1)
    other.get("/kasse")
    other.press("checkout-button", follow=False, checkout_key=key, **MARTINA)
    assert look("SELECT count(DISTINCT id) AS n FROM orders")[0].n == 2


def test_what_is_missing_is_said_at_the_field(
    shop: PageClient, market: SmallMarket, slug: str, look: Callable[..., list[Any]]
) -> None:
    fill(shop, market, slug, korn=1)
    shop.get("/kasse")
    page = shop.press(
        "checkout-button", status=422, name="", email="martina@web", birth_date="gestern", payment_method="card"
    )
    errors = {e.get("name") for e in page.root.iter("input") if e.get("aria-invalid") == "true"}
    assert errors == {"name", "email", "birth_date"}
    assert "3 Angaben" in page.text
    young = shop.press("checkout-button", status=409, **MARTINA, birth_date="14.03.2015")
    assert "erst ab 18" in young.text
    assert not look("SELECT id FROM orders")
    page = shop.press("checkout-button", **MARTINA, birth_date="14.03.1968")
    assert "Noch bezahlen" in page.h1


def test_an_order_is_told_to_who_has_its_token_alone(
    shop: PageClient, app: Any, market: SmallMarket, slug: str
) -> None:
    fill(shop, market, slug, kale=1)
    shop.get("/kasse")
    page = shop.press("checkout-button", **MARTINA | {"payment_method": "pay_at_pickup"})
    number = page.path.split("/bestellung/")[1].split("?")[0]
    fill(shop, market, slug, kale=1)
    shop.get("/kasse")
    other = shop.press("checkout-button", **MARTINA | {"payment_method": "pay_at_pickup"})
    token = other.path.split("token=")[1]
    stranger = PageClient(app.test_client())
    answers = {
        stranger.get(path, status=404).text.split("Kennung")[0]
        for path in (
            f"/bestellung/{number}",
            f"/bestellung/{number}?token={token}",
            f"/bestellung/{number}?token=",
            f"/bestellung/M-0?token={token}",
            f"/bestellung/{number}/stornieren?token={token}",
            f"/bestellung/{number}/termin.ics?token={token}",
        )
    }
    assert len(answers) == 1
    stranger.get("/so-gehts")
    stranger.get("/abholort")
    stranger.post(f"/bestellung/{number}/stornieren", {"token": token}, status=404)
    assert shop.get(page.path).h1 == "Danke! Ihre Bestellung ist da."
