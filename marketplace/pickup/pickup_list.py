"""What a host sees: the slots of the day, the orders of a slot, one order at the counter. One SQL statement each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from marketplace.kernel.database import rows
from marketplace.kernel.errors import NotFound
from marketplace.pickup.hosts import MAY_SERVE, Host
from marketplace.pickup.packing_list import FIRST_NAME

# What stands on the list of a slot: nothing that was never paid for.
ON_THE_LIST = ("confirmed", "packing", "ready", "collected", "not_collected", "cancelled")
STILL_TO_COME = ("confirmed", "packing", "ready")

SLOTS = (
    """
SELECT s.id, s.market_id, d.date, p.id AS point_id, p.name AS point_name, p.town AS point_town,
       p.kind = 'shelf' AS unattended, s.pickup_from, s.pickup_until, d.orders_close_at, m.timezone,
       s.cancelled_at IS NOT NULL OR d.cancelled_at IS NOT NULL AS cancelled, s.finished_at IS NOT NULL AS finished,
       count(o.id) FILTER (WHERE o.state = ANY(:waiting)) AS waiting,
       count(o.id) FILTER (WHERE o.state = 'ready') AS ready,
       count(o.id) FILTER (WHERE o.state = 'collected') AS collected,
       count(o.id) FILTER (WHERE o.state = 'not_collected') AS missed
FROM pickup_slot s
JOIN market_day d ON d.id = s.market_day_id
JOIN market m ON m.id = s.market_id
JOIN pickup_point p ON p.id = s.pickup_point_id
LEFT JOIN orders o ON o.slot_id = s.id
WHERE """
    + MAY_SERVE
    + """ {more}
GROUP BY s.id, d.id, p.id, m.id
ORDER BY s.pickup_from, p.name, s.id LIMIT :limit
"""
)

ORDERS = (
    """
SELECT o.id, o.number, o.pickup_number, o.pickup_code, """
    + FIRST_NAME
    + """ AS first_name, o.state, o.payment_method, o.payment_state, o.owed_cents, o.ended_at,
       count(l.id) FILTER (WHERE l.state <> 'cancelled') AS lines,
       count(DISTINCT l.farm_id) FILTER (WHERE l.state <> 'cancelled') AS farms,
       count(l.id) FILTER (WHERE l.state = 'short') AS short,
       coalesce(max(l.min_age) FILTER (WHERE coalesce(l.packed_quantity, l.quantity) > 0), 0) AS min_age
FROM orders o
JOIN pickup_slot s ON s.id = o.slot_id
LEFT JOIN order_line l ON l.order_id = o.id
WHERE """
    + MAY_SERVE
    + """ AND o.slot_id = :slot_id AND o.state = ANY(:states) AND o.pickup_number > :after
GROUP BY o.id ORDER BY o.pickup_number LIMIT :limit
"""
)

ONE = (
    """
SELECT o.id, o.number, o.pickup_number, """
    + FIRST_NAME
    + """ AS first_name, o.state, o.payment_method, o.payment_state, o.owed_cents, o.ended_at, o.slot_id,
       p.name AS point_name, p.town AS point_town, s.pickup_from, s.pickup_until, d.date, m.timezone, o.market_id
FROM orders o
JOIN pickup_slot s ON s.id = o.slot_id
JOIN pickup_point p ON p.id = s.pickup_point_id
JOIN market_day d ON d.id = o.market_day_id
JOIN market m ON m.id = o.market_id
WHERE """
    + MAY_SERVE
    + " AND o.number = :number"
)

LINES = """
SELECT l.id, l.order_id, f.name AS farm_name, l.name, l.sale_unit, l.quantity, l.packed_quantity, l.weight_g, l.state,
       l.reason, l.min_age, l.unit_deposit_cents
