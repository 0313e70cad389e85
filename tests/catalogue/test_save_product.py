"""Writing down products: what is missing is said, prices keep their history, foreign ones are unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from marketplace.catalogue.product_input import VariantInput
from marketplace.catalogue.save_many import save_products
from marketplace.catalogue.save_product import change_price, change_product, create_product
from marketplace.kernel.database import rows, scalar
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from tests.factories.planned_market import POTATOES

BAG = POTATOES.variants[0]
WEIGHED = VariantInput("Kopf ca. 1,4 kg", 1400, "g", unit_price_cents=250, catch_weight=True, sku="R1")


def variants():
    return [
        tuple(row)
        for row in rows(
            "SELECT sku, price_cents, unit_price_cents, unit_price_basis, archived FROM variant ORDER BY id"
        )
    ]


def prices():
    return [row.price_cents for row in rows("SELECT price_cents FROM price_change ORDER BY id")]


def test_prices_are_computed(planned_market):
    create_product(planned_market.farm_id, replace(POTATOES, variants=(BAG, WEIGHED)))
    assert variants() == [("K1", 230, 230, "kg", False), ("R1", 350, 250, "kg", False)]
    assert prices() == [230, 350]


def test_article_numbers_come_by_themselves(planned_market):
    create_product(planned_market.farm_id, replace(POTATOES, variants=(replace(BAG, sku=""), replace(BAG, sku=""))))
    assert [sku for sku, *_ in variants()] == ["A01-01", "A01-02"]


def test_a_number_twice_is_a_conflict(planned_market):
    create_product(planned_market.farm_id, POTATOES)
    with pytest.raises(Conflict):
        create_product(planned_market.farm_id, POTATOES)
    assert scalar("SELECT count(*) FROM product") == 1


def test_the_same_name_gets_another_address(planned_market):
    for sku in ("1", "2", "3"):
        create_product(planned_market.farm_id, replace(POTATOES, variants=(replace(BAG, sku=sku),)))
    assert [row.slug for row in rows("SELECT slug FROM product ORDER BY id")] == [
        "kartoffeln",
        "kartoffeln-2",
        "kartoffeln-3",
    ]


MISSING = {
    "name": ({"name": "  "}, "name"),
    "long name": ({"name": "x" * 201}, "name"),
    "category": ({"category": "raketen"}, "category"),
    "no variants": ({"variants": ()}, "variants"),
    "storage": ({"storage": ""}, "storage"),
    "origin": ({"origin": " "}, "origin"),
    "ingredients of goods with allergens": ({"allergens": ("milk",)}, "ingredients"),
    "unknown allergen": ({"allergens": ("dust",), "ingredients": "Staub"}, "allergens"),
    "age": ({"min_age": 17}, "min_age"),
    "vat": ({"vat_key": "luxury"}, "vat_key"),
    "state": ({"state": "gone"}, "state"),
    "season": ({"season_months": (0,)}, "season_months"),
    "lead time": ({"lead_time_minutes": -1}, "lead_time_minutes"),
    "shelf life": ({"shelf_life_days": -5}, "shelf_life_days"),
    "price": ({"variants": (replace(BAG, price_cents=None),)}, "variants.0.price_cents"),
    "huge price": ({"variants": (replace(BAG, price_cents=10**15),)}, "variants.0.price_cents"),
    "negative price": ({"variants": (replace(BAG, price_cents=-1),)}, "variants.0.price_cents"),
    "deposit": ({"variants": (replace(BAG, deposit_cents=-1),)}, "variants.0.deposit_cents"),
    "net": ({"variants": (replace(BAG, net_quantity=0),)}, "variants.0.net_quantity"),
    "unit": ({"variants": (replace(BAG, net_unit="lb"),)}, "variants.0.net_unit"),
    "weighed litres": ({"variants": (replace(WEIGHED, net_unit="ml"),)}, "variants.0.net_unit"),
    "weighed without price": ({"variants": (replace(WEIGHED, unit_price_cents=None),)}, "variants.0.unit_price_cents"),
    "sale unit": ({"variants": (replace(BAG, sale_unit=""),)}, "variants.0.sale_unit"),
}


@pytest.mark.parametrize(("change", "field"), MISSING.values(), ids=MISSING.keys())
def test_what_is_wrong_or_missing_is_said(planned_market, change, field):
    with pytest.raises(Invalid) as refusal:
        create_product(planned_market.farm_id, replace(POTATOES, **change))
    assert list(refusal.value.errors) == [field]
    assert scalar("SELECT count(*) FROM product") == 0


def test_a_draft_may_be_incomplete(planned_market):
    create_product(planned_market.farm_id, replace(POTATOES, storage="", origin="", state="draft"))
    assert scalar("SELECT state FROM product") == "draft"


def test_candles_need_no_food_information(planned_market):
    create_product(planned_market.farm_id, replace(POTATOES, storage="", origin="", is_food=False))
    assert scalar("SELECT state FROM product") == "live"


def test_changing(planned_market):
    product = create_product(planned_market.farm_id, replace(POTATOES, variants=(BAG, WEIGHED)))
    kept = scalar("SELECT id FROM variant WHERE sku = 'K1'")
    change_product(
        planned_market.farm_id,
        product,
        replace(POTATOES, name="Ärpel", variants=(replace(BAG, id=kept, price_cents=260), replace(BAG, sku="K2"))),
    )
    assert variants() == [
        ("K1", 260, 260, "kg", False),
        ("R1", 350, 250, "kg", True),
        ("K2", 230, 230, "kg", False),
    ]
    assert prices() == [230, 350, 260, 230]
    assert scalar("SELECT sort_key FROM product") == "arpel"


def test_another_farms_product_is_unknown(planned_market):
    product = create_product(planned_market.farm_id, POTATOES)
    other = planned_market.farm("B01")
    for number in (product, 2**62):
        with pytest.raises(NotFound):
            change_product(other, number, replace(POTATOES, name="Meins"))
    assert scalar("SELECT name FROM product") == "Kartoffeln"


def test_another_products_variant_is_refused(planned_market):
    product = create_product(planned_market.farm_id, POTATOES)
    create_product(planned_market.farm_id, replace(POTATOES, variants=(replace(BAG, sku="X"),)))
    foreign = scalar("SELECT id FROM variant WHERE sku = 'X'")
    with pytest.raises(Invalid):
        change_product(planned_market.farm_id, product, replace(POTATOES, variants=(replace(BAG, id=foreign),)))
    assert len(variants()) == 2


def test_a_new_price(planned_market):
    create_product(planned_market.farm_id, replace(POTATOES, variants=(BAG, WEIGHED)))
    bag, weighed = (row.id for row in rows("SELECT id FROM variant ORDER BY id"))
    change_price(planned_market.farm_id, bag, 250)
    change_price(planned_market.farm_id, weighed, 300)
    assert variants() == [("K1", 250, 250, "kg", False), ("R1", 420, 300, "kg", False)]
    assert prices() == [230, 350, 250, 420]
    with pytest.raises(Invalid):
        change_price(planned_market.farm_id, bag, -1)
    with pytest.raises(NotFound):
        change_price(planned_market.farm("B01"), bag, 1)


def test_nothing_unseen_is_kept(planned_market):
    typed = replace(
        POTATOES,
        name="Mo\u0308hren\u202e\r\nBcc: x@example.org",
        description="Frisch\r\n\r\nvom\x07 Feld",
        variants=(replace(BAG, sale_unit="Beutel\n1 kg", sku=" K\u200b7 "),),
    )
    create_product(planned_market.farm_id, typed)
    query = "SELECT p.name, p.description, v.sale_unit, v.sku FROM product p JOIN variant v ON v.product_id = p.id"
    (row,) = rows(query)
    assert tuple(row) == ("Möhren Bcc: x@example.org", "Frisch\n\nvom Feld", "Beutel 1 kg", "K7")
    with pytest.raises(Invalid) as refused:
        create_product(planned_market.farm_id, replace(POTATOES, name="\u200b\u202e"))
    assert "name" in refused.value.errors


@pytest.mark.parametrize("is_food", [True, False])
def test_raw_milk_is_never_live_whatever_else_is_said(planned_market, is_food):
    milk = replace(POTATOES, name="Rohmilch", raw_milk=True, is_food=is_food)
    with pytest.raises(Invalid) as refusal:
        create_product(planned_market.farm_id, milk)
    assert set(refusal.value.errors) == {"raw_milk"}
    made = create_product(planned_market.farm_id, replace(milk, state="draft"))
    with pytest.raises(Invalid):
        change_product(planned_market.farm_id, made, milk)
    assert scalar("SELECT state FROM product") == "draft"


OTHER_UNITS = [
    ({"net_quantity": 500, "price_cents": 120}, (120, 240)),
    ({"net_quantity": 1400, "catch_weight": True, "unit_price_cents": 250, "price_cents": None}, (350, 250)),
    ({"drained_g": 500}, (230, 460)),
    ({"net_quantity": 6, "net_unit": "pc"}, (230, None)),
    ({"price_cents": 999}, (230, 230)),  # the day's price stands: only what the unit is has changed above
]


@pytest.mark.parametrize("save", ["one", "many"])
@pytest.mark.parametrize(("said", "asked"), OTHER_UNITS)
def test_what_is_on_sale_already_follows_when_the_unit_becomes_another(planned_market, save, said, asked):
    """1 kg at the price of 500 g, or a weighed piece without a price a kilogram, must never be sold."""
    variant = planned_market.product()
    day = planned_market.day()
    product = scalar("SELECT product_id FROM variant WHERE id = :id", id=variant)
    other = replace(POTATOES, variants=(replace(BAG, id=variant, **said),))
    if save == "one":
        change_product(planned_market.farm_id, product, other)
    else:
        save_products(planned_market.farm_id, [(product, other)], {"gemuese"})
    offer = rows("SELECT price_cents, unit_price_cents FROM offer WHERE market_day_id = :day", day=day)[0]
    assert tuple(offer) == asked


def test_an_article_number_can_be_mended_but_not_taken_from_another(planned_market):
    made = create_product(planned_market.farm_id, replace(POTATOES, variants=(BAG, WEIGHED)))
    numbers = [row.id for row in rows("SELECT id FROM variant ORDER BY id")]
    said = (replace(BAG, id=numbers[0], sku="NEU-1"), replace(WEIGHED, id=numbers[1]))
    change_product(planned_market.farm_id, made, replace(POTATOES, variants=said))
    assert [sku for sku, *_ in variants()] == ["NEU-1", "R1"]
    with pytest.raises(Conflict):
        change_product(planned_market.farm_id, made, replace(POTATOES, variants=(replace(said[0], sku="R1"), said[1])))
    change_product(planned_market.farm_id, made, replace(POTATOES, variants=(replace(said[0], sku=""), said[1])))
    assert [sku for sku, *_ in variants()] == ["NEU-1", "R1"]


def test_a_ton_at_a_hundred_thousand_a_kilogram_is_no_price(planned_market):
    gold = replace(WEIGHED, net_quantity=1_000_000, unit_price_cents=10_000_000)
    with pytest.raises(Invalid) as refusal:
        create_product(planned_market.farm_id, replace(POTATOES, variants=(gold,)))
    assert set(refusal.value.errors) == {"variants.0.unit_price_cents"}
    assert scalar("SELECT count(*) FROM product") == 0
