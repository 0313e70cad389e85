"""Keeping units for an order, selling them, letting them go: the only place that moves `reserved` and `sold`.

DECISIONS 6: lock the stock rows in id order, then one set-based UPDATE that is refused as a whole when one row has
not enough left or an offer has closed. The clock is the database's (`app_now()`), read in the reserving statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.kernel.database import execute, rows
from marketplace.kernel.errors import Closed, Shortage
from marketplace.stock.locks import lock_stock


@dataclass(frozen=True)
class Wanted:
    """`quantity` sale units of an offer, taken from `stock_id`."""

    offer_id: int
    stock_id: int
    quantity: int


RESERVE = """
UPDATE stock s SET reserved = s.reserved + w.quantity
FROM (SELECT o.stock_id, sum(u.quantity) AS quantity, bool_and(NOT o.paused AND o.closes_at > app_now()) AS open
      FROM unnest(CAST(:offers AS bigint[]), CAST(:quantities AS bigint[])) AS u(offer_id, quantity)
      JOIN offer o ON o.id = u.offer_id
      GROUP BY o.stock_id) w
WHERE s.id = w.stock_id AND w.open AND (s.capacity IS NULL OR s.reserved + s.sold + w.quantity <= s.capacity)
"""

LEFT = """
SELECT o.id, o.paused OR o.closes_at <= app_now() AS closed, s.id AS stock_id,
       CASE WHEN s.capacity IS NULL THEN NULL ELSE s.capacity - s.reserved - s.sold END AS available
FROM offer o JOIN stock s ON s.id = o.stock_id WHERE o.id = ANY(:offers)
"""


def reserve(wanted: Sequence[Wanted]) -> None:
    """Keeps all of `wanted`, or nothing. Raises Shortage (what is left of what) or Closed."""
    stock_ids = {item.stock_id for item in wanted}
    lock_stock(stock_ids)
    offers = [item.offer_id for item in wanted]
    touched = execute(RESERVE, offers=offers, quantities=[item.quantity for item in wanted])
    if touched != len(stock_ids):
        raise _why(wanted)


def _why(wanted: Sequence[Wanted]) -> Shortage | Closed:
    """The refusal that fits; read under the locks, so its numbers are true."""
    left = {row.id: row for row in rows(LEFT, offers=[item.offer_id for item in wanted])}
    asked: dict[int, int] = {}
    for item in wanted:
        asked[item.stock_id] = asked.get(item.stock_id, 0) + item.quantity
    closed = [item for item in wanted if left[item.offer_id].closed]
    if closed:
        return Closed(extra={"offers": [str(item.offer_id) for item in closed]})
    return Shortage(
        [
            {
                "offer": str(item.offer_id),
                "requested": item.quantity,
                "available": max(0, left[item.offer_id].available),
            }
            for item in wanted
            if left[item.offer_id].available is not None and left[item.offer_id].available < asked[item.stock_id]
        ]
    )


def _reservations(order_id: int, state: str) -> list[int]:
    return [
        row.stock_id
        for row in rows(
            "SELECT stock_id FROM reservation WHERE order_id = :order_id AND state = :state",
            order_id=order_id,
            state=state,
        )
    ]


def consume(order_id: int) -> int:
    """What was kept for the order is sold. How many reservations moved; again is nothing (I3)."""
    if not lock_stock(_reservations(order_id, "live")):
        return 0
    return execute(
        """
        WITH moved AS (
            UPDATE reservation SET state = 'consumed', expires_at = NULL
            WHERE order_id = :order_id AND state = 'live' RETURNING stock_id, quantity)
        UPDATE stock s SET reserved = s.reserved - m.quantity, sold = s.sold + m.quantity
        FROM (SELECT stock_id, sum(quantity) AS quantity FROM moved GROUP BY stock_id) m WHERE s.id = m.stock_id
        """,
        order_id=order_id,
    )


def release(order_id: int) -> int:
    """What was kept for the order, or sold to it, is free again. How many stock rows moved; again is nothing (I3)."""
    held = _reservations(order_id, "live") + _reservations(order_id, "consumed")
    if not lock_stock(held):
        return 0
    return execute(
        """
        WITH before AS (
            SELECT id, state FROM reservation WHERE order_id = :order_id AND state <> 'released' FOR UPDATE),
        moved AS (
            UPDATE reservation r SET state = 'released', expires_at = NULL FROM before b WHERE r.id = b.id
            RETURNING r.stock_id, r.quantity, b.state AS was)
        UPDATE stock s SET reserved = s.reserved - m.live, sold = s.sold - m.consumed
        FROM (SELECT stock_id, coalesce(sum(quantity) FILTER (WHERE was = 'live'), 0) AS live,
                     coalesce(sum(quantity) FILTER (WHERE was = 'consumed'), 0) AS consumed
              FROM moved GROUP BY stock_id) m
        WHERE s.id = m.stock_id
        """,
        order_id=order_id,
    )


def keep_without_end(order_id: int) -> None:
    """A payment is in process: what is kept for the order stays kept until we know how it ends."""
    execute("UPDATE reservation SET expires_at = NULL WHERE order_id = :id AND state = 'live'", id=order_id)


def reserve_again(order_id: int) -> None:
    """For a payment that came late: sells what the expired order had, if all of it is there and still open.

    Raises Shortage or Closed as `reserve` does.
    """
    kept = rows(
        "SELECT offer_id, stock_id, quantity FROM reservation WHERE order_id = :id AND state = 'released'", id=order_id
    )
    reserve([Wanted(row.offer_id, row.stock_id, row.quantity) for row in kept])
    execute("UPDATE reservation SET state = 'live' WHERE order_id = :id AND state = 'released'", id=order_id)
    consume(order_id)
