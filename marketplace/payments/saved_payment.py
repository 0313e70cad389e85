"""Paying with a saved means, its owner not at the provider's page: at once after the order, and by the worker for sure.

Whatever goes wrong, the order never stands without a way to pay: a decline opens an ordinary attempt with a hosted
page, and an unknown outcome is looked up before the same key is sent again.
"""

from __future__ import annotations

from marketplace.events.facts import PaymentWanted
from marketplace.events.outbox import publish
from marketplace.kernel.clock import machine_now
from marketplace.kernel.database import command, db, in_transaction, scalar
from marketplace.kernel.words import N_
from marketplace.orders.models import Order
from marketplace.payments.gateway import PaymentView, ProviderRefused, ProviderUnavailable, gateway
from marketplace.payments.models import Payment, SavedMeans
from marketplace.payments.request import add_payment, may_hold
from marketplace.payments.rows import lock_payment, move, open_attempt
from marketplace.payments.saved_customer import customer_ref_of
from marketplace.payments.saved_port import MeansPaymentRequest
from marketplace.payments.settle import Seen, merge

PAID = ("requires_capture", "succeeded", "processing")
SAME_KEY_IN_USE = "idempotency"
REMOVED = "removed: the means is no longer kept"


def pay_with_means(payment_id: int) -> None:
    """Takes, or holds, the money of a pending payment that names a saved means. May run twice.

    Raises ProviderUnavailable: then nobody knows yet, and it is tried again.
    """
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    request, was_tried, is_removed = _begin(payment_id)
    if request is None:
        return
    view = gateway().find_payment(request.customer_ref, payment_id) if was_tried else None
    if view is None and is_removed:
        _fall_back(payment_id, REMOVED)
        return
    if view is None:
        try:
            view = gateway().pay_with_means(request)
        except ProviderRefused as error:
            if error.code == SAME_KEY_IN_USE:  # somebody else is just asking with it
                raise ProviderUnavailable(str(error)) from None
            view = gateway().find_payment(request.customer_ref, payment_id)
            if view is None:
                _fall_back(payment_id, f"{error.code}: {error}")
                return
    merge(payment_id, Seen(None, view))
    if view.status not in PAID:
        _fall_back(payment_id, _why(view))


def _why(view: PaymentView) -> str:
    return f"{view.error_code or view.status}: {view.error or ''}"


@command
def _begin(payment_id: int) -> tuple[MeansPaymentRequest | None, bool, bool]:
    """Notes the try. (what to ask for, whether it may have been asked for before, whether it must not be any more)."""
    order, payment = lock_payment(payment_id)
    if payment.wanted != "means" or payment.state != "pending" or order.state != "awaiting_payment":
        return None, False, False
    means = db.session.get_one(SavedMeans, payment.means_id)
    customer_ref = customer_ref_of(means.account_id)
    is_removed, was_tried = means.removed_at is not None, payment.tried_at is not None
    if customer_ref is None or (is_removed and not was_tried):
        _open_page(order, payment, REMOVED)
        return None, False, False
    payment.tried_at = machine_now()
    return _request(order, payment, customer_ref, means.provider_ref), was_tried, is_removed


def _request(order: Order, payment: Payment, customer_ref: str, means_ref: str) -> MeansPaymentRequest:
    return MeansPaymentRequest(
        key=f"pi-{payment.uuid}",
        order_number=order.number,
        payment_id=payment.id,
        amount_cents=payment.amount_cents,
        capture_later=payment.capture_later,
        customer_ref=customer_ref,
        means_ref=means_ref,
        description=N_("Bestellung %(number)s") % {"number": order.number},
        intent=str(payment.uuid),
    )


@command
def _fall_back(payment_id: int, why: str) -> None:
    order, payment = lock_payment(payment_id)
    if payment.state in ("pending", "cancelled") and open_attempt(order.id) in (None, payment):
        _open_page(order, payment, why)


def _open_page(order: Order, payment: Payment, why: str) -> None:
    """The means did not pay: this attempt is over, and an ordinary one with a hosted page takes its place."""
    payment.last_error = why[:500]
    payment.wanted = None
    if order.state == "awaiting_payment":
        pickup_from = scalar("SELECT pickup_from FROM pickup_slot WHERE id = :id", id=order.slot_id)
        hosted = add_payment(order, capture_later=may_hold(pickup_from))
        publish(PaymentWanted(hosted.id))
    if payment.state == "pending":
        move(order, payment, "failed")
    # Nobody can pay it any more; at the provider it is closed too.
    if payment.state == "failed" and payment.provider_ref is not None:
        payment.wanted = "cancel"
        publish(PaymentWanted(payment.id))
    db.session.flush()


def lost_intent(payment_id: int) -> str | None:
    """The PaymentIntent of a saved means whose answer never came, so that it can be let go. None when there is none."""
    customer_ref = _unanswered(payment_id)
    view = gateway().find_payment(customer_ref, payment_id) if customer_ref is not None else None
    return None if view is None else view.ref


@command
def _unanswered(payment_id: int) -> str | None:
    _, payment = lock_payment(payment_id)
    if payment.means_id is None or payment.tried_at is None:
        return None
    return customer_ref_of(db.session.get_one(SavedMeans, payment.means_id).account_id)
