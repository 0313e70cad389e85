"""Many products at once are written just as one by one, and refused just so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from marketplace.catalogue.product_input import VariantInput
from marketplace.catalogue.products import own_product
from marketplace.catalogue.save_many import save_products
from marketplace.catalogue.save_product import change_product, create_product
from marketplace.kernel.database import db, rows, transaction
from marketplace.kernel.errors import Invalid, NotFound
from tests.factories.planned_market import POTATOES, PlannedMarket

SHELVES = {"gemuese", "milchprodukte"}
LEAVE_OUT = {"id", "product_id", "sku", "slug", "search", "created_at", "at", "variant_id"}


def kept(name: str) -> list[dict[str, Any]]:
    """The newest product of that name with its units and prices, without what tells them apart."""
    found = []
    for table, where in (
        ("product", "id = :id"),
        ("variant", "product_id = :id"),
        ("price_change", "variant_id IN (SELECT id FROM variant WHERE product_id = :id)"),
    ):
        newest = rows("SELECT max(id) AS id FROM product WHERE name = :name", name=name)[0].id
        lines = rows(f"SELECT * FROM {table} WHERE {where} ORDER BY id", id=newest)
        found += [{key: value for key, value in row._mapping.items() if key not in LEAVE_OUT} for row in lines]
    db.session.rollback()
    return found


def test_made_and_changed_as_one_by_one(planned_market: PlannedMarket) -> None:
    weighed = VariantInput("Kopf", 1400, "g", None, 250, catch_weight=True, sku="K2")
    said = replace(POTATOES, variants=(*POTATOES.variants, weighed), allergens=("milk",), ingredients="Milch")
    one = create_product(planned_market.farm_id, said)
    alone = kept("Kartoffeln")
    again = replace(said, variants=tuple(replace(it, sku=f"{it.sku}b") for it in said.variants))
    save_products(planned_market.farm_id, [(None, again)], SHELVES)
    assert kept("Kartoffeln") == alone and len(alone) == 5

    dearer = replace(own_product([planned_market.farm_id], one).as_input(), name="Linda", storage="dunkel")
    dearer = replace(
        dearer, variants=tuple(replace(it, price_cents=300, unit_price_cents=300) for it in dearer.variants)
    )
    change_product(planned_market.farm_id, one, dearer)
    alone = kept("Linda")
    save_products(planned_market.farm_id, [(one, replace(dearer, name="Anders"))], SHELVES)
    assert len(kept("Anders")) == len(alone), "the same price again is no change of price"
    with transaction():
        slugs = [row.slug for row in rows("SELECT slug FROM product ORDER BY id")]
    assert slugs == ["kartoffeln", "kartoffeln-2"]


def test_refused_as_one_by_one(planned_market: PlannedMarket) -> None:
    with pytest.raises(Invalid):
        save_products(planned_market.farm_id, [(None, POTATOES), (None, replace(POTATOES, name=""))], SHELVES)
    other = create_product(planned_market.farm("A02"), POTATOES)
    with pytest.raises(NotFound):
        save_products(planned_market.farm_id, [(other, POTATOES)], SHELVES)
    assert rows("SELECT count(*) AS n FROM product")[0].n == 1
    db.session.rollback()
