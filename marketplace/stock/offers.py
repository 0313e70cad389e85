"""What a customer sees of a slot: one SQL statement, with all that a list, a product page and the API show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.catalogue.allergens import covered_by
from marketplace.farms.organic import MARK_HOLDS
from marketplace.kernel.database import rows


@dataclass(frozen=True)
class OfferFilter:
    """What a customer asks for. `without`: allergens or their groups. `closed`: also what can no longer be ordered."""

    q: str = ""
    category: str = ""
    farm_id: int | None = None
    organic: bool | None = None
    without: tuple[str, ...] = ()
    closed: bool = False
    product_id: int | None = None


@dataclass(frozen=True)
class OfferRow:
    """An offer as it is shown. Cents; `available`: sale units, None when not limited; `position`: where in the list."""

    id: int
    variant_id: int
    product_id: int
    product_slug: str
    sku: str
    name: str
    description: str
    ingredients: str
    storage: str
    origin: str
    label_note: str
    farm_id: int
    farm_name: str
    farm_slug: str
    farm_town: str
    category: str
    category_name: str
    sale_unit: str
    net_quantity: int
    net_unit: str
    price_cents: int
    unit_price_cents: int | None
    unit_price_basis: str | None
    deposit_cents: int
    organic: bool
    allergens: Sequence[str]
    catch_weight: bool
    min_age: int
    available: int | None
    closes_at: datetime
    is_open: bool
    picture: str | None
    category_position: int
    sort_key: str

    @property
    def position(self) -> tuple[int, str, int]:
        """Where the next page of the list begins."""
        return self.category_position, self.sort_key, self.id


OFFERS = (
    """
SELECT o.id, v.id AS variant_id, p.id AS product_id, p.slug AS product_slug, v.sku, p.name, p.description,
       p.ingredients, p.storage, p.origin, p.label_note,
       f.id AS farm_id, f.name AS farm_name, f.slug AS farm_slug, f.town AS farm_town,
       p.category, c.name AS category_name, v.sale_unit, v.net_quantity, v.net_unit,
       o.price_cents, o.unit_price_cents, v.unit_price_basis, v.deposit_cents,
       p.organic AND """  # noqa: S608 - of our own texts alone
    + MARK_HOLDS
    + """ AS organic,
       p.allergens, v.catch_weight, p.min_age,
       CASE WHEN s.capacity IS NULL THEN NULL ELSE greatest(s.capacity - s.reserved - s.sold, 0) END AS available,
       o.closes_at, o.closes_at > app_now() AS is_open,
       (SELECT i.media_key FROM picture i WHERE i.product_id = p.id ORDER BY i.position, i.id LIMIT 1) AS picture,
       c.position AS category_position, p.sort_key
FROM pickup_slot slot
JOIN market_day d ON d.id = slot.market_day_id
JOIN pickup_point place ON place.id = slot.pickup_point_id
JOIN offer o ON o.market_day_id = d.id AND NOT o.paused
JOIN stock s ON s.id = o.stock_id
JOIN variant v ON v.id = o.variant_id AND NOT v.archived
JOIN product p ON p.id = v.product_id AND p.state = 'live'
JOIN farm f ON f.id = o.farm_id AND f.state = 'live'
JOIN category c ON c.slug = p.category
WHERE slot.id = :slot_id AND slot.cancelled_at IS NULL AND d.cancelled_at IS NULL
  -- an unattended shelf cannot look at a passport
  AND (p.min_age = 0 OR place.kind <> 'shelf')
  AND (:closed OR o.closes_at > app_now())
  AND (CAST(:category AS text) = '' OR p.category = :category)
  AND (CAST(:farm_id AS bigint) IS NULL OR o.farm_id = :farm_id)
  AND (CAST(:product_id AS bigint) IS NULL OR p.id = :product_id)
  AND (CAST(:organic AS boolean) IS NULL OR (p.organic AND """
    + MARK_HOLDS
    + """) = :organic)
  AND NOT p.allergens && CAST(:without AS text[])
  AND (CAST(:q AS text) = '' OR p.id IN (
        SELECT id FROM product
        WHERE search @@ (
            -- "Aepfel" is "Äpfel" on a keyboard without umlauts
            SELECT websearch_to_tsquery('german', :q) || websearch_to_tsquery('german',
                replace(replace(replace(lower(:q), 'ae', 'ä'), 'oe', 'ö'), 'ue', 'ü')))
        UNION ALL SELECT id FROM product WHERE name ILIKE '%' || CAST(:like AS text) || '%'
        UNION ALL SELECT id FROM product WHERE CAST(:q AS text) <% name
        UNION ALL SELECT x.id FROM farm y JOIN product x ON x.farm_id = y.id
        WHERE y.name ILIKE '%' || CAST(:like AS text) || '%'))
  AND (CAST(:after_category AS bigint) IS NULL
       OR (c.position, p.sort_key, o.id) > (CAST(:after_category AS bigint), CAST(:after_key AS text), :after_id))
ORDER BY c.position, p.sort_key, o.id
LIMIT :limit
"""
)


def offers_of_slot(
    slot_id: int,
    wanted: OfferFilter | None = None,
    *,
    after: tuple[int, str, int] | None = None,
    limit: int = 200,
) -> list[OfferRow]:
    """The offers that can be ordered for the slot, by shelf and name; sold-out ones are there with 0 available.

    An unknown or cancelled slot has none. `after` is the `position` of the last row that was seen.
    """
    asked = wanted or OfferFilter()
    q = " ".join(asked.q.replace("\0", "").split())[:100]
    found = rows(
        OFFERS,
        slot_id=slot_id,
        closed=asked.closed,
        category=asked.category.replace("\0", ""),
        farm_id=asked.farm_id,
        product_id=asked.product_id,
        organic=asked.organic,
        without=covered_by(asked.without),
        q=q,
        like=q.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_"),
        after_category=after[0] if after else None,
        after_key=after[1] if after else "",
        after_id=after[2] if after else 0,
        limit=limit,
    )
    return [OfferRow(**row._mapping) for row in found]
