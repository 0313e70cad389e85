"""The worker's part of a refund: the provider is asked with the intent's own key, and what it did is booked."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.events.facts import RefundDone
from marketplace.events.outbox import publish
from marketplace.kernel.clock import now
from marketplace.kernel.database import command, db, in_transaction
from marketplace.kernel.errors import NotFound, TryLater
from marketplace.orders.models import Order
from marketplace.payments.bookings import book_balance, book_refund, book_refund_came_back
from marketplace.payments.dispute import look_at_disputes_of
from marketplace.payments.dispute_refunds import drop, is_undecided, off_the_lines, times_won
from marketplace.payments.found_refunds import row_of, write_down
from marketplace.payments.gateway import ProviderRefused, RefundView, gateway
from marketplace.payments.keys import KEYS_LIVE
from marketplace.payments.models import Payment, Refund
from marketplace.payments.rows import lock_payment, move
from marketplace.payments.shares import farm_parts

CAME_BACK = ("failed", "canceled")


@dataclass(frozen=True)
class _Request:
    """`intent`: the uuid of our row, which makes the key and stands in the refund's metadata.

    `look_first`: an earlier try may have done it, and its key is forgotten or not used again.
    """

    payment_ref: str
    cents: int
    intent: str
    key: str
    order_number: str
    look_first: bool


def make_refund(refund_id: int) -> None:
    """The worker's part: asks the provider, with the key `re-<uuid>`, and books what it did. May run twice."""
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    request = _open_refund(refund_id)
    if request is None:
        return
    view = gateway().find_refund(request.payment_ref, request.intent) if request.look_first else None
    if view is None:
        about = {"intent": request.intent, "order": request.order_number}
        try:
            view = gateway().refund(request.payment_ref, request.cents, request.key, about)
        except ProviderRefused as error:
            _refund_failed(refund_id, str(error))
            if _has_become_needless(refund_id, request.payment_ref):
                return
            raise
    _refund_made(refund_id, view)
    if view.status in CAME_BACK:
        _came_back(refund_id, view)


def look_for_refund(refund_id: int) -> bool:
    """Books a refund of which we do not know whether it was made, if it was. Asks for nothing anew, ever."""
    request = _open_refund(refund_id)
    view = None if request is None else gateway().find_refund(request.payment_ref, request.intent)
    if view is None:
        return False
    return look_at_refund(view.ref)


def look_at_refund(ref: str) -> bool:
    """A refund (re_…) as it is now: ours may have come back, or somebody made it at the provider by hand.

    False for a refund of a payment of nobody here, and for one that moved no money. May run twice.
    """
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    view = gateway().refund_by_ref(ref)
    refund_id = row_of(view)
    if refund_id is None:
        refund_id = _adopt(view)
    else:
        _refund_made(refund_id, view)
    if refund_id is None:
        return False
    _note_rows(refund_id, view)
    if view.status in CAME_BACK:
        _came_back(refund_id, view)
    return True


def look_at_refunds_of(payment_ref: str) -> None:
    """Looks at every refund that the provider has of a PaymentIntent."""
    for ref in gateway().refunds_of(payment_ref):
        look_at_refund(ref)


@command
def _adopt(view: RefundView) -> int | None:
    refund_id = write_down(view)
    if refund_id is not None:
        _refund_made(refund_id, view)
    return refund_id


def _has_become_needless(refund_id: int, payment_ref: str) -> bool:
    """Refused: somebody gave the money back by hand, or the customer's bank took it. Then there is nothing to give.

    True also while a dispute is open: the refund waits for its end.
    """
    look_at_refunds_of(payment_ref)
    look_at_disputes_of(payment_ref)
    return _drop_if_gone(refund_id)


@command
def _drop_if_gone(refund_id: int) -> bool:
    order, payment, refund = _lock_refund(refund_id)
    if refund.state != "submitting":
        return True
    if is_undecided(payment.id):
        refund.last_error = None  # it waits; the dispute is what the office has to look at
        return True
    if refund.amount_cents <= payment.captured_cents - payment.refunded_cents:
        return False
    drop(order, payment, [refund], refund.last_error or "the money was given back at the provider")
    return True


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
    if is_undecided(payment.id):
        return None
    # What was refused while the payment was disputed is another question now: the provider repeats its old answer.
    won = times_won(payment.id)
    return _Request(
        payment.provider_ref,
        refund.amount_cents,
        str(refund.uuid),
        f"re-{refund.uuid}-{won}" if won else f"re-{refund.uuid}",
        order.number,
        look_first=won > 0 or refund.created_at < now() - KEYS_LIVE,
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
    off_the_lines(refund)


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
