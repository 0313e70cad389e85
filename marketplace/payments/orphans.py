"""Payments at the provider that carry our name and are not the one we count on: let go, or booked and given back.

Such a one becomes an attempt of the order like any other (a row, its charge, its refund), so that the books tell what
the provider's books tell (I18) and no money is left with nobody (I8).
"""

from __future__ import annotations

from sqlalchemy import select

from marketplace.events.facts import PaymentWanted
from marketplace.events.outbox import publish
from marketplace.kernel.database import command, db, in_transaction
from marketplace.kernel.ids import id_from_text
from marketplace.kernel.words import N_
from marketplace.orders.models import Order
from marketplace.payments.bookings import book_balance, book_charge
from marketplace.payments.gateway import PaymentView, gateway
from marketplace.payments.models import Payment
from marketplace.payments.refund import give_back
from marketplace.payments.rows import lock_payment, move


def take_back_stray(payment_id: int, ref: str) -> int | None:
    """A PaymentIntent of a payment that has another one, or asks for another amount: its hold is let go, or its money
    given back. The row that stands for it; None for one that is not ours or costs nobody anything.

    May run twice. Raises ProviderRefused, ProviderUnavailable.
    """
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    view = gateway().payment(ref)
    if id_from_text(view.payment_id) != payment_id or view.currency != "eur":
        return None
    return _adopt(payment_id, view)


@command
def _adopt(payment_id: int, view: PaymentView) -> int | None:
    order, payment = lock_payment(payment_id)
    if view.ref == payment.provider_ref:
        return None
    stray = db.session.scalar(select(Payment).where(Payment.provider_ref == view.ref).with_for_update())
    if stray is None:
        if view.status not in ("requires_capture", "succeeded"):
            return None
        stray = _row(order, payment, view)
    _follow(order, stray, view)
    return stray.id


def _row(order: Order, payment: Payment, view: PaymentView) -> Payment:
    stray = Payment(
        order_id=order.id,
        market_id=order.market_id,
        method=payment.method,
        capture_later=view.status == "requires_capture",
        state="pending",
        is_stray=True,
        amount_cents=view.amount_cents,
        provider_ref=view.ref,
        charge_ref=view.charge_ref,
    )
    db.session.add(stray)
    db.session.flush()
    return stray


def _follow(order: Order, stray: Payment, view: PaymentView) -> None:
    if view.status == "requires_capture" and stray.state in ("pending", "authorized"):
        stray.authorized_cents = view.capturable_cents
        if stray.wanted != "cancel":
            stray.wanted = "cancel"
            publish(PaymentWanted(stray.id))
    elif view.status == "canceled" and stray.state in ("pending", "authorized"):
        stray.wanted = None
        move(order, stray, "cancelled")
    elif view.status == "succeeded":
        _captured(order, stray, view)


def _captured(order: Order, stray: Payment, view: PaymentView) -> None:
    if stray.state in ("pending", "authorized", "cancelled"):
        stray.wanted = None
        stray.charge_ref = view.charge_ref
        stray.authorized_cents = stray.captured_cents = view.received_cents
        move(order, stray, "captured")
        book_charge(order, stray, view.received_cents)
        give_back(order, stray, view.received_cents, N_("Doppelt bezahlt"))
    if view.balance is not None:
        book_balance(order.market_id, view.balance, order.id)
