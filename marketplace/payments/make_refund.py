"""The worker's part of a refund: the provider is asked with the intent's own key, and what it did is booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from marketplace.events.facts import RefundDone
from marketplace.events.outbox import publish
from marketplace.kernel.clock import now
from marketplace.kernel.database import command, db, in_transaction
from marketplace.kernel.errors import NotFound, TryLater
from marketplace.orders.models import Order, OrderLine
from marketplace.payments.bookings import book_balance, book_refund, book_refund_came_back
from marketplace.payments.gateway import ProviderRefused, RefundView, gateway
from marketplace.payments.models import Payment, Refund, RefundShare
from marketplace.payments.rows import lock_payment, move
from marketplace.payments.shares import farm_parts

CAME_BACK = ("failed", "canceled")
# The provider forgets a key after a day; well before that we look for what an unanswered try may have done.
KEYS_LIVE = timedelta(hours=20)


@dataclass(frozen=True)
class _Request:
    """`intent`: the uuid of our row, which is the key and stands in the refund's metadata."""

    payment_ref: str
    cents: int
    intent: str
    order_number: str
    is_old: bool


def make_refund(refund_id: int) -> None:
    """The worker's part: asks the provider, with the key `re-<uuid>`, and books what it did. May run twice."""
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    request = _open_refund(refund_id)
    if request is None:
        return
    view = gateway().find_refund(request.payment_ref, request.intent) if request.is_old else None
    if view is None:
        about = {"intent": request.intent, "order": request.order_number}
        try:
            view = gateway().refund(request.payment_ref, request.cents, f"re-{request.intent}", about)
        except ProviderRefused as error:
            _refund_failed(refund_id, str(error))
            raise
    _refund_made(refund_id, view)
    if view.status in CAME_BACK:
        _came_back(refund_id, view)


def look_at_refund(ref: str) -> None:
    """A refund of ours may have come back since (an event spoke of it). Nothing for those that are not ours."""
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    refund_id = _refund_by_ref(ref)
    if refund_id is None:
        return
    view = gateway().refund_by_ref(ref)
    _note_rows(refund_id, view)
    if view.status in CAME_BACK:
        _came_back(refund_id, view)


@command
def _refund_by_ref(ref: str) -> int | None:
    return db.session.scalar(select(Refund.id).where(Refund.provider_ref == ref))  # type: ignore[no-any-return]


@command
def _note_rows(refund_id: int, view: RefundView) -> None:
    """The provider's rows of a refund, which may come later than the refund itself."""
    order, _, _ = _lock_refund(refund_id)
    for row in (view.balance, view.failure):
        if row is not None:
            book_balance(order.market_id, row, order.id)


@command
def _open_refund(refund_id: int) -> _Request | None:
    refund = db.session.get(Refund, refund_id)
    if refund is None or refund.state != "submitting":
        return None
    payment = db.session.get(Payment, refund.payment_id)
    order = db.session.get(Order, refund.order_id)
    if payment is None or order is None or payment.provider_ref is None:
        raise NotFound()
    if payment.state == "authorized":
        raise TryLater("the capture comes first")
    return _Request(
        payment.provider_ref,
        refund.amount_cents,
        str(refund.uuid),
        order.number,
        is_old=refund.created_at < now() - KEYS_LIVE,
    )


@command
def _refund_failed(refund_id: int, error: str) -> None:
    refund = db.session.get(Refund, refund_id)
    if refund is not None:
        refund.last_error = error[:500]


@command
def _refund_made(refund_id: int, view: RefundView) -> None:
    order, payment, refund = _lock_refund(refund_id)
    if refund.state != "submitting":
        return
    refund.provider_ref = view.ref
    refund.state = "done"
    refund.last_error = None
    payment.refunded_cents += refund.amount_cents
    _follow(order, payment)
    book_refund(order, refund, farm_parts(refund))
    if view.balance is not None:
        book_balance(order.market_id, view.balance, order.id)
    publish(RefundDone(refund.id))


@command
def _came_back(refund_id: int, view: RefundView) -> None:
    """The provider could not carry it out: the books say so, the lines can be refunded again, the office is told."""
    order, payment, refund = _lock_refund(refund_id)
    if refund.state != "done":
        return
    refund.state = "failed"
    refund.last_error = f"{view.ref}: {view.status}"
    payment.refunded_cents -= refund.amount_cents
    _follow(order, payment)
    book_refund_came_back(order, refund)
    if view.failure is not None:
        book_balance(order.market_id, view.failure, order.id)
    for share in db.session.scalars(select(RefundShare).where(RefundShare.refund_id == refund.id)).all():
        line = db.session.get_one(OrderLine, share.line_id)
        line.refunded_quantity -= share.quantity
        line.refunded_cents -= share.amount_cents


def _lock_refund(refund_id: int) -> tuple[Order, Payment, Refund]:
    """Order, payment and refund, locked in this order (docs/locks.md)."""
    found = db.session.get(Refund, refund_id)
    if found is None:
        raise NotFound()
    order, payment = lock_payment(found.payment_id)
    db.session.refresh(found, with_for_update=True)
    return order, payment, found


def _follow(order: Order, payment: Payment) -> None:
    """The payment's state by what has gone back of it."""
    if payment.refunded_cents == 0:
        move(order, payment, "captured")
    elif payment.refunded_cents == payment.captured_cents:
        move(order, payment, "refunded")
    else:
        move(order, payment, "partially_refunded")
