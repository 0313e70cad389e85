"""A payment is a row of ours first; then the provider is asked for its hosted page, with a key made of that row."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from marketplace.events.facts import PaymentWanted
from marketplace.events.outbox import publish
from marketplace.kernel import clock, installation
from marketplace.kernel.clock import machine_now
from marketplace.kernel.database import command, db, in_transaction
from marketplace.kernel.words import N_
from marketplace.orders.models import Order
from marketplace.orders.tokens import token_of
from marketplace.payments.gateway import ProviderRefused, SessionRequest, SessionView, gateway
from marketplace.payments.models import MeansSetup, Payment
from marketplace.payments.promise import keep_promise
from marketplace.payments.rows import lock_payment, owes_again, payment_of
from marketplace.payments.saved_customer import customer_ref_of, ensure_customer

# A card's hold lasts about seven days, five when its owner is not there; a pickup further away is captured at once.
HOLD_LASTS = timedelta(days=6)
OFF_SESSION_HOLD_LASTS = timedelta(days=4)
SHORTEST_SESSION = timedelta(minutes=30)
# Our second try must still be at least 30 minutes before the end, or the provider refuses the page.
SPARE = timedelta(minutes=5)
# The provider keeps a page for a day at most.
MAILED_SESSION = timedelta(hours=23)


def may_hold(pickup_from: datetime, *, off_session: bool = False) -> bool:
    """Does a card's hold last until the pickup? Else its money is taken at once (DECISIONS 16)."""
    return pickup_from - clock.now() <= (OFF_SESSION_HOLD_LASTS if off_session else HOLD_LASTS)


def add_payment(order: Order, *, capture_later: bool, means_id: int | None = None) -> Payment:
    """The row of a new payment of an order. The caller publishes PaymentWanted when it is `pending`.

    The hosted page is opened, or the saved means asked, at once by `start_payment`, or by the worker.
    """
    at_pickup = order.payment_method == "pay_at_pickup"
    payment = Payment(
        order_id=order.id,
        market_id=order.market_id,
        method=order.payment_method,
        means_id=means_id,
        capture_later=capture_later,
        state="none" if at_pickup else "pending",
        wanted=None if at_pickup else "session" if means_id is None else "means",
        amount_cents=order.hold_cents,
    )
    db.session.add(payment)
    db.session.flush()
    return payment


def open_session(payment_id: int) -> str | None:
    """The URL of the hosted page of a pending payment; opens it when there is none yet.

    None when the order no longer awaits payment. Raises ProviderRefused, ProviderUnavailable.
    """
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    _ready_to_keep(payment_id)
    request, url = _prepare(payment_id)
    if request is None:
        return url
    try:
        view = gateway().open_session(request)
    except ProviderRefused as error:
        _note(payment_id, str(error))
        raise
    return _record(payment_id, view)


def _ready_to_keep(payment_id: int) -> None:
    """A card is kept for a customer that the provider knows: made before the page, if that is wished for."""
    account_id = _keeper(payment_id)
    if account_id is not None:
        ensure_customer(account_id)


@command
def _keeper(payment_id: int) -> int | None:
    return db.session.scalar(  # type: ignore[no-any-return]
        select(MeansSetup.account_id).where(MeansSetup.payment_id == payment_id)
    )


@command
def _prepare(payment_id: int) -> tuple[SessionRequest | None, str | None]:
    order, payment = lock_payment(payment_id)
    if payment.session_ref is not None:
        return None, payment.session_url if _is_asked(order) else None
    if not _is_asked(order) or payment.state != "pending" or payment.wanted != "session":
        return None, None
    now = machine_now()
    if payment.session_expires_at is None or payment.session_expires_at < now + SHORTEST_SESSION:
        payment.session_expires_at = (now + _session_life(order)).replace(microsecond=0)
    payment.tried_at = now
    return _request(order, payment), None


def _is_asked(order: Order) -> bool:
    """Does the order still wait for money: its first, or once more because a hold brought none?"""
    return order.state == "awaiting_payment" or owes_again(order, payment_of(order.id))


def _session_life(order: Order) -> timedelta:
    """DECISIONS 21: max(30 min, 2 × TTL + 5 min), with room for a second try; one that was mailed: nearly a day."""
    if order.state != "awaiting_payment":
        return MAILED_SESSION
    return max(SHORTEST_SESSION + SPARE, timedelta(seconds=2 * installation.settings().order_ttl_seconds) + SPARE)


def _session_key(order: Order, payment: Payment, ends: datetime) -> str:
    """`cs-<uuid>`; a page that had to get a later end is another request with a key of its own."""
    if ends - payment.created_at <= _session_life(order) + timedelta(minutes=1):
        return f"cs-{payment.uuid}"
    return f"cs-{payment.uuid}-{int(ends.timestamp())}"


def _request(order: Order, payment: Payment) -> SessionRequest:
    page = f"{installation.settings().public_url}/bestellung/{order.number}?token={token_of(order)}"
    assert payment.session_expires_at is not None
    return SessionRequest(
        key=_session_key(order, payment, payment.session_expires_at),
        order_number=order.number,
        payment_id=payment.id,
        amount_cents=payment.amount_cents,
        capture_later=payment.capture_later,
        methods=(payment.method,),
        email=order.email,
        description=N_("Bestellung %(number)s") % {"number": order.number},
        success_url=f"{page}&zurueck=1",
        cancel_url=page,
        expires_at=payment.session_expires_at,
        language=order.language,
        intent=str(payment.uuid),
        keep_for=None if (keeper := _keeper(payment.id)) is None else customer_ref_of(keeper),
    )


@command
def _record(payment_id: int, view: SessionView) -> str | None:
    order, payment = lock_payment(payment_id)
    if payment.session_ref is None:
        payment.session_ref = view.ref
        payment.session_url = view.url
        keep_promise(order, payment)
        payment.last_error = None
    if payment.wanted == "session":
        payment.wanted = None
    if not _is_asked(order):
        # It ended while the provider was answering: the page must not be paid any more.
        if payment.state in ("pending", "failed", "cancelled"):
            payment.wanted = "cancel"
            publish(PaymentWanted(payment.id))
        return None
    return payment.session_url


def lost_page(payment_id: int) -> str | None:
    """The page whose opening was never answered, so that it can be closed: the same key finds it, or makes it now.

    None when none was asked for. Raises ProviderUnavailable.
    """
    request = _unanswered(payment_id)
    if request is None:
        return None
    try:
        view = gateway().open_session(request)
    except ProviderRefused:
        return None
    _record(payment_id, view)
    return view.ref


@command
def _unanswered(payment_id: int) -> SessionRequest | None:
    order, payment = lock_payment(payment_id)
    if payment.session_ref is not None or payment.session_expires_at is None:
        return None
    return _request(order, payment)


@command
def _note(payment_id: int, error: str) -> None:
    _, payment = lock_payment(payment_id)
    payment.last_error = error[:500]
