"""The last line of an order has its result: it is ready, and what is really owed is captured."""

from __future__ import annotations

from marketplace.events.facts import OrderCancelled, OrderReady, PaymentWanted
from marketplace.events.outbox import publish
from marketplace.kernel.database import db
from marketplace.kernel.words import N_
from marketplace.market_days.places import free_place
from marketplace.orders.models import Order
from marketplace.orders.steps import step
from marketplace.payments.models import Payment
from marketplace.payments.refund import give_back, left_cents, lowered_by_market
from marketplace.payments.rows import lock_attempts, lock_payment_of
from marketplace.payments.shares import bear_no_more_than
from marketplace.stock.reserve import release


def make_ready(order: Order) -> None:
    """For a locked order in `packing` whose lines all have a result.

    `owed_cents` becomes the sum of the lines' amounts; less than authorised is captured, more than captured is given
    back. Nothing left: the order is cancelled and the hold let go (DECISIONS 16).
    """
    order.owed_cents = sum(line.amount_cents for line in order.lines)
    payment = lock_payment_of(order)
    if order.owed_cents == 0:
        _nothing_left(order, payment)
        return
    step(order, "ready")
    if payment is not None:
        settle_owed(order, payment)
    publish(OrderReady(order.id))


def settle_owed(order: Order, payment: Payment) -> None:
    """Capture what is owed of a hold, or give back what was captured above it.

    What was refunded before stays refunded: it is a reduction of what is owed, borne by whom it says.
    """
    bear_no_more_than(order, payment, order.owed_cents)
    owed = order.owed_cents - lowered_by_market(order)
    if payment.state == "authorized" and payment.wanted == "capture" and (payment.capture_cents or 0) >= owed > 0:
        return  # it is being taken whole: a key goes with one amount, and the difference is given back once it is here
    if payment.state == "authorized":
        payment.capture_cents = owed
        payment.wanted = "capture" if owed > 0 else "cancel"
        publish(PaymentWanted(payment.id))
    elif payment.state in ("captured", "partially_refunded"):
        give_back(order, payment, payment.captured_cents - owed, N_("Weniger gepackt als bezahlt"))


def _nothing_left(order: Order, payment: Payment | None) -> None:
    step(order, "cancelled")
    release(order.id)
    free_place(order.slot_id)
    let_go(order, payment)
    publish(OrderCancelled(order.id))


def let_go(order: Order, payment: Payment | None) -> None:
    """The order ended without goods: its page is closed, its hold let go, what was captured goes back.

    Of every attempt to pay it, not only of the one that counts.
    """
    if payment is None:
        return
    bear_no_more_than(order, payment, 0)
    for attempt in lock_attempts(order):
        if attempt.state in ("pending", "authorized", "failed"):
            attempt.wanted = "cancel"
            publish(PaymentWanted(attempt.id))
        elif attempt.state in ("captured", "partially_refunded"):
            give_back(order, attempt, attempt.captured_cents, N_("Bestellung storniert"))
    db.session.flush()


def keep_only(order: Order, payment: Payment) -> None:
    """Of several attempts at most one takes money (I5): for a locked payment that has just brought some.

    Another one that has money already keeps it, and this one goes back; one that has none, or all of whose money is on
    its way back, is let go. Of two holds the first one stays.
    """
    for other in lock_attempts(order):
        if other.id == payment.id or other.is_stray:
            continue
        if other.state in ("captured", "partially_refunded"):
            if left_cents(other) > 0:
                _one_too_many(order, payment)
        elif payment.state == "authorized" and _holds(other):
            _one_too_many(order, payment)
        elif other.state in ("pending", "authorized") and other.wanted != "cancel":
            other.wanted = "cancel"
            publish(PaymentWanted(other.id))


def _holds(payment: Payment) -> bool:
    return payment.state == "authorized" and payment.hold_lost_at is None and payment.wanted != "cancel"


def _one_too_many(order: Order, payment: Payment) -> None:
    if payment.state == "authorized":
        payment.wanted = "cancel"
        publish(PaymentWanted(payment.id))
    else:
        give_back(order, payment, payment.captured_cents, N_("Doppelt bezahlt"))
