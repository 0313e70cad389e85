"""SetupIntent and Mandate: how a means of payment is kept for later."""

from __future__ import annotations

from ..ids import letters, new_id
from ..transaction import Body


def setup_intent(now: int, params: Body, types: list[str]) -> Body:
    """A SetupIntent before anybody entered anything."""
    intent_id = new_id("setup_intent")
    return {
        "id": intent_id,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "client_secret": f"{intent_id}_secret_{letters(24)}",
        "created": now,
        "customer": params.get("customer"),
        "description": params.get("description"),
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": params.get("metadata", {}),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": types,
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": params.get("usage", "off_session"),
    }


def mandate(now: int, method: Body, *, multi_use: bool, public_url: str) -> Body:
    """The payer's consent to SEPA debits, for one or for all to come."""
    mandate_id = new_id("mandate")
    return {
        "id": mandate_id,
        "object": "mandate",
        "customer_acceptance": {
            "accepted_at": now,
            "online": {"ip_address": "127.0.0.1", "user_agent": "stand-in"},
            "type": "online",
        },
        "livemode": False,
        "payment_method": method["id"],
        "payment_method_details": {
            "sepa_debit": {"reference": letters(16).upper(), "url": f"{public_url}/c/mandate/{mandate_id}"},
            "type": "sepa_debit",
        },
        "status": "active",
        "type": "multi_use" if multi_use else "single_use",
        **({"multi_use": {}} if multi_use else {}),
    }
