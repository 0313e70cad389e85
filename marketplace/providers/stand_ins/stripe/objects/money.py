"""Refund, Transfer and its reversal, Payout, Dispute. All amounts in cents."""

from __future__ import annotations

from ..books import CURRENCY
from ..ids import new_id
from ..listing import list_of
from ..transaction import Body


def refund(now: int, charge: Body, amount: int, *, reason: str | None, metadata: Body) -> Body:
    """A refund of a captured charge, all or part of it."""
    return {
        "id": new_id("refund"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": now,
        "currency": CURRENCY,
        "destination_details": {
            "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"},
            "type": "card",
        },
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def transfer(now: int, params: Body, amount: int) -> Body:
    """Money moved from the platform to a connected account."""
    transfer_id = new_id("transfer")
    return {
        "id": transfer_id,
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "balance_transaction": None,
        "created": now,
        "currency": CURRENCY,
        "description": params.get("description"),
        "destination": params["destination"],
        "destination_payment": None,
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "reversals": list_of([], f"/v1/transfers/{transfer_id}/reversals"),
        "reversed": False,
        "source_transaction": params.get("source_transaction"),
        "source_type": "card",
        "transfer_group": params.get("transfer_group"),
    }


def destination_payment(now: int, transfer_body: Body) -> Body:
    """What the connected account sees of a transfer: a payment that was made to it."""
    return {
        "id": new_id("payment"),
        "object": "charge",
        "amount": transfer_body["amount"],
        "amount_captured": transfer_body["amount"],
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
        "captured": True,
        "created": now,
        "currency": CURRENCY,
        "disputed": False,
        "livemode": False,
        "metadata": {},
        "paid": True,
        "payment_intent": None,
        "payment_method": None,
        "payment_method_details": None,
        "refunded": False,
        "source_transfer": transfer_body["id"],
        "status": "succeeded",
        "transfer_group": transfer_body["transfer_group"],
        "_token": None,
    }


def transfer_reversal(now: int, transfer_body: Body, amount: int, metadata: Body) -> Body:
    """Money taken back from a connected account."""
    return {
        "id": new_id("transfer_reversal"),
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": None,
        "created": now,
        "currency": CURRENCY,
        "destination_payment_refund": None,
        "metadata": metadata,
        "source_refund": None,
        "transfer": transfer_body["id"],
    }


def payout(now: int, amount: int, *, automatic: bool, params: Body) -> Body:
    """Money on its way from the account's balance to its bank."""
    return {
        "id": new_id("payout"),
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": now,
        "automatic": automatic,
        "balance_transaction": None,
        "created": now,
        "currency": CURRENCY,
        "description": params.get("description") or ("STRIPE PAYOUT" if automatic else None),
        "destination": "ba_1StandInBankAccount",
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "method": "standard",
        "original_payout": None,
        "reconciliation_status": "completed" if automatic else "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": params.get("statement_descriptor"),
        "status": "pending",
        "trace_id": None,
        "type": "bank_account",
    }


def dispute(now: int, charge: Body, reason: str, *, amount: int | None = None, status: str = "needs_response") -> Body:
    """The bank takes cents of the payment back until it is settled who is right, or asks first (an inquiry)."""
    asked = status.startswith("warning_")
    return {
        "id": new_id("dispute"),
        "object": "dispute",
        "amount": charge["amount_captured"] if amount is None else amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": now,
        "currency": CURRENCY,
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": now + 7 * 86400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": asked,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": None
        if charge["id"].startswith("py_")
        else {
            "card": {
                "brand": "visa",
                "case_type": "inquiry" if asked else "chargeback",
                "network": "visa",
                "network_reason_code": "83",
            },
            "type": "card",
        },
        "reason": reason,
        "status": status,
    }
