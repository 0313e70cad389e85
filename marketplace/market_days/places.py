"""Places in a slot: one an order, never more than its capacity. Locked after the stock (docs/locks.md)."""

from __future__ import annotations

from marketplace.kernel.database import execute, rows
from marketplace.kernel.errors import Closed, NotFound, SlotFull


def take_place(slot_id: int, *, late: bool = False) -> int:
    """Takes a place and gives the next pickup number. Raises Closed or SlotFull.

    `late`: for a payment that came after the order expired; the cut-off was kept when it was placed.
    """
    taken = rows(
        """
        UPDATE pickup_slot s SET booked = s.booked + 1, last_number = s.last_number + 1
        FROM market_day d
        WHERE s.id = :slot_id AND d.id = s.market_day_id AND s.booked < s.capacity
          AND s.cancelled_at IS NULL AND d.cancelled_at IS NULL
          AND (:late OR (d.orders_open_at <= app_now() AND d.orders_close_at > app_now()))
          AND s.pickup_until > app_now()
        RETURNING s.last_number
        """,
        slot_id=slot_id,
        late=late,
    )
    if taken:
        return int(taken[0].last_number)
    left = rows("SELECT capacity - booked AS places FROM pickup_slot WHERE id = :slot_id", slot_id=slot_id)
    if not left:
        raise NotFound()
    raise SlotFull() if left[0].places <= 0 else Closed()


def free_place(slot_id: int) -> None:
    """Gives a place back; the number is not used again."""
    execute("UPDATE pickup_slot SET booked = booked - 1 WHERE id = :slot_id", slot_id=slot_id)