FROM order_line l JOIN farm f ON f.id = l.farm_id
WHERE l.order_id = ANY(:order_ids) AND l.state <> 'cancelled' ORDER BY l.order_id, f.name, l.name, l.id
"""

DEPOSITS = """
SELECT v.deposit_cents FROM variant v JOIN farm f ON f.id = v.farm_id
WHERE f.market_id = :market_id AND v.deposit_cents > 0 AND NOT v.archived
GROUP BY v.deposit_cents ORDER BY count(*) DESC, v.deposit_cents LIMIT :limit
"""


@dataclass(frozen=True)
class HostSlot:
    """A slot that the host may serve, with how many orders wait, are ready, collected, missed."""

    id: int
    market_id: int
    date: date
    point_id: int
    point_name: str
    point_town: str
    unattended: bool
    pickup_from: datetime
    pickup_until: datetime
    orders_close_at: datetime
    timezone: str
    cancelled: bool
    finished: bool
    waiting: int
    ready: int
    collected: int
    missed: int


@dataclass(frozen=True)
class SlotOrder:
    """An order of the list. `min_age`: of what was packed, 0 for none; `short`: lines with less than ordered."""

    id: int
    number: str
    pickup_number: int
    pickup_code: str
    first_name: str
    state: str
    payment_method: str
    payment_state: str
    owed_cents: int
    ended_at: datetime | None
    lines: int
    farms: int
    short: int
    min_age: int

    @property
    def to_pay_cents(self) -> int:
        """Cents that the host takes at the handover; 0 when it is paid for."""
        return self.owed_cents if self.payment_method == "pay_at_pickup" and self.payment_state == "none" else 0


@dataclass(frozen=True)
class CounterLine:
    """A line as it lies in the crate."""

    id: int
    order_id: int
    farm_name: str
    name: str
    sale_unit: str
    quantity: int
    packed_quantity: int | None
    weight_g: int | None
    state: str
    reason: str
    min_age: int
    unit_deposit_cents: int

    @property
    def there(self) -> int:
        """Sale units in the crate; what has no result yet counts as ordered."""
        return self.quantity if self.packed_quantity is None else self.packed_quantity


@dataclass(frozen=True)
class CounterOrder:
    """An order at the counter, with its lines by farm."""

    id: int
    number: str
    pickup_number: int
    first_name: str
    state: str
    payment_method: str
    payment_state: str
    owed_cents: int
    ended_at: datetime | None
    slot_id: int
    point_name: str
    point_town: str
    pickup_from: datetime
    pickup_until: datetime
    date: date
    timezone: str
    market_id: int
    lines: tuple[CounterLine, ...] = ()

    @property
    def min_age(self) -> int:
        """The strictest age limit in the crate; 0 for none."""
        return max((line.min_age for line in self.lines if line.there), default=0)

    @property
    def to_pay_cents(self) -> int:
        """Cents that the host takes now; 0 when it is paid for."""
        return self.owed_cents if self.payment_method == "pay_at_pickup" and self.payment_state == "none" else 0


def slots_of_host(host: Host, *, since: datetime, until: datetime, limit: int = 100) -> list[HostSlot]:
    """Slots that end after `since` and begin before `until`, by time and place."""
    found = rows(
        SLOTS.format(more="AND s.pickup_until > :since AND s.pickup_from < :until"),
        since=since,
        until=until,
        waiting=list(STILL_TO_COME),
        limit=limit,
        **host.bounds(),
    )
    return [HostSlot(**row._mapping) for row in found]


def slot_of_host(slot_id: int, host: Host) -> HostSlot:
    """One slot; foreign and unknown ones are NotFound."""
    found = rows(
        SLOTS.format(more="AND s.id = :slot_id"), slot_id=slot_id, waiting=list(STILL_TO_COME), limit=1, **host.bounds()
    )
    if not found:
        raise NotFound()
    return HostSlot(**found[0]._mapping)


def orders_of_slot(slot_id: int, host: Host, *, after: int = 0, limit: int = 1000) -> list[SlotOrder]:
    """The orders of a slot by their large number; `after` is the last number that was seen."""
    found = rows(ORDERS, slot_id=slot_id, states=list(ON_THE_LIST), after=after, limit=limit, **host.bounds())
    return [SlotOrder(**row._mapping) for row in found]


def lines_at_counter(order_ids: list[int]) -> list[CounterLine]:
    """The lines of these orders, by farm."""
    return [CounterLine(**row._mapping) for row in rows(LINES, order_ids=order_ids)]


def order_at_counter(number: str, host: Host) -> CounterOrder:
    """The order of that number with its lines; foreign and unknown ones are NotFound."""
    found = rows(ONE, number=number[:40].replace("\0", ""), **host.bounds())
    if not found:
        raise NotFound()
    return CounterOrder(**found[0]._mapping, lines=tuple(lines_at_counter([found[0].id])))


def deposit_kinds(market_id: int, limit: int = 6) -> list[int]:
    """The deposits that come back at this market, cents apiece, the usual ones first."""
    return [int(row.deposit_cents) for row in rows(DEPOSITS, market_id=market_id, limit=limit)]
