"""What a farm sold, by product and week of the pickup: one read each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from marketplace.kernel.database import rows

# Sold is what was handed over, and what was paid for and not collected. Short lines count in orders of which nothing
# was there at all, too.
_SALES = """
SELECT date_trunc('week', d.date)::date AS week, v.product_id, p.name,
       coalesce(sum(coalesce(l.packed_quantity, l.quantity)) FILTER (WHERE sold.yes), 0)::bigint AS units,
       coalesce(sum(l.amount_cents - least(l.deposit_cents, l.amount_cents)) FILTER (WHERE sold.yes), 0)::bigint
           AS goods_cents,
       count(*) AS lines,
       count(*) FILTER (WHERE l.state = 'short') AS short_lines
FROM farm f
JOIN market_day d ON d.market_id = f.market_id AND d.date BETWEEN :since AND :until
JOIN orders o ON o.market_day_id = d.id AND o.state IN ('ready', 'collected', 'not_collected', 'cancelled')
JOIN order_line l ON l.order_id = o.id AND l.farm_id = f.id
CROSS JOIN LATERAL (SELECT o.state = 'collected' OR (o.state = 'not_collected' AND o.payment_method <> 'pay_at_pickup')
                           AS yes) sold
JOIN offer x ON x.id = l.offer_id
JOIN variant v ON v.id = x.variant_id
JOIN product p ON p.id = v.product_id
WHERE f.id = :farm_id AND (l.state = 'short' OR (l.state = 'packed' AND o.state <> 'cancelled'))
GROUP BY 1, v.product_id, p.name
ORDER BY 1, p.name, v.product_id
"""

_MISSED = """
SELECT date_trunc('week', m.day)::date AS week, v.product_id, p.name, sum(m.times)::bigint AS times,
       sum(m.units)::bigint AS units, max(m.day) AS last_day
FROM missed_demand m
JOIN offer x ON x.id = m.offer_id
JOIN variant v ON v.id = x.variant_id
JOIN product p ON p.id = v.product_id
WHERE m.farm_id = :farm_id AND m.day BETWEEN :since AND :until
GROUP BY 1, v.product_id, p.name
ORDER BY 1, p.name, v.product_id
"""


@dataclass(frozen=True)
class Sales:
    """A product in a week (its Monday), by the day of the pickup. `units`: whole sale units as packed.

    `goods_cents`: packed goods without deposit, before refunds and commission. `lines`: packed or short;
    `short_lines`: of which less was there than ordered.
    """

    week: date
    product_id: int
    name: str
    units: int
    goods_cents: int
    lines: int
    short_lines: int


@dataclass(frozen=True)
class Missed:
    """How often a product was wanted and not there, by the week (its Monday) in which it was asked for."""

    week: date
    product_id: int
    name: str
    times: int
    units: int
    last_day: date


def sales_of_farm(farm_id: int, since: date, until: date) -> list[Sales]:
    """All weeks with pickups from `since` to `until` (both inclusive), the oldest first."""
    return [Sales(**row._mapping) for row in rows(_SALES, farm_id=farm_id, since=since, until=until)]


def missed_by_farm(farm_id: int, since: date, until: date) -> list[Missed]:
    """What was asked for from `since` to `until` (both inclusive) when it was sold out, the oldest week first."""
    return [Missed(**row._mapping) for row in rows(_MISSED, farm_id=farm_id, since=since, until=until)]
