"""A product as food law wants it described before it is ordered (LMIV Art. 14), and what the chosen day has of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from marketplace.kernel.database import rows
from marketplace.kernel.errors import NotFound
from marketplace.kernel.ids import id_from_text
from marketplace.stock.lowest_price import lowest_before


@dataclass(frozen=True)
class VariantView:
    """A sale unit. Cents; with an offer on the chosen day its price, else the usual one. `available` None: not limited.

    `most_per_customer`: sale units on one market day. `lowest_cents`: of a reduced price, see stock.lowest_price.
    `state`: no_slot, not_offered, closed, age (an unattended shelf), sold_out, open.
    """

    variant_id: int
    sku: str
    sale_unit: str
    net_quantity: int
    net_unit: str
    drained_g: int | None
    price_cents: int
    unit_price_cents: int | None
    unit_price_basis: str | None
    deposit_cents: int
    catch_weight: bool
    available: int | None
    most_per_customer: int | None
    lowest_cents: int | None
    closes_at: datetime | None
    state: str


@dataclass(frozen=True)
class ProductView:
    """`organic` only while the farm's certificate holds on the day of pickup (today without one).

    `pictures`: (key, what is to be seen), the first one first. What food law wants said: see catalogue/models.py.
    """

    id: int
    market_id: int
    slug: str
    name: str
    category: str
    category_name: str
    description: str
    ingredients: str
    allergens: list[str]
    storage: str
    shelf_life_days: int
    origin: str
    label_note: str
    organic: bool
    organic_code: str | None
    min_age: int
    withdrawal_excluded: bool
    is_food: bool
    nutrition: dict[str, int] | None
    nutrition_exempt: str
    egg_code: str
    husbandry_level: int
    fish_method: str
    fish_area: str
    alcohol_tenths: int
    pictures: list[tuple[str, str]]
    farm_id: int
    farm_name: str
    farm_slug: str
    farm_legal_name: str
    farm_street: str
    farm_postcode: str
    farm_town: str
    farm_phone: str
    farm_email: str
    sales_model: str
    market_name: str
    variants: tuple[VariantView, ...] = ()


PRODUCT = f"""
SELECT p.id, p.market_id, p.slug, p.name, p.category, c.name AS category_name, p.description, p.ingredients,
       p.allergens, p.storage, p.shelf_life_days, p.origin, p.label_note,
       p.organic AND f.organic_code IS NOT NULL
           AND f.organic_until >= coalesce(d.date, (app_now() AT TIME ZONE m.timezone)::date) AS organic,
       f.organic_code, p.min_age, p.withdrawal_excluded, p.is_food, p.nutrition, p.nutrition_exempt, p.egg_code,
       p.husbandry_level, p.fish_method, p.fish_area, p.alcohol_tenths,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(i.media_key, i.alt) ORDER BY i.position, i.id), '[]')
        FROM picture i WHERE i.product_id = p.id) AS pictures,
       f.id AS farm_id, f.name AS farm_name, f.slug AS farm_slug, f.legal_name AS farm_legal_name,
       f.street AS farm_street, f.postcode AS farm_postcode, f.town AS farm_town, f.phone AS farm_phone,
       f.email AS farm_email, m.sales_model, m.name AS market_name,
       v.id AS variant_id, v.sku, v.sale_unit, v.net_quantity, v.net_unit, v.drained_g,
       CASE WHEN o.id IS NULL THEN v.price_cents ELSE o.price_cents END AS price_cents,
       CASE WHEN o.id IS NULL THEN v.unit_price_cents ELSE o.unit_price_cents END AS unit_price_cents,
       v.unit_price_basis, v.deposit_cents, v.catch_weight,
       greatest(0, k.capacity - k.reserved - k.sold) AS available, v.most_per_customer, o.closes_at,
       {lowest_before("v.id", "coalesce(o.price_cents, v.price_cents)")} AS lowest_cents,
       CASE WHEN s.id IS NULL THEN 'no_slot'
            WHEN s.cancelled_at IS NOT NULL OR d.cancelled_at IS NOT NULL OR o.id IS NULL OR o.paused
                 OR f.state <> 'live' THEN 'not_offered'
            WHEN o.closes_at <= app_now() THEN 'closed'
            WHEN p.min_age > 0 AND place.kind = 'shelf' THEN 'age'
            WHEN k.capacity - k.reserved - k.sold <= 0 THEN 'sold_out'
            ELSE 'open' END AS state
