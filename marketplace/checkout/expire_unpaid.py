"""Unpaid orders free their stock when their time is over. Looks for "not yet done", never for "since the last run"."""

from __future__ import annotations

from marketplace.events.facts import OrderCancelled, OrderExpired
from marketplace.events.outbox import publish
from marketplace.kernel import clock
from marketplace.kernel.database import command, rows
from marketplace.kernel.each import each
from marketplace.market_days.places import free_place
from marketplace.orders.steps import lock_order, step
from marketplace.payments.ready import let_go
from marketplace.payments.rows import lock_payment_of
from marketplace.stock.reserve import release


@command
def overdue_orders(most: int = 500) -> list[int]:
    """Ids of orders that await payment beyond their time, the oldest first."""
    found = rows(
        "SELECT id FROM orders WHERE state = 'awaiting_payment' AND expires_at <= app_now()"
        " ORDER BY expires_at LIMIT :most",
        most=most,
    )
    return [row.id for row in found]


@command
def expire_order(order_id: int) -> bool:
    """Expires one order if it is still unpaid and overdue: stock and place are free, its payment page is closed."""
    order = lock_order(order_id)
    if order.state != "awaiting_payment" or order.expires_at is None or order.expires_at > clock.now():
        return False
    release(order.id)
    free_place(order.slot_id)
    step(order, "expired")
    let_go(order, lock_payment_of(order))
    publish(OrderExpired(order.id))
    return True


def expire_unpaid() -> int:
    """Expires all that are overdue, each in a transaction of its own; how many."""
    return each(overdue_orders(), expire_order)


@command
def debits_in_process() -> list[int]:
    """Ids of orders whose debit is still in process though the cut-off is over (DECISIONS 13)."""
    found = rows(
        """
        SELECT o.id FROM orders o JOIN market_day d ON d.id = o.market_day_id
        WHERE o.state = 'awaiting_payment' AND o.expires_at IS NULL AND d.orders_close_at <= app_now()
        ORDER BY o.id
        """
    )
    return [row.id for row in found]


@command
def cancel_debit(order_id: int) -> bool:
    """Cancels one order whose debit did not come in time: its goods are free, its money goes back when it comes."""
    order = lock_order(order_id)
    if order.state != "awaiting_payment" or order.expires_at is not None:
        return False
    release(order.id)
    free_place(order.slot_id)
    step(order, "cancelled")
    let_go(order, lock_payment_of(order))
    publish(OrderCancelled(order.id))
    return True


def free_debits_in_process() -> int:
    """Cancels all orders whose debit is in process at the cut-off, each in a transaction of its own; how many."""
    return each(debits_in_process(), cancel_debit)
