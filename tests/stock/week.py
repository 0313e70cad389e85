"""A day with potatoes and carrots, some of them ordered: what stands there, and what is done to it."""

from __future__ import annotations

from dataclasses import replace

from marketplace.checkout.place_order import place_order
from marketplace.checkout.request import OrderRequest
from marketplace.kernel.database import rows
from marketplace.stock.bulk import wishes_for
from marketplace.stock.changes import change_stock
from tests.factories.planned_market import POTATOES

CARROTS = replace(POTATOES, name="Möhren", variants=(replace(POTATOES.variants[0], sku="M1"),))


def stands(day):
    """{variant's name: (capacity, paused)} of a day."""
    found = rows(
        "SELECT p.name, s.capacity, o.paused FROM offer o JOIN stock s ON s.id = o.stock_id"
        " JOIN variant v ON v.id = o.variant_id JOIN product p ON p.id = v.product_id WHERE o.market_day_id = :day",
        day=day,
    )
    return {row.name: (row.capacity, row.paused) for row in found}


def order(planned_market, day, variant, quantity=4, key="k"):
    place_order(
        OrderRequest(
            slot_id=planned_market.slot(day),
            lines=((planned_market.offer(day, variant), quantity),),
            name="Anna Voß",
            email="anna@example.org",
            payment_method="pay_at_pickup",
            checkout_scope="test",
            checkout_key=key,
        )
    )


def bulk(planned_market, day, way, amount=None):
    farm = planned_market.farm_id
    return change_stock(farm, day, wishes_for(farm, day, way, amount), way)
