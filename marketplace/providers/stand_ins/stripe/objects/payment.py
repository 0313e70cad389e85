"""PaymentIntent, Charge, PaymentMethod."""

from __future__ import annotations

from ..books import CURRENCY
from ..cards import Decline, TestCard, TestDebit
from ..ids import letters, new_id
from ..transaction import Body

NO_ADDRESS = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}


def payment_intent(now: int, amount: int, *, capture_method: str, types: list[str]) -> Body:
    """A PaymentIntent before anybody paid. ``amount`` in cents."""
    intent_id = new_id("payment_intent")
    return {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": capture_method,
        "client_secret": f"{intent_id}_secret_{letters(24)}",
        "confirmation_method": "automatic",
        "created": now,
        "currency": CURRENCY,
        "customer": None,
        "description": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}} if "card" in types else {},
        "payment_method_types": types,
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }


def payment_method(now: int, instrument: TestCard | TestDebit, billing: Body) -> Body:
    """The card or bank account that somebody paid with."""
    body: Body = {
        "id": new_id("payment_method"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": billing,
        "created": now,
        "customer": None,
        "livemode": False,
        "metadata": {},
        "_token": instrument.token,
        "_set_up": False,
        "_gone": False,
    }
    if isinstance(instrument, TestDebit):
        return body | {
            "type": "sepa_debit",
            "sepa_debit": {
                "bank_code": instrument.iban[4:12],
                "branch_code": "",
                "country": instrument.iban[:2],
                "fingerprint": letters(16),
                "generated_from": None,
                "last4": instrument.last4,
            },
        }
    return body | {"type": "card", "card": {**_card_face(instrument), "three_d_secure_usage": {"supported": True}}}


def billing_details(email: str | None = None, name: str | None = None) -> Body:
    """What the payer said about themselves."""
    return {"address": dict(NO_ADDRESS), "email": email, "name": name, "phone": None, "tax_id": None}


def _card_face(card: TestCard) -> Body:
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": card.country,
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": "fp" + card.number[-14:],
        "funding": "credit",
        "last4": card.last4,
        "wallet": None,
    }


def charge(now: int, intent: Body, method: Body, details: Body) -> Body:
    """One attempt to take the intent's amount with a payment method; the caller says how it went."""
    return {
        "id": new_id("payment" if method["type"] == "sepa_debit" else "charge"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "PAETTKESMARKT",
        "captured": False,
        "created": now,
        "currency": CURRENCY,
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": details,
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "pending",
        "transfer_data": None,
        "transfer_group": intent["transfer_group"],
        "_token": method["_token"],
    }


def card_details(card: TestCard, amount: int, capture_before: int | None, challenged: bool) -> Body:
    """``payment_method_details`` of a card charge; ``capture_before`` is when the hold ends (seconds UTC)."""
    face = _card_face(card)
    details: Body = {
        **face,
        "amount_authorized": amount,
        "authorization_code": None,
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card.brand,
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": _authenticated() if challenged else None,
    }
    if capture_before is not None:
        details["capture_before"] = capture_before
    return {"type": "card", "card": details}


def debit_details(debit: TestDebit, mandate: str) -> Body:
    """``payment_method_details`` of a SEPA debit under a mandate."""
    return {
        "type": "sepa_debit",
        "sepa_debit": {
            "bank_code": debit.iban[4:12],
            "branch_code": "",
            "country": debit.iban[:2],
            "fingerprint": letters(16),
            "last4": debit.last4,
            "mandate": mandate,
        },
    }


def _authenticated() -> Body:
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": None,
        "version": "2.2.0",
    }


def outcome(decline: Decline | None) -> Body:
    """How the bank answered."""
    accepted = decline is None
    return {
        "advice_code": None if accepted else "try_again_later",
        "network_advice_code": None,
        "network_decline_code": None if accepted else "01",
        "network_status": "approved_by_network" if accepted else "declined_by_network",
        "reason": None if decline is None else decline.decline_code,
        "risk_level": "normal",
        "risk_score": 20,
        "seller_message": "Payment complete." if accepted else "The bank declined the payment.",
        "type": "authorized" if accepted else "issuer_declined",
    }
