"""What a farm packs for a market day: by order, by product, by pickup point. One SQL statement each.

A farm sees the order's number, the large number of the slot and the first name, and nothing else of the customer.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from marketplace.kernel import clock, installation
from marketplace.kernel.database import rows
from marketplace.orders.states import PAID_FOR

# The first word of the name, without its title; cut in the database, so that no more of it is ever read.
FIRST_NAME = (
    "left(split_part(regexp_replace(btrim(o.customer_name),"
    " '^((Herr|Frau|Dr\\.?|Prof\\.?)\\s+)+', '', 'i'), ' ', 1), 40)"
)

DAY = """
SELECT d.id, d.date, d.orders_close_at, d.orders_close_at <= app_now() AS closed,
       d.cancelled_at IS NOT NULL AS cancelled, m.timezone,
       (SELECT min(s.pickup_from) FROM pickup_slot s
        WHERE s.market_day_id = d.id AND s.cancelled_at IS NULL) AS pickup_from,
       (SELECT count(*) FROM orders o WHERE o.market_day_id = d.id AND o.state = 'awaiting_payment'
        AND EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = o.id AND l.farm_id = ANY(:farm_ids))) AS unpaid
FROM market_day d JOIN market m ON m.id = d.market_id
WHERE d.market_id IN (SELECT f.market_id FROM farm f WHERE f.id = ANY(:farm_ids))
"""

LINES = (
    """
SELECT l.id, l.order_id, l.farm_id, o.number, o.pickup_number, o.state AS order_state,
       """
    + FIRST_NAME
    + """ AS first_name, o.confirmed_at > d.orders_close_at AS late, o.slot_id, p.id AS point_id, p.name AS point_name,
       p.town AS point_town, s.pickup_from, s.pickup_until, l.offer_id, l.name, l.sku, l.sale_unit, l.quantity,
       l.packed_quantity, l.catch_weight, l.net_quantity, l.net_unit, l.weight_g, l.price_cents, l.unit_price_cents,
       l.amount_cents, l.deposit_cents, l.state, l.reason, l.min_age
FROM order_line l
JOIN orders o ON o.id = l.order_id AND o.state = ANY(:states)
JOIN market_day d ON d.id = o.market_day_id
JOIN pickup_slot s ON s.id = o.slot_id
JOIN pickup_point p ON p.id = s.pickup_point_id
WHERE l.farm_id = ANY(:farm_ids) AND o.market_day_id = ANY(:day_ids) AND l.state <> 'cancelled'
"""
)

PRODUCTS = """
SELECT l.sku, l.name, l.sale_unit, l.catch_weight, {point}
       sum(l.quantity)::bigint AS quantity,
       coalesce(sum(l.packed_quantity) FILTER (WHERE l.state <> 'open'), 0)::bigint AS packed_quantity,
       count(*) AS lines, count(*) FILTER (WHERE l.state <> 'open') AS done,
       coalesce(sum(l.weight_g), 0)::bigint AS weight_g
