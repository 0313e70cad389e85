"""Cancelling: stock and place are free at once, the hold is let go or the money goes back."""

from __future__ import annotations

from marketplace.events.facts import OrderCancelled
from marketplace.events.outbox import publish
from marketplace.kernel.database import command, scalar
from marketplace.kernel.errors import Closed, Conflict
from marketplace.kernel.words import N_
from marketplace.market_days.places import free_place
from marketplace.orders.models import Order
from marketplace.orders.steps import lock_order, step
from marketplace.payments.ready import let_go
from marketplace.payments.rows import lock_payment_of
from marketplace.stock.reserve import release

BY_CUSTOMER = ("awaiting_payment", "confirmed")
BY_OFFICE = (*BY_CUSTOMER, "packing", "ready")


@command
def cancel_order(order_id: int, *, by_office: bool = False) -> Order:
    """Cancels an order. A customer until the cut-off (Closed after it), the office until it is handed over.

    A cancelled order is cancelled already: again is nothing. Conflict for orders that have ended otherwise.
    """
    order = lock_order(order_id)
    if order.state == "cancelled":
        return order
    if order.state not in BY_OFFICE:
        raise Conflict(N_("Diese Bestellung kann nicht mehr storniert werden."))
    if not by_office and (order.state not in BY_CUSTOMER or _cut_off_is_over(order)):
        raise Closed(N_("Der Bestellschluss ist vorbei, die Höfe packen schon. Bitte rufen Sie die Marktleitung an."))
    release(order.id)
    free_place(order.slot_id)
    step(order, "cancelled")
    let_go(order, lock_payment_of(order))
    publish(OrderCancelled(order.id))
    return order


def _cut_off_is_over(order: Order) -> bool:
    return bool(scalar("SELECT orders_close_at <= app_now() FROM market_day WHERE id = :id", id=order.market_day_id))
