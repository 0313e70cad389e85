"""A Checkout Session follows its PaymentIntent."""

from __future__ import annotations

from ..objects.session import customer_details
from ..transaction import Body, Transaction


def session_follows(tx: Transaction, intent: Body) -> None:
    """Bring the session of this intent (if it has one) up to what the intent's state means for it."""
    if not intent.get("_session"):
        return
    session = tx.get("checkout.session", intent["_session"])
    if session["status"] == "open" and intent["status"] in ("succeeded", "requires_capture", "processing"):
        _complete(tx, session, intent)
    elif session["payment_status"] == "unpaid" and intent["status"] == "succeeded":
        session["payment_status"] = "paid"
        tx.save(session)
        if intent.get("_delayed"):
            tx.emit("checkout.session.async_payment_succeeded", session)
    elif intent.get("_delayed") and intent["status"] == "requires_payment_method":
        tx.emit("checkout.session.async_payment_failed", session)


def _complete(tx: Transaction, session: Body, intent: Body) -> None:
    # A held amount is not paid: the session says "paid" only once the money is captured.
    session["status"] = "complete"
    session["payment_status"] = "paid" if intent["status"] == "succeeded" else "unpaid"
    billing = intent.get("_billing") or {}
    session["customer_details"] = customer_details(billing.get("email"), billing.get("name"))
    session["url"] = None
    tx.save(session)
    tx.drop_timer("session_expiry", session["id"])
    tx.emit("checkout.session.completed", session)
