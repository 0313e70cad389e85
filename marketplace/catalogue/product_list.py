"""A farm's products in a row, with their states and what they cost; and what a product has cost before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marketplace.kernel.database import rows

STATES = ("live", "draft", "archived")


@dataclass(frozen=True)
class ListedProduct:
    """A product in the farm's list: its first sale unit's price in cents, the number of units, its first picture."""

    id: int
    name: str
    category_name: str
    state: str
    sale_unit: str | None
    price_cents: int | None
    unit_price_cents: int | None
    catch_weight: bool | None
    units: int
    picture: str | None


def listed_products(
    farm_id: int, *, state: str, words: str = "", skip: int = 0, limit: int = 50
) -> list[ListedProduct]:
    """Products of a farm in one state by name; `words` stand somewhere in the name or an article number."""
    found = rows(
        """
        SELECT p.id, p.name, c.name AS category_name, p.state, v.sale_unit, v.price_cents, v.unit_price_cents,
               v.catch_weight, (SELECT count(*) FROM variant n WHERE n.product_id = p.id AND NOT n.archived) AS units,
               (SELECT i.media_key FROM picture i WHERE i.product_id = p.id
                ORDER BY i.position, i.id LIMIT 1) AS picture
        FROM product p JOIN category c ON c.slug = p.category
        LEFT JOIN LATERAL (SELECT * FROM variant v WHERE v.product_id = p.id AND NOT v.archived
                           ORDER BY v.net_quantity, v.id LIMIT 1) v ON true
        WHERE p.farm_id = :farm_id AND p.state = :state
          AND (:words = '' OR strpos(lower(p.name), lower(:words)) > 0 OR EXISTS (
              SELECT 1 FROM variant n WHERE n.product_id = p.id AND strpos(lower(n.sku), lower(:words)) > 0))
        ORDER BY p.sort_key, p.id OFFSET :skip LIMIT :limit
        """,
        farm_id=farm_id,
        state=state,
        words=words,
        skip=skip,
        limit=limit,
    )
    return [ListedProduct(**row._mapping) for row in found]


def counts_by_state(farm_id: int) -> dict[str, int]:
    """How many products of the farm are live, drafts, archived."""
    found = rows("SELECT state, count(*) AS n FROM product WHERE farm_id = :farm_id GROUP BY state", farm_id=farm_id)
    return dict.fromkeys(STATES, 0) | {row.state: row.n for row in found}


@dataclass(frozen=True)
class PriceStep:
    """What a sale unit cost from `at` on, in cents; the present one is the newest."""

    sale_unit: str
    sku: str
    price_cents: int
    unit_price_cents: int | None
    catch_weight: bool
    at: datetime


def price_history(farm_id: int, product_id: int) -> list[PriceStep]:
    """Every price of a farm's product, the newest first."""
    found = rows(
        """
        SELECT v.sale_unit, v.sku, h.price_cents, h.unit_price_cents, v.catch_weight, h.at
        FROM price_change h JOIN variant v ON v.id = h.variant_id
        WHERE v.product_id = :product_id AND v.farm_id = :farm_id ORDER BY h.at DESC, h.id DESC LIMIT 200
        """,
        product_id=product_id,
        farm_id=farm_id,
    )
    return [PriceStep(**row._mapping) for row in found]