FROM order_line l
JOIN orders o ON o.id = l.order_id AND o.state = ANY(:states)
JOIN pickup_slot s ON s.id = o.slot_id
JOIN pickup_point p ON p.id = s.pickup_point_id
WHERE l.farm_id = ANY(:farm_ids) AND o.market_day_id = ANY(:day_ids) AND l.state <> 'cancelled'
GROUP BY l.sku, l.name, l.sale_unit, l.catch_weight{group}
ORDER BY {order}l.name, l.sku, l.sale_unit
"""


@dataclass(frozen=True)
class PackingDay:
    """A market day of the farms. `closed`: packing has begun. `unpaid`: orders that may still join until `final_at`."""

    id: int
    date: date
    orders_close_at: datetime
    pickup_from: datetime | None
    closed: bool
    cancelled: bool
    unpaid: int
    timezone: str

    @property
    def final_at(self) -> datetime:
        """From then on nobody joins: the cut-off and the time to pay (DECISIONS 21)."""
        return self.orders_close_at + timedelta(seconds=installation.settings().order_ttl_seconds)

    @property
    def final(self) -> bool:
        """Nobody joins any more."""
        return clock.now() >= self.final_at


@dataclass(frozen=True)
class PackingLine:
    """A line to pack. `late`: its order was paid after the cut-off. Cents, grams and sale units as in the order."""

    id: int
    order_id: int
    farm_id: int
    number: str
    pickup_number: int
    order_state: str
    first_name: str
    late: bool
    slot_id: int
    point_id: int
    point_name: str
    point_town: str
    pickup_from: datetime
    pickup_until: datetime
    offer_id: int
    name: str
    sku: str
    sale_unit: str
    quantity: int
    packed_quantity: int | None
    catch_weight: bool
    net_quantity: int
    net_unit: str
    weight_g: int | None
    price_cents: int
    unit_price_cents: int | None
    amount_cents: int
    deposit_cents: int
    state: str
    reason: str
    min_age: int

    @property
    def may_change(self) -> bool:
        """Whether its result may still be taken back: the order is not ready, and nobody was told of a shortage."""
        return self.state == "packed" and self.order_state == "packing"

    @property
    def usual_g(self) -> int | None:
        """Grams that all units of the line usually weigh; None when it is not weighed."""
        return self.quantity * self.net_quantity if self.catch_weight and self.net_unit == "g" else None


@dataclass(frozen=True)
class ProductTotal:
    """How much of a product is to be packed, for one place or for the day: sale units, lines, grams weighed so far."""

    sku: str
    name: str
    sale_unit: str
    catch_weight: bool
    quantity: int
    packed_quantity: int
    lines: int
    done: int
    weight_g: int
    point_id: int | None = None
    point_name: str = ""
    point_town: str = ""
    pickup_from: datetime | None = None
    pickup_until: datetime | None = None


def packing_days(
    farm_ids: Collection[int], *, on: date | None = None, since: date | None = None, limit: int = 14
) -> list[PackingDay]:
    """Market days of the farms' markets by date: those of one date, or those from a date on."""
    found = rows(
        DAY
        + " AND (CAST(:on_date AS date) IS NULL OR d.date = :on_date)"
        " AND (CAST(:since AS date) IS NULL OR d.date >= :since) ORDER BY d.date, d.id LIMIT :limit",
        farm_ids=sorted(farm_ids),
        on_date=on,
        since=since,
        limit=limit,
    )
    return [PackingDay(**row._mapping) for row in found]


def past_days(farm_ids: Collection[int], before: date, limit: int = 8) -> list[PackingDay]:
    """Market days before a date on which the farms had something to pack, the latest first."""
    found = rows(
        DAY  # noqa: S608 - our own fragments
        + " AND d.date < :before AND EXISTS (SELECT 1 FROM orders o JOIN order_line l ON l.order_id = o.id"
        " WHERE o.market_day_id = d.id AND o.state = ANY(:states) AND l.farm_id = ANY(:farm_ids))"
        " ORDER BY d.date DESC, d.id DESC LIMIT :limit",
        farm_ids=sorted(farm_ids),
        before=before,
        states=list(PAID_FOR),
        limit=limit,
    )
    return [PackingDay(**row._mapping) for row in found]


def lines_by_order(
    farm_ids: Collection[int],
    day_ids: Collection[int],
    *,
    after: tuple[datetime, int, int] | None = None,
    orders: int | None = None,
) -> list[PackingLine]:
    """The lines by place and large number. `after`: (pickup_from, slot, large number) of the last order that was seen,
    `orders`: no more than so many orders.
    """
    chosen = "" if orders is None and after is None else _page_of_orders(after, orders)
    found = rows(
        chosen  # noqa: S608 - our own fragments
        + LINES + (" AND o.id IN (SELECT id FROM page)" if chosen else "")
        + " ORDER BY s.pickup_from, o.slot_id, o.pickup_number, l.name, l.id",
        **_bounds(farm_ids, day_ids),
        **_after(after, orders) if chosen else {},
    )
    return [PackingLine(**row._mapping) for row in found]


