"""A little more time to pay: once, and never beyond the cut-off plus the usual time (DECISIONS 21)."""

from __future__ import annotations

from datetime import timedelta

from marketplace.kernel import installation
from marketplace.kernel.database import command, execute, scalar
from marketplace.kernel.errors import Conflict
from marketplace.kernel.words import N_
from marketplace.orders.models import Order
from marketplace.orders.steps import lock_order


@command
def extend_hold(order_id: int) -> Order:
    """Gives an order that awaits payment its time once more; Conflict the second time, or when it has ended."""
    order = lock_order(order_id)
    ttl = timedelta(seconds=installation.settings().order_ttl_seconds)
    if order.state != "awaiting_payment" or order.expires_at is None:
        raise Conflict(N_("Diese Bestellung wartet nicht mehr auf eine Zahlung."))
    if order.expires_at > order.placed_at + ttl + timedelta(seconds=1):
        raise Conflict(N_("Die Zeit wurde schon einmal verlängert."))
    cut_off = scalar("SELECT orders_close_at FROM market_day WHERE id = :id", id=order.market_day_id)
    order.expires_at = max(order.expires_at, min(order.expires_at + ttl, cut_off + ttl))
    execute(
        "UPDATE reservation SET expires_at = :until WHERE order_id = :id AND state = 'live'",
        until=order.expires_at,
        id=order.id,
    )
    return order
