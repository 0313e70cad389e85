"""The pickup is over: who did not come has not collected, the farms get what is theirs, the slot is done."""

from __future__ import annotations

from marketplace.events.facts import OrderNotCollected
from marketplace.events.outbox import publish
from marketplace.kernel.database import command, execute, rows
from marketplace.kernel.each import each
from marketplace.orders.steps import lock_order, step
from marketplace.payments.fulfil import post_fulfilment
from marketplace.pickup.pack_by_default import finish_packing

OVER = "s.pickup_until <= app_now() AND s.cancelled_at IS NULL AND d.cancelled_at IS NULL"


@command
def not_collected(order_id: int) -> bool:
    """A ready order whose pickup is over was not collected: posted like a sale, pay at pickup not at all."""
    order = lock_order(order_id)
    if order.state != "ready":
        return False
    step(order, "not_collected")
    post_fulfilment(order)
    publish(OrderNotCollected(order.id))
    return True


def close_slot(slot_id: int) -> int:
    """Ends a slot whose window is over; how many orders were not collected. Too early or again: nothing.

    Each order in a transaction of its own. The slot is done when none of its orders is open any more.
    """
    finish_packing(slot_id)
    missed = each(_left(slot_id), not_collected)
    _note_finished(slot_id)
    return missed


@command
def _left(slot_id: int) -> list[int]:
    found = rows(
        "SELECT o.id FROM orders o JOIN pickup_slot s ON s.id = o.slot_id JOIN market_day d ON d.id = s.market_day_id"  # noqa: S608 - our own fragments
        f" WHERE o.slot_id = :slot_id AND o.state = 'ready' AND {OVER} ORDER BY o.id",
        slot_id=slot_id,
    )
    return [row.id for row in found]


@command
def _note_finished(slot_id: int) -> None:
    execute(
        f"""
        UPDATE pickup_slot s SET finished_at = app_now() FROM market_day d
        WHERE s.id = :slot_id AND d.id = s.market_day_id AND s.finished_at IS NULL AND {OVER}
          AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.slot_id = s.id
                          AND o.state IN ('awaiting_payment', 'confirmed', 'packing', 'ready'))
        """,  # noqa: S608 - our own fragments
        slot_id=slot_id,
    )


@command
def slots_to_finish() -> list[int]:
    """Slots whose window is over and that are not done, the longest over first."""
    found = rows(
        "SELECT s.id FROM pickup_slot s JOIN market_day d ON d.id = s.market_day_id"  # noqa: S608 - our own fragments
        f" WHERE s.finished_at IS NULL AND {OVER} ORDER BY s.pickup_until, s.id"
    )
    return [row.id for row in found]
