"""The link of an order: a token made from its stored seed and the installation's secret (192 bits)."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.kernel import installation
from marketplace.kernel.database import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.ids import derived_token, same
from marketplace.orders.models import Order


def token_of(order: Order) -> str:
    """The token of an order; the same every time, unguessable without the secret."""
    return derived_token(installation.settings().secret_key, "order", order.token_seed)


def order_by_token(number: str, token: str | None) -> Order:
    """The order of that number when the token is its own; else NotFound, whatever was wrong."""
    order = db.session.scalar(select(Order).where(Order.number == number))
    if order is None or not token or not same(token_of(order), token):
        raise NotFound()
    return order