FROM product p
JOIN farm f ON f.id = p.farm_id AND f.state IN ('live', 'paused')
JOIN market m ON m.id = p.market_id
JOIN category c ON c.slug = p.category
LEFT JOIN pickup_slot s ON s.id = CAST(:slot_id AS bigint) AND s.market_id = p.market_id
LEFT JOIN market_day d ON d.id = s.market_day_id
LEFT JOIN pickup_point place ON place.id = s.pickup_point_id
LEFT JOIN variant v ON v.product_id = p.id AND NOT v.archived
LEFT JOIN offer o ON o.variant_id = v.id AND o.market_day_id = s.market_day_id
LEFT JOIN stock k ON k.id = o.stock_id
WHERE p.state = 'live' AND (p.id = CAST(:id AS bigint) OR (CAST(:id AS bigint) IS NULL AND p.slug = :slug))
ORDER BY s.id IS NULL, p.id, v.net_quantity, v.id
"""  # noqa: S608 - put together of constants

PRODUCT_FIELDS = tuple(field.name for field in fields(ProductView) if field.name != "variants")
VARIANT_FIELDS = tuple(field.name for field in fields(VariantView))


def product_page(id_or_slug: str, slot_id: int | None) -> ProductView:
    """The product of an id or slug with its sale units; NotFound for what is not live.

    A slug that two markets have means the one of the slot's market.
    """
    found = rows(PRODUCT, id=id_from_text(id_or_slug), slug=id_or_slug.replace("\0", "")[:200], slot_id=slot_id)
    if not found:
        raise NotFound()
    mine = [row._mapping for row in found if row.id == found[0].id]
    variants = tuple(VariantView(**_only(row, VARIANT_FIELDS)) for row in mine if row["variant_id"] is not None)
    return ProductView(**_only(mine[0], PRODUCT_FIELDS), variants=variants)


def _only(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}


@dataclass(frozen=True)
class FarmView:
    """Who sells: name and address as the imprint of a trader wants them (DSA Art. 30)."""

    id: int
    market_id: int
    slug: str
    name: str
    legal_name: str
    street: str
    postcode: str
    town: str
    email: str
    phone: str
    focus: str
    story: str
    farming: str
    pictures: list[tuple[str, str]]
    organic_code: str | None
    organic_until: date | None
    market_name: str
    sales_model: str
    products: int


FARMS = """
SELECT f.id, f.market_id, f.slug, f.name, f.legal_name, f.street, f.postcode, f.town, f.email, f.phone, f.focus,
       f.story, f.farming,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(i.media_key, i.alt) ORDER BY i.position, i.id), '[]')
        FROM farm_picture i WHERE i.farm_id = f.id) AS pictures,
       CASE WHEN f.organic_until >= (app_now() AT TIME ZONE m.timezone)::date THEN f.organic_code END AS organic_code,
       f.organic_until, m.name AS market_name, m.sales_model,
       (SELECT count(*) FROM product p WHERE p.farm_id = f.id AND p.state = 'live') AS products
FROM farm f JOIN market m ON m.id = f.market_id
WHERE f.state IN ('live', 'paused')
"""


def farm_page(id_or_slug: str, market_id: int | None = None) -> FarmView:
    """The farm of an id or slug, of `market_id` first when two markets have the slug; NotFound for closed ones."""
    found = rows(
        FARMS
        + """ AND (f.id = CAST(:id AS bigint) OR (CAST(:id AS bigint) IS NULL AND f.slug = :slug))
              ORDER BY f.market_id = CAST(:market_id AS bigint) DESC, f.id LIMIT 1""",
        id=id_from_text(id_or_slug),
        slug=id_or_slug.replace("\0", "")[:200],
        market_id=market_id,
    )
    if not found:
        raise NotFound()
    return FarmView(**found[0]._mapping)


def selling_farms() -> list[FarmView]:
    """All farms that sell, by market and name."""
    return [FarmView(**row._mapping) for row in rows(FARMS + " ORDER BY m.name, f.name, f.id")]
