"""The worker's part of a refund: the provider is asked with the intent's own key, and what it did is booked."""

from __future__ import annotations

from marketplace.events.facts import RefundDone
from marketplace.events.outbox import publish
from marketplace.kernel.database import command, db, in_transaction
from marketplace.kernel.errors import NotFound, TryLater
from marketplace.orders.models import Order
from marketplace.payments.bookings import book_balance, book_refund
from marketplace.payments.gateway import ProviderRefused, RefundView, gateway
from marketplace.payments.models import Payment, Refund
from marketplace.payments.rows import lock_payment, move
from marketplace.payments.shares import farm_parts


def make_refund(refund_id: int) -> None:
    """The worker's part: asks the provider, with the key `re-<uuid>`, and books what it did. May run twice."""
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    request = _open_refund(refund_id)
    if request is None:
        return
    ref, cents, uuid, number = request
    try:
        view = gateway().refund(ref, cents, f"re-{uuid}", {"intent": uuid, "order": number})
    except ProviderRefused as error:
        _refund_failed(refund_id, str(error))
        raise
    _refund_made(refund_id, view)


@command
def _open_refund(refund_id: int) -> tuple[str, int, str, str] | None:
    refund = db.session.get(Refund, refund_id)
    if refund is None or refund.state != "submitting":
        return None
    payment = db.session.get(Payment, refund.payment_id)
    order = db.session.get(Order, refund.order_id)
    if payment is None or order is None or payment.provider_ref is None:
        raise NotFound()
    if payment.state == "authorized":
        raise TryLater("the capture comes first")
    return payment.provider_ref, refund.amount_cents, str(refund.uuid), order.number


@command
def _refund_failed(refund_id: int, error: str) -> None:
    refund = db.session.get(Refund, refund_id)
    if refund is not None:
        refund.last_error = error[:500]


@command
def _refund_made(refund_id: int, view: RefundView) -> None:
    refund = db.session.get(Refund, refund_id)
    assert refund is not None
    order, payment = lock_payment(refund.payment_id)
    db.session.refresh(refund)
    if refund.state == "done":
        return
    refund.provider_ref = view.ref
    refund.state = "done"
    refund.last_error = None
    payment.refunded_cents += refund.amount_cents
    move(order, payment, "refunded" if payment.refunded_cents == payment.captured_cents else "partially_refunded")
    book_refund(order, refund, farm_parts(refund))
    if view.balance is not None:
        book_balance(order.market_id, view.balance, order.id)
    publish(RefundDone(refund.id))
