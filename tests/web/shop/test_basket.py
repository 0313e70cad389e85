"""The basket page: nothing falls out silently, bad input changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from marketplace.kernel.database import db, transaction
from marketplace.people.models import Account
from marketplace.people.passwords import hash_password
from tests.factories.small_market import SmallMarket
from tests.web.page_client import PageClient
from tests.web.shop.test_way_to_an_order import MARTINA, fill

Look = Callable[..., list[Any]]
PASSWORD = "ein-langes-wort-zum-pruefen"


def test_by_farm_with_sums(shop: PageClient, market: SmallMarket, slug: str) -> None:
    fill(shop, market, slug, milk=2, kale=1, cabbage=1)
    page = shop.get("/warenkorb")
    assert len(page.all("basket-farm")) == 2
    assert len(page.all("basket-line")) == 3
    text = page.text.replace("\u00a0", " ")
    assert "ca. 10,98 €" in text  # 3,78 + 0,30 deposit + 3,40 + ca. 3,50
    assert "zzgl. 0,30 € Pfand" in text


def test_typed_and_stepped(shop: PageClient, market: SmallMarket, slug: str, look: Look) -> None:
    fill(shop, market, slug, kale=1)
    shop.get("/warenkorb")
    shop.press("more", quantity="4")
    assert look("SELECT quantity FROM basket_line")[0].quantity == 5
    shop.press("less", quantity="1")
    assert not look("SELECT quantity FROM basket_line")


@pytest.mark.parametrize("quantity", ["-1", "1000", "99999999999", "zwei", "1.5", "", "²", "１"])
def test_bad_quantities_change_nothing(
    shop: PageClient, market: SmallMarket, slug: str, look: Look, quantity: str
) -> None:
    fill(shop, market, slug, kale=2)
    shop.get("/warenkorb")
    shop.post("/warenkorb", {"artikel": market.variants["kale"], "quantity": quantity}, status=422)
    assert look("SELECT quantity FROM basket_line")[0].quantity == 2


@pytest.mark.parametrize(
    ("article", "status"), [("0", 422), ("x", 422), ("999999999", 404), ("9" * 30, 422), ("-5", 422)]
)
def test_unknown_goods_are_refused(
    shop: PageClient, slug: str, market: SmallMarket, look: Look, article: str, status: int
) -> None:
    shop.get("/abholort")
    shop.post("/warenkorb", {"artikel": article, "quantity": "1"}, status=status)
    assert not look("SELECT id FROM basket")


def test_without_the_forms_token_nothing_happens(shop: PageClient, market: SmallMarket, slug: str, look: Look) -> None:
    fill(shop, market, slug)
    answer = shop.client.post("/warenkorb", data={"artikel": market.variants["kale"], "quantity": "1"})
    assert answer.status_code == 400
    assert not look("SELECT id FROM basket")


def test_a_change_of_place_says_what_falls_out(
    shop: PageClient, market: SmallMarket, slug: str, shelf_slug: str, look: Look
) -> None:
    fill(shop, market, slug, korn=1, kale=2)
    shop.get("/abholort")
    page = shop.press("choose-slot", slot=shelf_slug)
    assert page.h1 == "Einen Artikel gibt es dort nicht"
    assert "Korn" in page.said("falls-out")
    shop.press("confirm-slot")
    page = shop.get("/warenkorb")
    assert "niemand den Ausweis" in page.said("trouble")
    assert len(page.all("basket-line")) == 2
    assert look("SELECT count(*) AS n FROM basket_line")[0].n == 2
    page = shop.get("/kasse")
    assert "Nicht dabei: ein Artikel" in page.text
    assert "Korn" not in page.said("checkout-form").split("Nicht dabei")[0]


def test_a_shortage_is_said_and_can_be_taken(
    shop: PageClient, market: SmallMarket, slug: str, change: Callable[..., None], look: Look
) -> None:
    fill(shop, market, slug, kale=4)
    form = shop.get("/kasse")
    change("UPDATE stock SET capacity = 3 WHERE id = :id", id=market.stocks["kale"])
    shop.page = form
    page = shop.press("checkout-button", **MARTINA)
    assert page.path.endswith("/warenkorb")
    assert page.said("trouble") == "Nur noch 3 da, gewünscht: 4."
    assert not page.all("to-checkout")
    page = shop.press("fit-basket")
    assert look("SELECT quantity FROM basket_line")[0].quantity == 3
    change("UPDATE stock SET capacity = 0 WHERE id = :id", id=market.stocks["kale"])
    page = shop.get("/warenkorb")
    assert page.said("trouble") == "Für diesen Markttag ausverkauft."
    assert shop.get("/kasse").path.endswith("/warenkorb")
    assert not look("SELECT id FROM orders")


def test_a_closed_slot_takes_no_orders(
    shop: PageClient, market: SmallMarket, slug: str, change: Callable[..., None], look: Look
) -> None:
    fill(shop, market, slug, kale=1)
    form = shop.get("/kasse")
    change("UPDATE market_day SET orders_close_at = app_now() - interval '1 minute'")
    change("UPDATE offer SET closes_at = app_now() - interval '1 minute'")
    shop.page = form
    page = shop.press("checkout-button", **MARTINA)
    assert page.h1 == "Wo und wann holen Sie ab?"
    assert not look("SELECT id FROM orders")
    assert shop.get(f"/markt/{slug}").h1 == "Der Bestellschluss ist vorbei"
    shop.get("/so-gehts")
    shop.post("/abholort", {"slot": slug, "csrf_token": csrf(form)}, status=409)
    assert "Bestellschluss" in shop.get("/warenkorb").said("trouble")
    change("UPDATE market_day SET cancelled_at = app_now()")
    assert shop.get(f"/markt/{slug}").h1 == "Dieser Markttag fällt aus"


def csrf(page: Any) -> str:
    return next(e.get("value") for e in page.root.iter("input") if e.get("name") == "csrf_token")


def test_a_script_gets_the_parts_that_change(shop: PageClient, market: SmallMarket, slug: str) -> None:
    fill(shop, market, slug, milk=1)
    page = shop.get(f"/markt/{slug}")
    answer = shop.client.post(
        "/warenkorb",
        data={"artikel": market.variants["milk"], "quantity": "2", "csrf_token": csrf(page)},
        headers={"X-Part": "basket"},
    )
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    for part in (f'id="kauf-{market.variants["milk"]}"', 'id="korbleiste"', 'id="zettel"', "data-say"):
        assert part in text


def test_signing_in_takes_the_basket_along(
    shop: PageClient, app: Flask, market: SmallMarket, slug: str, look: Look
) -> None:
    with app.app_context(), transaction():
        db.session.add(Account(email="m@example.org", email_key="m@example.org", password_hash=hash_password(PASSWORD)))
    fill(shop, market, slug, kale=2)
    shop.get("/konto/anmelden")
    shop.post("/konto/anmelden", {"email": "m@example.org", "password": PASSWORD})
    assert "Kale" in shop.get("/warenkorb").text
    (kept,) = look("SELECT token_hash, account_id FROM basket")
    assert kept.token_hash is None
    assert kept.account_id is not None
    shop.get("/kasse")
    page = shop.press("checkout-button", **MARTINA | {"payment_method": "pay_at_pickup"})
    number = page.path.split("/bestellung/")[1].split("?")[0]
    assert shop.get(f"/bestellung/{number}").h1 == "Danke! Ihre Bestellung ist da."