def lines_of_order(farm_ids: Collection[int], order_number: str) -> list[PackingLine]:
    """The farms' lines of one order."""
    found = rows(
        LINES.replace("o.market_day_id = ANY(:day_ids)", "o.number = :number") + " ORDER BY l.name, l.id",
        farm_ids=sorted(farm_ids),
        states=list(PAID_FOR),
        number=order_number[:40].replace("\0", ""),
    )
    return [PackingLine(**row._mapping) for row in found]


def lines_to_pack(farm_ids: Collection[int], line_ids: Collection[int]) -> list[PackingLine]:
    """These lines, as far as they are the farms'."""
    found = rows(
        LINES.replace("o.market_day_id = ANY(:day_ids)", "l.id = ANY(:line_ids)") + " ORDER BY l.id",
        farm_ids=sorted(farm_ids),
        states=list(PAID_FOR),
        line_ids=sorted(line_ids),
    )
    return [PackingLine(**row._mapping) for row in found]


def line_to_pack(farm_ids: Collection[int], line_id: int) -> PackingLine | None:
    """One line of the farms, that of a cancelled order too; None for foreign and unknown ones."""
    found = rows(
        LINES.replace("o.market_day_id = ANY(:day_ids)", "l.id = :line_id"),
        farm_ids=sorted(farm_ids),
        states=["cancelled", *PAID_FOR],
        line_id=line_id,
    )
    return PackingLine(**found[0]._mapping) if found else None


def totals_by_product(farm_ids: Collection[int], day_ids: Collection[int]) -> list[ProductTotal]:
    """How much of each product the day needs, by name."""
    found = rows(PRODUCTS.format(point="", group="", order=""), **_bounds(farm_ids, day_ids))
    return [ProductTotal(**row._mapping) for row in found]


def totals_by_point(farm_ids: Collection[int], day_ids: Collection[int]) -> list[ProductTotal]:
    """How much of each product goes to which place, by the beginning of the pickup."""
    point = "p.id AS point_id, p.name AS point_name, p.town AS point_town, s.pickup_from, s.pickup_until,"
    found = rows(
        PRODUCTS.format(
            point=point,
            group=", p.id, p.name, p.town, s.pickup_from, s.pickup_until",
            order="s.pickup_from, p.name, p.id, ",
        ),
        **_bounds(farm_ids, day_ids),
    )
    return [ProductTotal(**row._mapping) for row in found]


def _bounds(farm_ids: Collection[int], day_ids: Collection[int]) -> dict[str, Any]:
    return {"farm_ids": sorted(farm_ids), "day_ids": sorted(day_ids), "states": list(PAID_FOR)}


def _page_of_orders(after: tuple[datetime, int, int] | None, orders: int | None) -> str:
    return """
    WITH page AS (
        SELECT DISTINCT s.pickup_from, o.slot_id, o.pickup_number, o.id
        FROM orders o JOIN pickup_slot s ON s.id = o.slot_id JOIN order_line l ON l.order_id = o.id
        WHERE o.market_day_id = ANY(:day_ids) AND o.state = ANY(:states) AND l.farm_id = ANY(:farm_ids)
          AND l.state <> 'cancelled'
          AND (CAST(:after_time AS timestamptz) IS NULL
               OR (s.pickup_from, o.slot_id, o.pickup_number)
                  > (CAST(:after_time AS timestamptz), :after_slot, :after_number))
        ORDER BY s.pickup_from, o.slot_id, o.pickup_number LIMIT :orders)
    """


def _after(after: tuple[datetime, int, int] | None, orders: int | None) -> dict[str, Any]:
    moment, slot_id, number = after or (None, 0, 0)
    return {"after_time": moment, "after_slot": slot_id, "after_number": number, "orders": orders}
