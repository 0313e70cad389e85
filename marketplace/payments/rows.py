"""Payment rows: finding and locking them, and moving their state with the order's mirror of it."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.kernel.database import db
from marketplace.kernel.errors import NotFound
from marketplace.orders.models import Order
from marketplace.orders.steps import lock_order
from marketplace.payments.models import Payment
from marketplace.payments.states import PAYMENT


def payment_of(order_id: int) -> Payment | None:
    """The newest payment of an order, None when it has none."""
    return db.session.scalar(  # type: ignore[no-any-return]
        select(Payment).where(Payment.order_id == order_id).order_by(Payment.id.desc()).limit(1)
    )


def lock_payment(payment_id: int) -> tuple[Order, Payment]:
    """The order, then its payment, both locked (docs/locks.md: the order first) and read afresh."""
    order_id = db.session.scalar(select(Payment.order_id).where(Payment.id == payment_id))
    if order_id is None:
        raise NotFound()
    order = lock_order(order_id)
    payment = db.session.scalar(
        select(Payment).where(Payment.id == payment_id).with_for_update().execution_options(populate_existing=True)
    )
    assert payment is not None
    return order, payment


def lock_payment_of(order: Order) -> Payment | None:
    """The newest payment of a locked order, locked too."""
    return db.session.scalar(  # type: ignore[no-any-return]
        select(Payment)
        .where(Payment.order_id == order.id)
        .order_by(Payment.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def move(order: Order, payment: Payment, to: str) -> None:
    """Moves a locked payment and the order's mirror; staying is nothing; refuses what the state table does not know."""
    if payment.state != to:
        PAYMENT.check(payment.state, to)
        payment.state = to
    order.payment_state = to
    db.session.flush()
