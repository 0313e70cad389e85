"""What a farm has on sale on a day, with what is sold and what it was a week before: one SQL statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from marketplace.kernel.database import rows

OFFERS = """
SELECT o.id, o.paused, o.price_cents, o.unit_price_cents, o.closes_at, o.closes_at <= app_now() AS closed,
       s.capacity, s.reserved + s.sold AS taken, s.market_day_id IS NULL AS pooled,
       v.sale_unit, v.net_quantity, v.catch_weight, v.unit_price_basis, v.deposit_cents, p.name, p.id AS product_id,
       (SELECT i.media_key FROM picture i WHERE i.product_id = p.id ORDER BY i.position, i.id LIMIT 1) AS picture,
       before.capacity AS capacity_before, before.sold AS sold_before
FROM offer o
JOIN market_day d ON d.id = o.market_day_id
JOIN stock s ON s.id = o.stock_id
JOIN variant v ON v.id = o.variant_id
JOIN product p ON p.id = v.product_id
JOIN category c ON c.slug = p.category
LEFT JOIN LATERAL (
    SELECT ps.capacity, ps.sold FROM offer po JOIN market_day pd ON pd.id = po.market_day_id
    JOIN stock ps ON ps.id = po.stock_id AND ps.market_day_id IS NOT NULL
    WHERE po.variant_id = o.variant_id AND pd.date = d.date - 7 AND pd.cancelled_at IS NULL LIMIT 1
) before ON true
WHERE o.farm_id = :farm_id AND (CAST(:day_id AS bigint) IS NULL OR o.market_day_id = :day_id)
  AND (CAST(:offer_id AS bigint) IS NULL OR o.id = :offer_id)
ORDER BY o.paused, c.position, p.sort_key, o.id
"""

ABSENT = """
SELECT v.id, p.name, v.sale_unit
FROM variant v JOIN product p ON p.id = v.product_id AND p.state = 'live'
WHERE v.farm_id = :farm_id AND NOT v.archived
  AND NOT EXISTS (SELECT 1 FROM offer o WHERE o.variant_id = v.id AND o.market_day_id = :day_id)
ORDER BY p.sort_key, v.id
"""

DAY_BEFORE = """
SELECT d.date FROM market_day d
WHERE d.cancelled_at IS NULL AND d.date < :day
  AND EXISTS (SELECT 1 FROM offer o WHERE o.market_day_id = d.id AND o.farm_id = :farm_id)
ORDER BY d.date = CAST(:day AS date) - 7 DESC, d.date DESC LIMIT 1
"""


@dataclass(frozen=True)
class StockRow:
    """An offer as its farm sees it. `taken`: reserved and sold units; capacity None: not limited; cents a sale unit."""

    id: int
    paused: bool
    price_cents: int
    unit_price_cents: int | None
    closes_at: datetime
    closed: bool
    capacity: int | None
    taken: int
    pooled: bool
    sale_unit: str
    net_quantity: int
    catch_weight: bool
    unit_price_basis: str | None
    deposit_cents: int
    name: str
    product_id: int
    picture: str | None
    capacity_before: int | None
    sold_before: int | None


@dataclass(frozen=True)
class AbsentVariant:
    """A sale unit that is not on sale on the day."""

    id: int
    name: str
    sale_unit: str


def stock_rows(farm_id: int, day_id: int) -> list[StockRow]:
    """The farm's offers of a day, paused ones last."""
    found = rows(OFFERS, farm_id=farm_id, day_id=day_id, offer_id=None)
    return [StockRow(**row._mapping) for row in found]


def stock_row(farm_id: int, offer_id: int) -> tuple[StockRow, date] | None:
    """One offer of the farm with its date; None for foreign and unknown ones."""
    found = rows(OFFERS, farm_id=farm_id, day_id=None, offer_id=offer_id)
    if not found:
        return None
    day = rows("SELECT d.date FROM offer o JOIN market_day d ON d.id = o.market_day_id WHERE o.id = :id", id=offer_id)
    return StockRow(**found[0]._mapping), day[0].date


def absent_variants(farm_id: int, day_id: int) -> list[AbsentVariant]:
    """What the farm could put on sale besides."""
    return [AbsentVariant(**row._mapping) for row in rows(ABSENT, farm_id=farm_id, day_id=day_id)]


def day_before(farm_id: int, day: date) -> date | None:
    """The day whose amounts "like last week" means: a week before, else the last one on which the farm sold."""
    found = rows(DAY_BEFORE, farm_id=farm_id, day=day)
    return found[0].date if found else None
