"""A disputed payment, looked at: fetched fresh from the provider, merged forward, never backwards (I13, I14)."""

from __future__ import annotations

from sqlalchemy import or_, select

from marketplace.events.facts import DisputeClosed, DisputeOpened
from marketplace.events.outbox import publish
from marketplace.kernel.clock import now
from marketplace.kernel.database import command, db, in_transaction
from marketplace.kernel.errors import TryLater
from marketplace.kernel.ids import id_from_text
from marketplace.markets.settings import setting
from marketplace.orders.models import Order
from marketplace.payments.dispute_bookings import book_loss, book_rows
from marketplace.payments.dispute_refunds import drop_waiting, note_all_gone, wake_waiting
from marketplace.payments.gateway import DisputeView, gateway
from marketplace.payments.models import Dispute, Payment
from marketplace.payments.rows import lock_payment
from marketplace.payments.settle import settle
from marketplace.payments.states import DISPUTE

CLOSED = ("won", "lost")


def look_at_dispute(ref: str) -> bool:
    """Looks at a dispute (dp_…) and brings row, ledger and refunds up to it. False for a payment of nobody here.

    May run twice, late and out of order. Raises ProviderRefused, ProviderUnavailable; TryLater while the payment
    itself is not captured in our books yet.
    """
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    view = gateway().dispute(ref)
    payment_id = _payment_of(view) or _named_by_payment(view)
    if payment_id is None:
        return False
    if not _is_captured(payment_id):
        settle(payment_id, view.payment_ref)
        if not _is_captured(payment_id):
            raise TryLater(f"{view.ref} disputes what is not captured in our books")
    _merge(payment_id, view)
    return True


def look_at_disputes_of(payment_ref: str) -> None:
    """Looks at every dispute that the provider has of a PaymentIntent."""
    for ref in gateway().disputes_of(payment_ref):
        look_at_dispute(ref)


@command
def _payment_of(view: DisputeView) -> int | None:
    which = [Payment.charge_ref == view.charge_ref]
    if view.payment_ref:
        which.append(Payment.provider_ref == view.payment_ref)
    return db.session.scalar(select(Payment.id).where(or_(*which)).order_by(Payment.id).limit(1))  # type: ignore[no-any-return]


def _named_by_payment(view: DisputeView) -> int | None:
    """A payment whose success nobody has told us yet: the provider's payment names our row."""
    named = id_from_text(gateway().payment(view.payment_ref).payment_id) if view.payment_ref else None
    if named is None:
        return None
    settle(named, view.payment_ref)
    return _payment_of(view)


@command
def _is_captured(payment_id: int) -> bool:
    return bool(db.session.scalar(select(Payment.captured_cents).where(Payment.id == payment_id)))


@command
def _merge(payment_id: int, view: DisputeView) -> None:
    order, payment = lock_payment(payment_id)
    dispute = db.session.scalar(
        select(Dispute)
        .where(Dispute.provider_ref == view.ref)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    was = None if dispute is None else dispute.state
    if dispute is None:
        dispute = _opened(order, payment, view)
    elif DISPUTE.may(dispute.state, view.state):
        dispute.closed_at = now() if view.state in CLOSED else None
        dispute.state = view.state
    if dispute.state not in CLOSED:
        dispute.evidence_due_by = view.evidence_due_by
        dispute.amount_cents = view.amount_cents
    db.session.flush()
    book_rows(order, dispute, view.rows)
    closed_now = dispute.state in CLOSED and was != dispute.state
    if closed_now and dispute.state == "won":
        wake_waiting(payment)
    elif closed_now:
        # Before the loss is booked: what they leave on clearing pays for it.
        drop_waiting(order, payment, f"{dispute.provider_ref} is lost: the bank gave the money back")
    if dispute.state == "lost":
        book_loss(order, dispute)
        note_all_gone(order, payment)
    if closed_now:
        publish(DisputeClosed(dispute.id))


def _opened(order: Order, payment: Payment, view: DisputeView) -> Dispute:
    borne_by = setting(order.market_id, "dispute_losses_borne_by")
    dispute = Dispute(
        provider_ref=view.ref,
        market_id=order.market_id,
        order_id=order.id,
        payment_id=payment.id,
        charge_ref=view.charge_ref,
        amount_cents=view.amount_cents,
        reason=view.reason,
        state=view.state,
        evidence_due_by=view.evidence_due_by,
        borne_by="farm" if borne_by == "farm" else "market",
        opened_at=view.opened_at,
        closed_at=now() if view.state in CLOSED else None,
    )
    db.session.add(dispute)
    db.session.flush()
    publish(DisputeOpened(dispute.id))
    return dispute
