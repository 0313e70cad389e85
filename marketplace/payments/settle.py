"""What the provider says now, made ours: fetched fresh, merged forward, never backwards (I13, I14).

A webhook, a poller and the browser's return all end here; each is only a hint to look.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from marketplace.events.facts import OrderConfirmed, PaymentWanted
from marketplace.events.outbox import publish
from marketplace.kernel import clock
from marketplace.kernel.database import command, db, in_transaction
from marketplace.kernel.errors import Closed, OverLimit, Shortage, SlotFull
from marketplace.market_days.places import take_place
from marketplace.orders.customer_limit import refuse_late_over_limit
from marketplace.orders.models import Order
from marketplace.orders.states import PAID_FOR
from marketplace.orders.steps import step
from marketplace.payments.ask_again import lose_hold
from marketplace.payments.bookings import book_balance, book_charge
from marketplace.payments.gateway import PaymentView, SessionView, gateway
from marketplace.payments.models import Payment
from marketplace.payments.orphans import take_back_stray
from marketplace.payments.ready import keep_only, settle_owed
from marketplace.payments.refund import came_back, give_back_all
from marketplace.payments.rows import lock_payment, move, payment_of
from marketplace.payments.saved_means import means_may_be_there
from marketplace.stock.reserve import consume, keep_without_end, reserve_again

PACKED = ("ready", "collected", "not_collected")
# How often money of an order that has ended is sent back by itself, when it comes back to us every time.
MOST_TRIES = 3


@dataclass(frozen=True)
class Seen:
    """What was found at the provider: the hosted page and the payment behind it, either may be missing."""

    session: SessionView | None
    payment: PaymentView | None


def settle(payment_id: int, seen_ref: str | None = None) -> str:
    """Looks at the provider and brings payment and order up to it; gives the payment's state.

    `seen_ref`: a PaymentIntent that an event spoke of. Raises ProviderRefused, ProviderUnavailable; NotFound.
    """
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    session_ref, provider_ref, uuid = _refs(payment_id)
    session = gateway().session(session_ref) if session_ref and provider_ref is None else None
    ref = provider_ref or (session.payment_ref if session else None) or seen_ref
    view = gateway().payment(ref) if ref else None
    if seen_ref and view is not None and seen_ref != view.ref:
        take_back_stray(payment_id, seen_ref)
    if view is not None and provider_ref is None and view.intent not in (None, uuid):
        # Of a row that had this number before a backup was restored, say: it pays for nothing here, and goes back.
        take_back_stray(payment_id, view.ref)
        view = None
    return merge(payment_id, Seen(session, view))


@command
def _refs(payment_id: int) -> tuple[str | None, str | None, str]:
    row = db.session.execute(
        select(Payment.session_ref, Payment.provider_ref, Payment.uuid).where(Payment.id == payment_id)
    ).one_or_none()
    return (None, None, "") if row is None else (row.session_ref, row.provider_ref, str(row.uuid))


@command
def merge(payment_id: int, seen: Seen) -> str:
    """One transaction: the payment row, the ledger, the order and its stock follow what was `seen`."""
    order, payment = lock_payment(payment_id)
    view = seen.payment
    if view is None:
        _page_without_payment(order, payment, seen.session)
        return payment.state
    if not _fits(payment, view):
        # Quarantine: money that is not what we asked for moves nothing; the office sees `last_error`.
        payment.last_error = f"{view.ref} does not fit this payment"
        return payment.state
    if payment.provider_ref is None:
        payment.provider_ref = view.ref
    if payment.provider_ref != view.ref:
        return payment.state
    payment.charge_ref = view.charge_ref or payment.charge_ref
    payment.capture_before = view.capture_before or payment.capture_before
    _follow(order, payment, view)
    return payment.state


def _fits(payment: Payment, view: PaymentView) -> bool:
    """Is it what we asked for? One that was found beside ours (a stray) carries the name of the payment it came by."""
    is_named = view.payment_id == str(payment.id) and view.intent in (None, str(payment.uuid))
    is_ours = is_named or (payment.is_stray and payment.provider_ref == view.ref)
    return is_ours and view.currency == "eur" and view.amount_cents == payment.amount_cents


def _page_without_payment(order: Order, payment: Payment, session: SessionView | None) -> None:
    if session is None or session.status != "expired" or payment.state != "pending":
        return
    payment.wanted = None
    move(order, payment, "failed" if order.state == "awaiting_payment" else "cancelled")


def _follow(order: Order, payment: Payment, view: PaymentView) -> None:
    if view.status == "requires_capture":
        _authorized(order, payment, view)
    elif view.status == "succeeded":
        _captured(order, payment, view)
    elif view.status == "canceled":
        _hold_is_gone(order, payment)
    elif view.status == "processing":
        _in_process(order)
    elif view.error:
        payment.last_error = (f"{view.error_code}: {view.error}" if view.error_code else view.error)[:500]
        _came_to_nothing(order, payment)


def _in_process(order: Order) -> None:
    """A slow debit is never expired while it is in process (DECISIONS 13)."""
    if order.state == "awaiting_payment" and order.expires_at is not None:
        order.expires_at = None
        keep_without_end(order.id)


def _came_to_nothing(order: Order, payment: Payment) -> None:
    """A debit that was in process has failed: its page cannot be used again, so the order's time is over now."""
    if order.state == "awaiting_payment" and order.expires_at is None and payment.state == "pending":
        move(order, payment, "failed")
        order.expires_at = clock.now()


