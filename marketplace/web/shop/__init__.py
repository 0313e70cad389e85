"""The shop: choose place and time, look around, fill the basket, order, follow the order. Open to everybody."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("shop", __name__)

# Each module puts its pages on the blueprint.
from marketplace.web.shop import (  # noqa: E402
    basket,
    checkout,
    choose,
    farms,
    frame,
    market,
    order,
    order_steps,
    pictures,
    product,
    texts,
)

__all__ = [
    "basket",
    "blueprint",
    "checkout",
    "choose",
    "farms",
    "frame",
    "market",
    "order",
    "order_steps",
    "pictures",
    "product",
    "texts",
]
