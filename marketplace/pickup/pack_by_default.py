"""The pickup begins: lines that nobody touched count as packed as ordered, and what is owed is captured."""

from __future__ import annotations

from marketplace.kernel.database import command, execute, rows
from marketplace.kernel.each import each
from marketplace.orders.models import Order
from marketplace.orders.steps import lock_order, step
from marketplace.pickup.amounts import amount_as_ordered
from marketplace.pickup.pack import finish_if_complete, lines_of

TO_PACK = """
SELECT o.id FROM orders o JOIN pickup_slot s ON s.id = o.slot_id JOIN market_day d ON d.id = s.market_day_id
WHERE o.slot_id = :slot_id AND o.state IN ('confirmed', 'packing')
  AND s.pickup_from <= app_now() AND d.orders_close_at <= app_now()
  AND s.cancelled_at IS NULL AND d.cancelled_at IS NULL
ORDER BY o.id
"""


@command
def pack_order_by_default(order_id: int) -> bool:
    """Packs what is still open of an order as it was ordered, flagged for the office; whether there was anything."""
    order = lock_order(order_id)
    if order.state not in ("confirmed", "packing"):
        return False
    complete_as_ordered(order)
    return True


def complete_as_ordered(order: Order) -> None:
    """For a locked order that is confirmed or being packed: its open lines as ordered, then it is ready."""
    if order.state == "confirmed":
        step(order, "packing")
    lines = lines_of(order)
    for line in lines:
        if line.state != "open":
            continue
        amount = amount_as_ordered(line)
        line.packed_quantity = line.quantity
        line.amount_cents = amount.amount_cents
        line.deposit_cents = amount.deposit_cents
        line.state = "packed"
        order.packed_by_default = True
    finish_if_complete(order, lines)


def finish_packing(slot_id: int) -> int:
    """Makes every order of a slot ready whose pickup has begun, each in a transaction of its own; how many.

    Too early, cancelled, or done already: nothing. One order that fails does not keep the others from being ready.
    """
    with_default = each(_to_pack(slot_id), pack_order_by_default)
    _note_ready(slot_id)
    return with_default


@command
def _to_pack(slot_id: int) -> list[int]:
    return [row.id for row in rows(TO_PACK, slot_id=slot_id)]


@command
def _note_ready(slot_id: int) -> None:
    execute(
        """
        UPDATE pickup_slot s SET ready_at = app_now()
        WHERE s.id = :slot_id AND s.ready_at IS NULL AND s.pickup_from <= app_now()
          AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.slot_id = s.id AND o.state IN ('confirmed', 'packing'))
        """,
        slot_id=slot_id,
    )


@command
def slots_to_begin() -> list[int]:
    """Slots whose pickup has begun and that are not all ready: also for orders that were paid after it began."""
    found = rows(
        """
        SELECT s.id FROM pickup_slot s JOIN market_day d ON d.id = s.market_day_id
        WHERE s.pickup_from <= app_now() AND s.cancelled_at IS NULL AND d.cancelled_at IS NULL
          AND d.orders_close_at <= app_now() AND s.finished_at IS NULL
          AND (s.ready_at IS NULL
               OR EXISTS (SELECT 1 FROM orders o WHERE o.slot_id = s.id AND o.state IN ('confirmed', 'packing')))
        ORDER BY s.pickup_from, s.id
        """
    )
    return [row.id for row in found]
