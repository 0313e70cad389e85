"""What a webhook is about: the payment to look at. The event itself is believed only that far (RELIABILITY 2.2)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from marketplace.kernel.database import command, db
from marketplace.kernel.ids import id_from_text
from marketplace.payments.dispute import look_at_dispute
from marketplace.payments.make_refund import look_at_refund, look_at_refunds_of
from marketplace.payments.models import Payment
from marketplace.payments.saved_removed import hear_means
from marketplace.payments.saved_setup import hear_session
from marketplace.payments.settle import settle

KINDS = ("checkout.session.", "payment_intent.", "charge.", "refund.", "payment_method.")


def concerns_payments(kind: str) -> bool:
    """Is this a kind of event that payments listen to?"""
    return kind.startswith(KINDS)


def hear(kind: str, about: dict[str, Any]) -> bool:
    """Looks at the payment an event speaks of. False when it speaks of none of ours."""
    if kind.startswith("charge.dispute."):
        return look_at_dispute(str(about.get("id")))
    if kind.startswith("payment_method."):
        return hear_means(str(about.get("id")))
    found = _payment_of(kind, about)
    if found is None:
        return kind.startswith("checkout.session.") and hear_session(str(about.get("id")))
    payment_id, ref = found
    settle(payment_id, ref)
    if kind.startswith(("refund.", "charge.refund.")):
        look_at_refund(str(about.get("id")))
    elif kind == "charge.refunded" and ref is not None:
        look_at_refunds_of(ref)  # its refunds are not in it
    return True


def names_our_order(kind: str, about: Any, account: str | None = None) -> bool:
    """Does it carry the names that we give to payments? Then one that we do not find is a matter for somebody."""
    metadata = about.get("metadata") if isinstance(about, dict) else None
    return (
        account is None
        and kind.startswith(("checkout.session.", "payment_intent."))
        and isinstance(metadata, dict)
        and bool(metadata.get("order") and id_from_text(metadata.get("payment")))
    )


@command
def _payment_of(kind: str, about: dict[str, Any]) -> tuple[int, str | None] | None:
    if kind.startswith("checkout.session."):
        ref, session = _ref(about.get("payment_intent")), str(about.get("id"))
    else:
        ref = str(about.get("id")) if kind.startswith("payment_intent.") else _ref(about.get("payment_intent"))
        session = ""
    metadata = about.get("metadata")
    named = id_from_text(metadata.get("payment")) if isinstance(metadata, dict) else None
    candidates = [Payment.session_ref == session] if session else []
    if ref:
        candidates.append(Payment.provider_ref == ref)
    if named:
        candidates.append(Payment.id == named)
    if not candidates:
        return None
    payment_id = db.session.scalar(select(Payment.id).where(or_(*candidates)).order_by(Payment.id).limit(1))
    return None if payment_id is None else (payment_id, ref)


def _ref(thing: Any) -> str | None:
    if isinstance(thing, dict):
        return str(thing.get("id"))
    return thing if isinstance(thing, str) else None
