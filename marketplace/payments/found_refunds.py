"""Refunds that the provider has and we do not: made by hand in its dashboard, or asked for by us and never answered."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.kernel.database import command, db
from marketplace.kernel.errors import TryLater
from marketplace.kernel.words import N_
from marketplace.payments.dispute_bookings import WITHOUT_GOODS
from marketplace.payments.gateway import RefundView
from marketplace.payments.models import Payment, Refund
from marketplace.payments.rows import lock_payment

BY_PROVIDER = "provider"


@command
def row_of(view: RefundView) -> int | None:
    """Our row of a refund at the provider: by its id, else by the intent that we wrote into it and that is open."""
    refund = db.session.scalar(select(Refund).where(Refund.provider_ref == view.ref))
    if refund is None and view.intent:
        open_ones = select(Refund).join(Payment, Payment.id == Refund.payment_id)
        refund = next(
            (
                one
                for one in db.session.scalars(
                    open_ones.where(Refund.state == "submitting", Payment.provider_ref == view.payment_ref)
                )
                if str(one.uuid) == view.intent
            ),
            None,
        )
    return None if refund is None else refund.id


@command
def write_down(view: RefundView) -> int | None:
    """A row for a refund that nobody here asked for: the market's loss, or clearing's when no goods were given.

    None for payments of nobody here, and for what moved no money (a hold that was let go). TryLater while the payment
    is not captured in our books.
    """
    if view.balance is None or view.payment_ref is None:
        return None
    payment_id = db.session.scalar(select(Payment.id).where(Payment.provider_ref == view.payment_ref))
    if payment_id is None:
        return None
    order, payment = lock_payment(payment_id)
    known = db.session.scalar(select(Refund.id).where(Refund.provider_ref == view.ref))
    if known is not None:
        return known  # type: ignore[no-any-return]
    if view.amount_cents > payment.captured_cents - payment.refunded_cents:
        raise TryLater(f"{view.ref} gives back what is not captured in our books")
    refund = Refund(
        order_id=order.id,
        payment_id=payment.id,
        amount_cents=view.amount_cents,
        reason=N_("Beim Zahlungsanbieter erstattet"),
        borne_by="clearing" if order.state in WITHOUT_GOODS else "market",
        provider_ref=view.ref,
        created_by=BY_PROVIDER,
    )
    db.session.add(refund)
    db.session.flush()
    return refund.id
