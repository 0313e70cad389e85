"""Payment rows: finding and locking them, and moving their state with the order's mirror of it.

An order may have several attempts to pay it, a row each. One of them counts: the one with the money, else the one with
a hold that is not being let go, else the newest. The order's `payment_state` mirrors that one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, select

from marketplace.kernel.database import db
from marketplace.kernel.errors import NotFound
from marketplace.orders.models import Order
from marketplace.orders.states import PAID_FOR
from marketplace.orders.steps import lock_order
from marketplace.payments.models import Payment
from marketplace.payments.states import PAYMENT

WITH_MONEY = ("captured", "partially_refunded")

_RANK = case(
    (Payment.is_stray, 6),
    (Payment.state.in_(WITH_MONEY), 0),
    (
        (Payment.state == "authorized")
        & Payment.hold_lost_at.is_(None)
        & Payment.wanted.is_distinct_from("cancel"),
        1,
    ),
    (Payment.state == "refunded", 2),
    (Payment.state == "authorized", 3),
    (Payment.state.in_(("none", "pending")), 4),
    else_=5,
)


def _counting(order_id: int) -> Select[Any]:
    return select(Payment).where(Payment.order_id == order_id).order_by(_RANK, Payment.id.desc()).limit(1)


def payment_of(order_id: int) -> Payment | None:
    """The payment of an order that counts, None when it has none."""
    return db.session.scalar(_counting(order_id))  # type: ignore[no-any-return]


def open_attempt(order_id: int) -> Payment | None:
    """The newest payment of an order that the customer can still make, None when there is none."""
    return db.session.scalar(  # type: ignore[no-any-return]
        select(Payment)
        .where(Payment.order_id == order_id, Payment.state == "pending", Payment.wanted.is_distinct_from("cancel"))
        .order_by(Payment.id.desc())
        .limit(1)
    )


def owes_again(order: Order, payment: Payment | None) -> bool:
    """Did the hold of an order that goes on come to nothing? Then the customer is asked once more (DECISIONS 16)."""
    return (
        payment is not None
        and order.state in PAID_FOR
        and payment.state == "authorized"
        and payment.hold_lost_at is not None
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
    """The payment of a locked order that counts, locked too."""
    return db.session.scalar(  # type: ignore[no-any-return]
        _counting(order.id).with_for_update().execution_options(populate_existing=True)
    )


def lock_attempts(order: Order) -> list[Payment]:
    """All payments of a locked order, locked too, the oldest first."""
    return list(
        db.session.scalars(
            select(Payment)
            .where(Payment.order_id == order.id)
            .order_by(Payment.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def move(order: Order, payment: Payment, to: str) -> None:
    """Moves a locked payment, and the order's mirror of the one that counts; staying is nothing; refuses what the
    state table does not know.
    """
    if payment.state != to:
        PAYMENT.check(payment.state, to)
        payment.state = to
    db.session.flush()
    counting = payment_of(order.id)
    order.payment_state = to if counting is None else counting.state
    db.session.flush()
