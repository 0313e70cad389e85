"""A product changes while it is on sale: what can be ordered already closes by its new lead time."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.catalogue.product_input import ProductInput
from marketplace.catalogue.save_many import save_products
from marketplace.catalogue.save_product import change_product
from marketplace.kernel.database import command
from marketplace.stock.opening import follow_lead_time
from marketplace.stock.resting import follow_seasons


@command
def change_goods(farm_id: int, product_id: int, product: ProductInput) -> None:
    """As `change_product`, which says what it refuses; the farm's open offers follow in the same transaction."""
    change_product(farm_id, product_id, product)
    follow_lead_time(farm_id)
    follow_seasons(farm_id)


@command
def save_goods(farm_id: int, wanted: Sequence[tuple[int | None, ProductInput]], categories: set[str]) -> None:
    """As `save_products`; the farm's open offers follow in the same transaction."""
    save_products(farm_id, wanted, categories)
    follow_lead_time(farm_id)
    follow_seasons(farm_id)
