"""What lies before a farm: its market days with what is sold and what is packed. One SQL statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from marketplace.kernel.database import rows
from marketplace.orders.states import PAID_FOR

WEEK = """
SELECT d.id, d.date, d.orders_close_at, d.orders_close_at <= app_now() AS closed,
       d.orders_open_at > app_now() AS planned, s.pickup_from, s.pickup_until,
       coalesce(s.pickup_until <= app_now(), false) AS over,
       coalesce(o.offers, 0) AS offers, coalesce(o.empty, 0) AS empty, coalesce(o.paused, 0) AS paused,
       coalesce(l.orders, 0) AS orders, coalesce(l.lines, 0) AS lines, coalesce(l.done, 0) AS done,
       coalesce(l.cents, 0)::bigint AS ordered_cents
FROM market_day d
JOIN farm f ON f.id = :farm_id AND f.market_id = d.market_id
LEFT JOIN LATERAL (
    SELECT min(pickup_from) AS pickup_from, max(pickup_until) AS pickup_until
    FROM pickup_slot WHERE market_day_id = d.id AND cancelled_at IS NULL) s ON true
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE NOT o.paused) AS offers,
           count(*) FILTER (WHERE NOT o.paused AND st.capacity = 0) AS empty,
           count(*) FILTER (WHERE o.paused) AS paused
    FROM offer o JOIN stock st ON st.id = o.stock_id WHERE o.market_day_id = d.id AND o.farm_id = f.id) o ON true
LEFT JOIN LATERAL (
    SELECT count(DISTINCT ord.id) AS orders, count(*) AS lines, count(*) FILTER (WHERE l.state <> 'open') AS done,
           sum(l.amount_cents - l.deposit_cents) AS cents
    FROM orders ord JOIN order_line l ON l.order_id = ord.id AND l.farm_id = f.id AND l.state <> 'cancelled'
    WHERE ord.market_day_id = d.id AND ord.state = ANY(:states)) l ON true
WHERE d.cancelled_at IS NULL AND d.date >= :since
ORDER BY d.date, d.id LIMIT :limit
"""


@dataclass(frozen=True)
class FarmDay:
    """A market day of one farm. `closed`: cut-off over, packing. `over`: pickup over. Cents of goods, no deposit."""

    id: int
    date: date
    orders_close_at: datetime
    closed: bool
    planned: bool
    pickup_from: datetime | None
    pickup_until: datetime | None
    over: bool
    offers: int
    empty: int
    paused: int
    orders: int
    lines: int
    done: int
    ordered_cents: int

    @property
    def to_pack(self) -> int:
        """Lines without a result yet, once packing has begun."""
        return self.lines - self.done if self.closed and not self.over else 0


def farm_week(farm_id: int, since: date, limit: int = 8) -> list[FarmDay]:
    """The farm's market days from a date on, by date."""
    found = rows(WEEK, farm_id=farm_id, since=since, states=list(PAID_FOR), limit=limit)
    return [FarmDay(**row._mapping) for row in found]
