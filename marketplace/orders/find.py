"""Finding orders. Whoever asks for others than their own goes through the rooms that check the tenant."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.kernel.database import db
from marketplace.kernel.errors import NotFound
from marketplace.orders.models import Order


def order_by_number(number: str, *, markets: list[int] | None = None) -> Order:
    """The order of that number, within `markets` when given; NotFound otherwise."""
    query = select(Order).where(Order.number == number[:40])
    if markets is not None:
        query = query.where(Order.market_id.in_(markets))
    order = db.session.scalar(query)
    if order is None:
        raise NotFound()
    return order


def order_by_id(order_id: int) -> Order:
    """The order of that id; NotFound otherwise."""
    order = db.session.get(Order, order_id)
    if order is None:
        raise NotFound()
    return order


def order_by_checkout(scope: str, key: str) -> Order | None:
    """The order that a form or request with this key has made, None when it has made none."""
    return db.session.scalar(select(Order).where(Order.checkout_scope == scope, Order.checkout_key == key))  # type: ignore[no-any-return]
