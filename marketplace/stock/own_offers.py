"""What a farm has on sale on a day, with what is reserved and sold of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from marketplace.kernel.database import rows
from marketplace.kernel.errors import NotFound


@dataclass(frozen=True)
class OwnOffer:
    """Whole sale units and cents. `capacity` None: not limited. `pooled`: one stock for all days, counted together."""

    id: int
    farm_id: int
    market_day_id: int
    date: date
    product_id: int
    variant_id: int
    sku: str
    name: str
    sale_unit: str
    catch_weight: bool
    pooled: bool
    price_cents: int
    unit_price_cents: int | None
    unit_price_basis: str | None
    capacity: int | None
    reserved: int
    sold: int
    paused: bool
    closes_at: datetime
    picture: str | None

    @property
    def available(self) -> int | None:
        """Sale units left, None when not limited."""
        return None if self.capacity is None else max(0, self.capacity - self.reserved - self.sold)


VIEW = """
SELECT o.id, o.farm_id, o.market_day_id, d.date, p.id AS product_id, v.id AS variant_id, v.sku, p.name, v.sale_unit,
       v.catch_weight, v.pooled, o.price_cents, o.unit_price_cents, v.unit_price_basis, s.capacity, s.reserved, s.sold,
       o.paused, o.closes_at,
       (SELECT i.media_key FROM picture i WHERE i.product_id = p.id ORDER BY i.position, i.id LIMIT 1) AS picture
FROM offer o
JOIN market_day d ON d.id = o.market_day_id
JOIN stock s ON s.id = o.stock_id
JOIN variant v ON v.id = o.variant_id
JOIN product p ON p.id = v.product_id
WHERE o.farm_id = ANY(:farm_ids)
"""


def own_offers(
    farm_ids: Iterable[int], day: date, *, after: tuple[str, int] | None = None, limit: int = 200
) -> list[OwnOffer]:
    """The offers of these farms on a day, by article number; `after` is the last (sku, id) that was seen."""
    found = rows(
        VIEW
        + """
          AND d.date = :day
          AND (CAST(:after_sku AS text) IS NULL OR (v.sku, o.id) > (CAST(:after_sku AS text), :after_id))
        ORDER BY v.sku, o.id LIMIT :limit
        """,
        farm_ids=sorted(farm_ids),
        day=day,
        after_sku=after[0] if after else None,
        after_id=after[1] if after else 0,
        limit=limit,
    )
    return [OwnOffer(**row._mapping) for row in found]


def own_offer(farm_ids: Iterable[int], offer_id: int) -> OwnOffer:
    """One offer of these farms; foreign and unknown ones are NotFound."""
    found = rows(VIEW + " AND o.id = :offer_id", farm_ids=sorted(farm_ids), offer_id=offer_id)
    if not found:
        raise NotFound()
    return OwnOffer(**found[0]._mapping)


def next_day_of(farm_ids: Iterable[int]) -> date | None:
    """The next date for which these farms can still say something, None when there is none."""
    found = rows(
        """
        SELECT min(d.date) AS day FROM market_day d JOIN farm f ON f.market_id = d.market_id
        WHERE f.id = ANY(:farm_ids) AND d.cancelled_at IS NULL AND d.orders_close_at > app_now()
        """,
        farm_ids=sorted(farm_ids),
    )
    return found[0].day  # type: ignore[no-any-return]
