"""Disputes: the bank asks or takes a payment back, somebody answers, the bank decides."""

from __future__ import annotations

from ..books import post
from ..call import Call, merged_metadata
from ..errors import ApiError
from ..fees import DEBIT_DISPUTE_FEE_CENTS, DISPUTE_FEE_CENTS
from ..listing import page
from ..objects.money import dispute
from ..transaction import Body, Transaction, public

INQUIRY = ("warning_needs_response", "warning_under_review")
CLOSED = ("won", "lost", "warning_closed", "prevented")
# What the sandbox of the real provider makes of these words in ``uncategorized_text``.
_DECISIVE = {"winning_evidence": True, "losing_evidence": False}
_ESCALATES = "escalate_inquiry_evidence"


def open_dispute(
    tx: Transaction, charge: Body, reason: str, *, amount: int | None = None, inquiry: bool = False
) -> Body:
    """The payment is disputed: what is left of it (or ``amount`` cents) and a fee leave the balance at once.

    An inquiry only asks. A debit that was given back is lost at once: there is no defence (SEPA).
    """
    rest = charge["amount_captured"] - (charge["amount_refunded"] - charge.get("_released", 0))
    if charge["status"] != "succeeded" or rest <= 0:
        raise ApiError("There is no money left on this charge that could be disputed.", param="charge")
    earlier = tx.select("dispute", "json_extract(body, '$.charge') = ?", (charge["id"],))
    if any(body["status"] not in ("warning_closed", "prevented") for body in earlier):
        raise ApiError("This charge is disputed already.", param="charge")
    amount = rest if amount is None else amount
    if not 0 < amount <= rest:
        raise ApiError(f"At most {rest} cents of this charge can be disputed.", param="amount")
    debit = charge["id"].startswith("py_")
    status = "warning_needs_response" if inquiry else "lost" if debit else "needs_response"
    body = tx.insert("dispute", dispute(tx.now, charge, reason, amount=amount, status=status))
    charge["disputed"] = True
    tx.save(charge)
    if status in ("needs_response", "warning_needs_response"):
        tx.set_timer("dispute_due", body["id"], body["evidence_details"]["due_by"])
    if inquiry:
        tx.emit("charge.dispute.created", body)
        return body
    _withdraw(tx, body)
    tx.emit("charge.dispute.created", body)
    tx.emit("charge.dispute.funds_withdrawn", body)
    if debit:
        tx.emit("charge.dispute.closed", body)
    return body


def _withdraw(tx: Transaction, body: Body) -> None:
    movement = post(
        tx,
        "adjustment",
        -body["amount"],
        body["id"],
        fee=DEBIT_DISPUTE_FEE_CENTS if body["charge"].startswith("py_") else DISPUTE_FEE_CENTS,
        fee_text="Dispute fee",
        description=f"Chargeback withdrawal for {body['charge']}",
    )
    body["balance_transactions"] = [public(movement)]
    tx.save(body)


def escalate(tx: Transaction, dispute_id: str) -> Body:
    """The bank was not content with an inquiry: now it is a dispute, and the money goes."""
    body = tx.get("dispute", dispute_id)
    if body["status"] not in INQUIRY:
        raise ApiError(f"Only an inquiry can be escalated; this one is {body['status']}.")
    before = {"status": body["status"]}
    body |= {"status": "needs_response", "is_charge_refundable": False}
    body["payment_method_details"]["card"]["case_type"] = "chargeback"
    body["evidence_details"] |= {"due_by": tx.now + 7 * 86400, "past_due": False}
    tx.set_timer("dispute_due", body["id"], body["evidence_details"]["due_by"])
    _withdraw(tx, body)
    tx.emit("charge.dispute.updated", body, before)
    tx.emit("charge.dispute.funds_withdrawn", body)
    return body


def close_dispute(tx: Transaction, dispute_id: str, won: bool) -> Body:
    """The bank has decided. Won: the amount comes back, the fee does not (unless a switch says so).

    An inquiry that is won is closed without any movement; one that is lost is escalated first.
    """
    body = tx.get("dispute", dispute_id)
    if body["status"] in CLOSED:
        raise ApiError(f"This dispute is already {body['status']}")
    if body["status"] in INQUIRY and not won:
        body = escalate(tx, dispute_id)
    asked = body["status"] in INQUIRY
    body["status"] = "warning_closed" if asked else "won" if won else "lost"
    tx.drop_timer("dispute_due", body["id"])
    if won and not asked:
        fee = DISPUTE_FEE_CENTS if tx.fact("dispute_fees_returned") == "1" else 0
        movement = post(
            tx,
            "adjustment",
            body["amount"],
            body["id"],
            fee=-fee,
            fee_text="Dispute fee refund",
            description=f"Chargeback reversal for {body['charge']}",
        )
        body["balance_transactions"].append(public(movement))
    tx.save(body)
    if asked:
        charge = tx.get("charge", body["charge"])
        tx.save(charge | {"disputed": False})
    if won and not asked:
        tx.emit("charge.dispute.funds_reinstated", body)
    tx.emit("charge.dispute.closed", body)
    return body


def pass_due(tx: Transaction, dispute_id: str) -> None:
    """Timer: nobody answered in time. The bank's decision is still to come, but nothing can be said any more."""
    body = tx.get("dispute", dispute_id)
    if body["status"] in ("needs_response", "warning_needs_response"):
        body["evidence_details"]["past_due"] = True
        tx.save(body)
        tx.emit("charge.dispute.updated", body, {"evidence_details": {"past_due": False}})


def modify(call: Call) -> Body:
    """Write down evidence, and hand it to the bank unless ``submit`` is false. Refused when it is too late."""
    tx, params = call.tx, call.params
    body = tx.get("dispute", call.ids["id"])
    if "metadata" in params:
        body["metadata"] = merged_metadata(body, params)
    evidence = params.get("evidence") or {}
    submit = params.get("submit", bool(evidence))
    if "enhanced_evidence" in evidence:
        raise ApiError("The stand-in does not play this parameter: evidence[enhanced_evidence]", param="evidence")
    if evidence or submit:
        _answer(tx, body, evidence, submit)
    tx.save(body)
    tx.emit("charge.dispute.updated", body, {})
    text = evidence.get("uncategorized_text", "") if submit else ""
    if text in _DECISIVE:
        return close_dispute(tx, body["id"], _DECISIVE[text])
    if text == _ESCALATES and body["status"] in INQUIRY:
        return escalate(tx, body["id"])
    return body


def _answer(tx: Transaction, body: Body, evidence: Body, submit: bool) -> None:
    if body["status"] not in ("needs_response", "warning_needs_response"):
        raise ApiError("This dispute is already submitted or closed.", param="evidence")
    if body["evidence_details"]["past_due"]:
        raise ApiError("The deadline for evidence has passed.")
    body["evidence"] = {**body["evidence"], **evidence}
    details = body["evidence_details"]
    details["has_evidence"] = any(name != "enhanced_evidence" for name in body["evidence"])
    if submit:
        details |= {"submission_count": details["submission_count"] + 1, "submission_method": "manual"}
        body["status"] = "warning_under_review" if body["status"] in INQUIRY else "under_review"
        tx.drop_timer("dispute_due", body["id"])


def close(call: Call) -> Body:
    """Give the dispute up: it is lost."""
    return close_dispute(call.tx, call.ids["id"], won=False)


def list_disputes(call: Call) -> Body:
    """Disputes, by charge or PaymentIntent."""
    equal = {"charge": call.params.get("charge"), "payment_intent": call.params.get("payment_intent")}
    return page(call.tx, "dispute", call.params, "/v1/disputes", equal=equal)
