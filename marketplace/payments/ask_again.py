"""A hold that brought no money: the customer is asked once more, by a page of its own (DECISIONS 16).

The old payment stays `authorized` and an exception for the office until the new one is paid; then its hold is let go.
A new attempt is captured at once: what is owed is known, or given back when it is.
"""

from __future__ import annotations

from marketplace.events.facts import PaymentNeeded, PaymentWanted
from marketplace.events.outbox import publish
from marketplace.kernel.clock import machine_now, now
from marketplace.kernel.database import command, db
from marketplace.kernel.errors import Conflict
from marketplace.kernel.words import N_
from marketplace.orders.models import Order
from marketplace.orders.steps import lock_order
from marketplace.payments.models import Payment
from marketplace.payments.refund import BEFORE_READY, lowered_by_market
from marketplace.payments.rows import lock_payment_of, open_attempt, owes_again

LEAST_CENTS = 50


@command
def ask_again(order_id: int, *, tell: bool = True) -> Payment:
    """The attempt by which an order whose hold was lost can be paid: the open one, or a new one.

    `tell`: a new one is mailed to the customer. Conflict when nothing is open, or less than a card can pay.
    """
    order = lock_order(order_id)
    payment = lock_payment_of(order)
    if payment is None or not owes_again(order, payment):
        raise Conflict(N_("Für diese Bestellung ist keine Zahlung offen."))
    if owed_now(order) < LEAST_CENTS:
        raise Conflict(N_("Weniger als 50 Cent lassen sich nicht mit Karte zahlen."))
    return _attempt(order, tell=tell)


def lose_hold(order: Order, payment: Payment, why: str) -> None:
    """For a locked authorised payment whose hold brings nothing any more: an exception, and the customer is asked."""
    payment.wanted = None
    payment.last_error = why[:500]
    payment.hold_lost_at = payment.hold_lost_at or now()
    db.session.flush()
    if owes_again(order, payment) and owed_now(order) >= LEAST_CENTS:
        _attempt(order, tell=True)


def owed_now(order: Order) -> int:
    """Cents to ask for: what was packed; before that the most that the order may come to."""
    cents = order.owed_cents - lowered_by_market(order)
    return cents + order.hold_cents - order.total_cents if order.state in BEFORE_READY else cents


def _attempt(order: Order, *, tell: bool) -> Payment:
    """Two who ask at once get one attempt: the order is locked."""
    found = open_attempt(order.id)
    if found is not None and (found.session_expires_at is None or found.session_expires_at > machine_now()):
        return found
    if found is not None:
        found.wanted = "cancel"
        publish(PaymentWanted(found.id))
    payment = Payment(
        order_id=order.id,
        market_id=order.market_id,
        method="card",
        capture_later=False,
        state="pending",
        wanted="session",
        amount_cents=owed_now(order),
    )
    db.session.add(payment)
    db.session.flush()
    publish(PaymentWanted(payment.id), *((PaymentNeeded(payment.id),) if tell else ()))
    return payment
