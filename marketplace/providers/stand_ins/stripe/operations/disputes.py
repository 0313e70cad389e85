"""Disputes: the bank takes a payment back, the test decides how it ends."""

from __future__ import annotations

from ..books import post
from ..call import Call
from ..errors import ApiError
from ..fees import DISPUTE_FEE_CENTS
from ..listing import page
from ..objects.money import dispute
from ..transaction import Body, Transaction, public


def open_dispute(tx: Transaction, charge: Body, reason: str) -> Body:
    """The payment is disputed: amount and fee leave the balance at once."""
    body = tx.insert("dispute", dispute(tx.now, charge, reason))
    movement = post(
        tx,
        "adjustment",
        -charge["amount_captured"],
        body["id"],
        fee=DISPUTE_FEE_CENTS,
        fee_text="Dispute fee",
        description=f"Chargeback withdrawal for {charge['id']}",
    )
    body["balance_transactions"] = [public(movement)]
    tx.save(body)
    charge["disputed"] = True
    tx.save(charge)
    tx.emit("charge.dispute.created", body)
    tx.emit("charge.dispute.funds_withdrawn", body)
    return body


def close_dispute(tx: Transaction, dispute_id: str, won: bool) -> Body:
    """The bank has decided. Won: the amount comes back, the fee does not."""
    body = tx.get("dispute", dispute_id)
    if body["status"] in ("won", "lost"):
        raise ApiError(f"This dispute is already {body['status']}")
    body["status"] = "won" if won else "lost"
    if won:
        movement = post(
            tx, "adjustment", body["amount"], body["id"], description=f"Chargeback reversal for {body['charge']}"
        )
        body["balance_transactions"].append(public(movement))
    tx.save(body)
    if won:
        tx.emit("charge.dispute.funds_reinstated", body)
    tx.emit("charge.dispute.closed", body)
    return body


def close(call: Call) -> Body:
    """Give the dispute up: it is lost."""
    return close_dispute(call.tx, call.ids["id"], won=False)


def list_disputes(call: Call) -> Body:
    """Disputes, by charge or PaymentIntent."""
    equal = {"charge": call.params.get("charge"), "payment_intent": call.params.get("payment_intent")}
    return page(call.tx, "dispute", call.params, "/v1/disputes", equal=equal)
