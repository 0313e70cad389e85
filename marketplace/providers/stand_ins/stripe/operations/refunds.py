"""Refunds: several partial ones, never more than was captured."""

from __future__ import annotations

from ..books import post
from ..call import Call, checked_metadata, update, wanted_amount
from ..cards import TestCard, instrument_by_token
from ..errors import ApiError
from ..listing import page
from ..objects.money import refund
from ..settings import StandInSettings
from ..transaction import Body, Transaction


def create(call: Call) -> Body:
    """Refund a captured charge, the whole rest or ``amount`` cents of it. Fees are not given back."""
    params = call.params
    metadata = checked_metadata(params.get("metadata") or {})
    return make(call.tx, call.settings, _charge(call), params.get("amount"), params.get("reason"), metadata)


def make(
    tx: Transaction, settings: StandInSettings, charge: Body, asked: int | None, reason: str | None, metadata: Body
) -> Body:
    """The refund of ``asked`` cents (None: all that is left), asked for by the API or by a click in the dashboard."""
    if not charge["captured"] or charge["status"] != "succeeded":
        raise ApiError(
            "This charge has not been captured: cancel the PaymentIntent instead.", code="charge_not_refundable"
        )
    if charge["disputed"] and _is_taken_back(tx, charge):
        raise ApiError(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    released = charge.get("_released", 0)
    rest = charge["amount_captured"] - (charge["amount_refunded"] - released)
    if rest <= 0:
        raise ApiError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = wanted_amount(rest if asked is None else asked)
    if amount > rest:
        raise ApiError(
            f"Refund amount (€{amount / 100:.2f}) is greater than unrefunded amount on charge (€{rest / 100:.2f})",
            param="amount",
        )
    body = refund(tx.now, charge, amount, reason=reason, metadata=metadata)
    instrument = instrument_by_token(charge["_token"])
    course = instrument.refund if isinstance(instrument, TestCard) else "succeeds"
    body |= {"balance_transaction": _book(tx, charge, body)["id"], "_course": course}
    if course == "pending":
        body |= {"status": "pending", "pending_reason": "processing"}
    tx.insert("refund", body)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"] + released
    tx.save(charge)
    if course != "succeeds":
        tx.set_timer("refund_outcome", body["id"], tx.now + settings.debit_delay_seconds)
    tx.emit("refund.created", body)
    tx.emit("charge.refunded", charge)
    return body


def _is_taken_back(tx: Transaction, charge: Body) -> bool:
    """An inquiry leaves a charge as it is, and a dispute that was won is over."""
    over = ("warning_needs_response", "warning_under_review", "warning_closed", "prevented", "won")
    disputes = tx.select("dispute", "json_extract(body, '$.charge') = ?", (charge["id"],))
    return any(dispute["status"] not in over for dispute in disputes)


def _charge(call: Call) -> Body:
    params, tx = call.params, call.tx
    if "charge" in params and "payment_intent" in params:
        raise ApiError("You may only specify one of these parameters: charge, payment_intent.")
    if "charge" in params:
        return tx.get("charge", params["charge"], "charge")
    if "payment_intent" not in params:
        raise ApiError("One of the following params should be provided for this request: payment_intent or charge.")
    intent = tx.get("payment_intent", params["payment_intent"], "payment_intent")
    if not intent["latest_charge"]:
        raise ApiError("This PaymentIntent does not have a successful charge to refund.", param="payment_intent")
    return tx.get("charge", intent["latest_charge"])


def _book(tx: Transaction, charge: Body, body: Body) -> Body:
    # Money still on its way in is refunded from there, not from what is available.
    came_in = tx.get("balance_transaction", charge["balance_transaction"])
    return post(
        tx,
        "payment_refund" if charge["id"].startswith("py_") else "refund",
        -body["amount"],
        body["id"],
        available_on=max(came_in["available_on"], tx.now),
        description="REFUND FOR CHARGE",
    )


def finish(tx: Transaction, refund_id: str) -> None:
    """Timer: a refund that was on its way arrives, or comes back."""
    body = tx.get("refund", refund_id)
    if body["_course"] == "pending":
        body |= {"status": "succeeded", "pending_reason": None}
        tx.save(body)
        tx.emit("refund.updated", body, {"status": "pending"})
        return
    charge = tx.get("charge", body["charge"])
    back = post(tx, "refund_failure", body["amount"], body["id"], description="REFUND FAILURE")
    body |= {
        "status": "failed",
        "failure_reason": "expired_or_canceled_card",
        "failure_balance_transaction": back["id"],
    }
    tx.save(body)
    charge["amount_refunded"] -= body["amount"]
    charge["refunded"] = False
    tx.save(charge)
    tx.emit("refund.failed", body)
    tx.emit("refund.updated", body, {"status": "succeeded"})


def come_back(tx: Transaction, refund_id: str) -> Body:
    """The customer's bank sends a refund back."""
    body = tx.get("refund", refund_id)
    if body["status"] not in ("succeeded", "pending") or body["balance_transaction"] is None:
        raise ApiError(f"This refund is {body['status']} and moved no money.")
    tx.save(body | {"_course": "fails"})
    tx.drop_timer("refund_outcome", refund_id)
    finish(tx, refund_id)
    return tx.get("refund", refund_id)


def retrieve(call: Call) -> Body:
    """One refund."""
    return call.tx.get("refund", call.ids["id"])


def list_refunds(call: Call) -> Body:
    """Refunds, by charge or PaymentIntent."""
    equal = {name: call.params.get(name) for name in ("charge", "payment_intent")}
    return page(call.tx, "refund", call.params, "/v1/refunds", equal=equal)


def modify(call: Call) -> Body:
    """Change the metadata."""
    return update(call, "refund", "refund.updated")
