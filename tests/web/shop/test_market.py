"""The listing and the pages around it: filters in the address, two statements, every fact of food law."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from marketplace.kernel.database import db
from tests.factories.small_market import SmallMarket
from tests.web.page_client import PageClient
from tests.web.shop.test_way_to_an_order import fill


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The SQL statements inside the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_the_listing_asks_twice(app: Flask, shop: PageClient, market: SmallMarket, slug: str) -> None:
    fill(shop, market, slug)
    with statements(app) as without_basket:
        shop.get(f"/markt/{slug}")
    fill(shop, market, slug, kale=1, milk=2)
    with statements(app) as with_basket:
        shop.get(f"/markt/{slug}?q=e")
    assert (len(without_basket), len(with_basket)) == (2, 2)


def test_pages_without_a_visitors_choice_ask_little(app: Flask, shop: PageClient, market: SmallMarket) -> None:
    counts = {}
    for path in ("/", "/abholort?q=48301", "/produkt/milk", "/so-gehts", "/warenkorb"):
        with statements(app) as seen:
            shop.get(path)
        counts[path] = len(seen)
    assert counts == {"/": 1, "/abholort?q=48301": 1, "/produkt/milk": 1, "/so-gehts": 0, "/warenkorb": 0}


def test_filters_stand_in_the_address(
    shop: PageClient, market: SmallMarket, slug: str, change: Callable[..., None]
) -> None:
    change("UPDATE product SET allergens = '{milk}' WHERE slug = 'milk'")
    change("UPDATE farm SET organic_code = 'DE-ÖKO-999', organic_until = '2099-01-01' WHERE slug = 'field'")
    change("UPDATE product SET organic = true WHERE slug IN ('kale', 'milk')")
    fill(shop, market, slug)
    for query, count in (
        ("q=kal", 1),
        ("ohne=milk", 4),
        ("bio=1", 1),
        ("gruppe=alles", 5),
        ("gruppe=nix", 0),
        ("hof=x&seite=zwei", 5),
    ):
        page = shop.get(f"/markt/{slug}?{query}")
        assert len(page.all("product")) == count, query
    assert "1 Angebot ausgeblendet" in shop.get(f"/markt/{slug}?ohne=milk").said("offer-count")
    change("UPDATE farm SET organic_until = '2020-01-01' WHERE slug = 'field'")
    assert not shop.get(f"/markt/{slug}?bio=1").all("product")


@pytest.mark.parametrize(
    "query",
    ["q=%25_%27%22", "seite=999999999999", "seite=-1", "ohne=y&ohne=x", "gruppe=%F0%9F%A5%95", "q=" + "a" * 1000],
)
def test_odd_addresses_are_pages(shop: PageClient, market: SmallMarket, slug: str, query: str) -> None:
    fill(shop, market, slug)
    shop.get(f"/markt/{slug}?{query}")


@pytest.mark.parametrize(
    "path",
    ["/markt/nirgends", "/markt/999999", "/produkt/nix", "/produkt/9999999", "/hof-laden/nix", "/bestellung/M-1"],
)
def test_what_is_not_there(shop: PageClient, path: str) -> None:
    shop.get(path, status=404)


def test_sold_out_and_scarce_goods_stay(
    shop: PageClient, market: SmallMarket, slug: str, change: Callable[..., None]
) -> None:
    change("UPDATE stock SET capacity = 0 WHERE id = :id", id=market.stocks["kale"])
    change("UPDATE stock SET capacity = 3 WHERE id = :id", id=market.stocks["milk"])
    fill(shop, market, slug)
    page = shop.get(f"/markt/{slug}")
    assert len(page.all("product")) == 5
    assert "ausverkauft" in page.text
    assert "nur noch 3" in page.text


def test_the_product_page_says_what_the_law_wants(
    shop: PageClient, market: SmallMarket, slug: str, change: Callable[..., None]
) -> None:
    change(
        """UPDATE product SET allergens = '{milk}', ingredients = 'Kuhmilch <i>roh</i>, Salz',
           storage = 'bei 8 °C', origin = 'Havixbeck', shelf_life_days = 7,
           label_note = 'nicht homogenisiert', organic = true WHERE slug = 'milk'"""
    )
    change(
        """UPDATE farm SET legal_name = 'Milchhof GbR', street = 'Tüskenbrook 7', postcode = '48329',
           town = 'Havixbeck', organic_code = 'DE-ÖKO-999', organic_until = '2099-01-01' WHERE slug = 'dairy'"""
    )
    fill(shop, market, slug)
    page = shop.get("/produkt/milk")
    text = page.text.replace("\u00a0", " ")
    for words in (
        "1,89 €", "1,89 €/l", "zzgl. 0,15 € Pfand", "1 l", "bei 8 °C", "Havixbeck", "mindestens noch 7 Tage",
        "nicht homogenisiert", "Milchhof GbR", "Tüskenbrook 7, 48329 Havixbeck", "DE-ÖKO-999", "noch 10 da",
        "<i>roh</i>",
    ):  # fmt: skip
        assert words in text, words
    assert [b.text for b in page.one("ingredients").iter("b")] == ["milch"]
    assert page.said("allergens") == "Milch"
    change("UPDATE farm SET organic_until = '2020-01-01' WHERE slug = 'dairy'")
    assert "DE-ÖKO-999" not in shop.get("/produkt/milk").text


def test_other_pages_stand(shop: PageClient, market: SmallMarket, slug: str) -> None:
    for path in (
        "/wer-verkauft-hier", "/impressum", "/agb", "/datenschutz", "/reihenfolge", "/ranking", "/widerruf",
        "/barrierefreiheit", "/so-gehts", "/hof-laden/dairy", "/produkt/korn", "/abholort?alle=1", "/abholort?q=Paris",
    ):  # fmt: skip
        shop.get(path)
    fill(shop, market, slug)
    assert len(shop.get("/hof-laden/dairy").all("product")) == 2
    assert shop.get("/markt").h1.startswith("Markt am")
    assert shop.get("/").h1.startswith("Markt am")
