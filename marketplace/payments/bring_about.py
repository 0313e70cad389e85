"""What a payment still wants at the provider, brought about: its page, its capture, its end. May run twice."""

from __future__ import annotations

from datetime import datetime

from marketplace.kernel.clock import machine_now
from marketplace.kernel.database import command, db
from marketplace.payments.ask_again import lose_hold
from marketplace.payments.gateway import UNKNOWN, PaymentView, ProviderRefused, gateway
from marketplace.payments.keys import may_be_forgotten
from marketplace.payments.models import Payment
from marketplace.payments.request import lost_page, open_session
from marketplace.payments.rows import lock_payment, move
from marketplace.payments.saved_payment import lost_intent, pay_with_means
from marketplace.payments.settle import Seen, merge, settle

NOT_PAID = ("requires_payment_method", "requires_action", "requires_confirmation")


def bring_about(payment_id: int) -> None:
    """Does what `payment.wanted` says and nothing when it says nothing. Raises ProviderRefused, ProviderUnavailable."""
    wanted = _wanted(payment_id)
    if wanted == "session":
        open_session(payment_id)
    elif wanted == "means":
        pay_with_means(payment_id)
    elif wanted == "capture":
        _capture(payment_id)
    elif wanted == "cancel":
        _cancel(payment_id)


@command
def _wanted(payment_id: int) -> str | None:
    payment = db.session.get(Payment, payment_id)
    return None if payment is None else payment.wanted


@command
def _begin(payment_id: int, wanted: str) -> tuple[str, str | None, str | None, int]:
    """Notes the try. (our key, the page's ref, the provider's ref, cents to capture)."""
    _, payment = lock_payment(payment_id)
    if payment.wanted != wanted:
        return "", None, None, 0
    payment.tried_at = machine_now()
    return str(payment.uuid), payment.session_ref, payment.provider_ref, payment.capture_cents or 0


def _capture(payment_id: int) -> None:
    uuid, _, ref, cents = _begin(payment_id, "capture")
    if not uuid or ref is None or cents <= 0:
        return
    if may_be_forgotten(_begun_at(payment_id)):
        # The key may be older than the provider's memory: what a try may have done is looked for first.
        settle(payment_id)
        if _wanted(payment_id) != "capture":
            return
    try:
        view = gateway().capture(ref, cents, f"cap-{uuid}")
    except ProviderRefused as error:
        # Captured already by a try whose answer we never saw, or no longer possible: the provider knows.
        if settle(payment_id) != "captured":
            _capture_failed(payment_id, str(error))
        return
    merge(payment_id, Seen(None, view))


@command
def _begun_at(payment_id: int) -> datetime | None:
    payment = db.session.get(Payment, payment_id)
    return None if payment is None else payment.created_at


@command
def _capture_failed(payment_id: int, error: str) -> None:
    """The payment stays authorized and becomes an exception for the office, the customer is asked (DECISIONS 16)."""
    order, payment = lock_payment(payment_id)
    if payment.state == "authorized" and payment.wanted == "capture":
        lose_hold(order, payment, error)


def _cancel(payment_id: int) -> None:
    uuid, session_ref, ref, _ = _begin(payment_id, "cancel")
    if not uuid:
        return
    if ref is None:
        session_ref = session_ref or lost_page(payment_id)
        ref = _close_page(session_ref) if session_ref is not None else lost_intent(payment_id)
        # The customer was faster than our clock: what can still be sold is sold, the rest is let go below.
        if ref is not None:
            merge(payment_id, Seen(None, gateway().payment(ref)))
            if _wanted(payment_id) != "cancel":
                return
    if ref is None:
        _cancelled_without_money(payment_id)
        return
    merge(payment_id, Seen(None, _cancel_payment(ref, session_ref, uuid)))


def _close_page(session_ref: str) -> str | None:
    """Expires the hosted page; gives the payment behind it when the customer was faster."""
    try:
        return gateway().expire_session(session_ref).payment_ref
    except ProviderRefused as error:
        if error.code == UNKNOWN:
            return None
        return gateway().session(session_ref).payment_ref


def _cancel_payment(ref: str, session_ref: str | None, uuid: str) -> PaymentView:
    view = gateway().payment(ref)
    if view.status in NOT_PAID and session_ref is not None:
        # Declined, or left at the bank's question: as long as its page is open the provider refuses to cancel it.
        _close_page(session_ref)
        view = gateway().payment(ref)
    if view.status in ("succeeded", "canceled"):
        return view
    try:
        return gateway().cancel(ref, f"can-{uuid}")
    except ProviderRefused:
        return gateway().payment(ref)


@command
def _cancelled_without_money(payment_id: int) -> None:
    order, payment = lock_payment(payment_id)
    payment.wanted = None
    if payment.state in ("pending", "failed"):
        move(order, payment, "cancelled")
