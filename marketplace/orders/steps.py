"""The only hands that lock an order and move its state."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.kernel import clock
from marketplace.kernel.database import db
from marketplace.kernel.errors import NotFound
from marketplace.orders.models import Order
from marketplace.orders.states import ORDER

_ENDS = ("collected", "not_collected", "cancelled", "expired")


def lock_order(order_id: int) -> Order:
    """The order, locked FOR UPDATE and read afresh; first in the order of locks (docs/locks.md)."""
    order = db.session.scalar(
        select(Order).where(Order.id == order_id).with_for_update().execution_options(populate_existing=True)
    )
    if order is None:
        raise NotFound()
    return order


def step(order: Order, to: str) -> None:
    """Moves a locked order to `to`; refuses (Conflict) what the state table does not know."""
    ORDER.check(order.state, to)
    order.state = to
    if to in _ENDS:
        order.ended_at = clock.now()
        order.expires_at = None
    if to == "confirmed":
        order.confirmed_at = clock.now()
        order.ended_at = None
        order.expires_at = None
    db.session.flush()
