"""The list of a slot: one statement, the filters, and what must not be shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event

from marketplace.kernel.database import execute, transaction
from marketplace.stock.capacity import set_offer
from marketplace.stock.offers import OfferFilter, offers_of_slot
from tests.factories.planned_market import POTATOES

VARIANT = POTATOES.variants[0]


def goods(name, sku, **fields):
    return replace(POTATOES, name=name, variants=(replace(VARIANT, sku=sku),), **fields)


@pytest.fixture
def shop(planned_market):
    """Five kinds of goods on one day; the slot at the square."""
    for product in (
        goods("Äpfel Elstar", "1"),
        goods("Apfelkuchen", "2", allergens=("gluten_wheat", "milk"), ingredients="WEIZENMEHL, MILCH, Äpfel"),
        goods("Vollmilch", "3", category="milchprodukte", allergens=("milk",), ingredients="MILCH"),
        goods("Korn", "4", category="spirituosen", min_age=18),
        goods("Bio-Möhren", "5", organic=True),
    ):
        planned_market.product(product)
    planned_market.slot_id = planned_market.slot(planned_market.day())
    return planned_market


def names(shop, **wanted):
    return [offer.name for offer in offers_of_slot(shop.slot_id, OfferFilter(**wanted))]


def test_by_shelf_and_german_order(shop):
    assert names(shop) == ["Äpfel Elstar", "Apfelkuchen", "Bio-Möhren", "Vollmilch", "Korn"]


def test_one_statement(shop, db):
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        names(shop, q="apfel", without=("milk",))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"q": "apfel"}, ["Äpfel Elstar", "Apfelkuchen"]),
        ({"q": "AEPFEL"}, ["Äpfel Elstar", "Apfelkuchen"]),
        ({"q": "kuchen"}, ["Apfelkuchen"]),
        ({"q": "Volmilch"}, ["Vollmilch"]),
        ({"q": "Hof Probe"}, ["Äpfel Elstar", "Apfelkuchen", "Bio-Möhren", "Vollmilch", "Korn"]),
        ({"q": "%"}, []),
        ({"q": "_"}, []),
        ({"q": "\0 ' OR 1=1 --"}, []),
        ({"q": "x" * 5000}, []),
        ({"category": "milchprodukte"}, ["Vollmilch"]),
        ({"category": "gibt-es-nicht"}, []),
        ({"without": ("gluten",)}, ["Äpfel Elstar", "Bio-Möhren", "Vollmilch", "Korn"]),
        ({"without": ("gluten", "milk")}, ["Äpfel Elstar", "Bio-Möhren", "Korn"]),
        ({"without": ("unfug",)}, ["Äpfel Elstar", "Apfelkuchen", "Bio-Möhren", "Vollmilch", "Korn"]),
        ({"farm_id": 2**62}, []),
    ],
)
def test_filters(shop, wanted, found):
    assert names(shop, **wanted) == found


def test_a_shelf_without_people_has_nothing_with_an_age_limit(shop, db):
    day = db.session.execute(
        db.text("SELECT market_day_id FROM pickup_slot WHERE id = :id"), {"id": shop.slot_id}
    ).scalar()
    shop.slot_id = shop.slot(day, shop.shelf_id)
    assert "Korn" not in names(shop)


@pytest.mark.parametrize(
    ("code", "until", "marked"),
    [
        ("DE-ÖKO-999", date(2099, 1, 1), True),
        ("DE-ÖKO-999", date(2020, 1, 1), False),
        ("DE-ÖKO-999", None, False),
        (None, date(2099, 1, 1), False),
    ],
)
def test_the_organic_mark_lapses_with_the_certificate(shop, code, until, marked):
    with transaction():
        execute("UPDATE farm SET organic_code = :code, organic_until = :until", code=code, until=until)
    offers = {offer.name: offer.organic for offer in offers_of_slot(shop.slot_id)}
    assert offers["Bio-Möhren"] is marked
    assert offers["Korn"] is False
    assert names(shop, organic=True) == (["Bio-Möhren"] if marked else [])


def test_what_is_left(shop):
    offer = offers_of_slot(shop.slot_id)[0]
    assert offer.available == 10
    with transaction():
        execute("UPDATE stock SET reserved = 4, sold = 6")
    assert offers_of_slot(shop.slot_id)[0].available == 0
    set_offer(offer.id, None)
    assert offers_of_slot(shop.slot_id)[0].available is None


def test_paused_and_closed_offers_are_not_there(shop):
    first, second, *_ = offers_of_slot(shop.slot_id)
    set_offer(first.id, paused=True)
    with transaction():
        execute("UPDATE offer SET closes_at = app_now() WHERE id = :id", id=second.id)
    assert names(shop) == ["Bio-Möhren", "Vollmilch", "Korn"]
    assert names(shop, closed=True) == [second.name, "Bio-Möhren", "Vollmilch", "Korn"]


def test_a_sale_unit_that_was_taken_back_is_not_there(shop):
    with transaction():
        execute("UPDATE variant SET archived = true WHERE sku = '1'")
    assert "Äpfel Elstar" not in names(shop) and "Vollmilch" in names(shop)


def test_pages(shop):
    seen, after = [], None
    while page := offers_of_slot(shop.slot_id, after=after, limit=2):
        seen += [offer.name for offer in page]
        after = page[-1].position
    assert seen == names(shop)


def test_a_cancelled_day_offers_nothing(shop):
    with transaction():
        execute("UPDATE market_day SET cancelled_at = app_now()")
    assert names(shop) == []