def _hold_is_gone(order: Order, payment: Payment) -> None:
    """Let go by us, or ended by itself: an order that goes on without money is an exception for the office."""
    counting = payment_of(order.id)
    if payment.state == "authorized" and order.state in PAID_FOR and counting is not None and counting.id == payment.id:
        if payment.wanted == "cancel":  # there was nothing left to capture: the market took it all on itself
            payment.wanted = None
            move(order, payment, "refunded")
            keep_only(order, payment)
        else:
            lose_hold(order, payment, f"{payment.provider_ref}: the hold has ended, nothing was captured")
    elif payment.state in ("pending", "authorized", "failed"):
        payment.wanted = None
        move(order, payment, "cancelled")


def _authorized(order: Order, payment: Payment, view: PaymentView) -> None:
    if payment.state in ("pending", "failed", "cancelled"):
        payment.authorized_cents = view.capturable_cents
        payment.last_error = None
        move(order, payment, "authorized")
        keep_only(order, payment)
        means_may_be_there(payment)
    if payment.state == "authorized":
        _confirm_or_let_go(order, payment)


def _captured(order: Order, payment: Payment, view: PaymentView) -> None:
    if payment.state in ("pending", "failed", "authorized", "cancelled"):
        payment.authorized_cents = max(payment.authorized_cents, view.received_cents)
        payment.captured_cents = view.received_cents
        payment.wanted = None
        payment.last_error = None
        move(order, payment, "captured")
        book_charge(order, payment, view.received_cents)
        keep_only(order, payment)
        means_may_be_there(payment)
        if order.state in PACKED and not payment.is_stray:  # more than is owed: a second attempt, a hold taken whole
            settle_owed(order, payment)
    if view.balance is not None:
        book_balance(order.market_id, view.balance, order.id)
    if payment.state == "captured":
        _confirm_or_let_go(order, payment)


def _confirm_or_let_go(order: Order, payment: Payment) -> None:
    """Paid: confirmed. Paid too late: the goods are reserved again if they can be, else the money goes back."""
    if order.state in PAID_FOR:
        return
    if payment.is_stray:
        _let_go(order, payment)
        return
    if order.state == "awaiting_payment":
        consume(order.id)
    elif order.state == "cancelled" or not _still_possible(order):
        _let_go(order, payment)
        return
    payment.wanted = None
    step(order, "confirmed")
    publish(OrderConfirmed(order.id))


def _still_possible(order: Order) -> bool:
    try:
        with db.session.begin_nested():
            reserve_again(order.id)
            refuse_late_over_limit(order)
            take_place(order.slot_id, late=True)
    except (Shortage, Closed, SlotFull, OverLimit):
        return False
    return True


def _let_go(order: Order, payment: Payment) -> None:
    if payment.state == "captured":
        if came_back(payment) < MOST_TRIES:  # else the office sees it: this card takes no money back
            give_back_all(order, payment)
    elif payment.wanted != "cancel":
        payment.wanted = "cancel"
        publish(PaymentWanted(payment.id))
