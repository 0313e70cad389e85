"""Connected accounts and customers."""

from __future__ import annotations

from ..ids import new_id
from ..transaction import Body

CAPABILITIES = ("card_payments", "transfers", "sepa_debit_payments")


PAPERS = ("business_profile.mcc", "external_account", "individual.verification.document", "tos_acceptance.date")


def account(now: int, account_id: str, params: Body, *, papers_wanted: bool = False) -> Body:
    """A connected account. What is asked for is active at once, unless papers are wanted first."""
    wanted = [name for name, ask in params.get("capabilities", {}).items() if ask.get("requested")]
    kind = params.get("type", "none")
    body: Body = {
        "id": account_id,
        "object": "account",
        "business_profile": {"mcc": "5499", "name": None, "url": None, **params.get("business_profile", {})},
        "business_type": params.get("business_type"),
        "capabilities": dict.fromkeys(wanted, "active"),
        "charges_enabled": "card_payments" in wanted,
        "controller": params.get("controller") or _controller(kind),
        "country": params.get("country", "DE"),
        "created": now,
        "default_currency": "eur",
        "details_submitted": True,
        "email": params.get("email"),
        "metadata": params.get("metadata", {}),
        "payouts_enabled": True,
        "requirements": {
            "alternatives": [],
            "current_deadline": None,
            "currently_due": [],
            "disabled_reason": None,
            "errors": [],
            "eventually_due": [],
            "past_due": [],
            "pending_verification": [],
        },
        "tos_acceptance": {"date": now, "ip": None, "user_agent": None},
        "type": kind,
    }
    if papers_wanted:
        body |= {"details_submitted": False, "tos_acceptance": {"date": None, "ip": None, "user_agent": None}}
        disable(body, "requirements.past_due", list(PAPERS))
    return body


def disable(body: Body, reason: str, due: list[str]) -> None:
    """The provider stops the account, and says what it wants (``due``) and why it stopped."""
    body["capabilities"] = dict.fromkeys(body["capabilities"], "inactive")
    body |= {"charges_enabled": False, "payouts_enabled": False}
    body["requirements"] |= {
        "currently_due": due,
        "eventually_due": due,
        "past_due": due if reason == "requirements.past_due" else [],
        "disabled_reason": reason,
    }


def enable(body: Body) -> None:
    """Nothing is wanted any more."""
    body["capabilities"] = dict.fromkeys(body["capabilities"], "active")
    body |= {"charges_enabled": "card_payments" in body["capabilities"], "payouts_enabled": True}
    body["requirements"] |= {"currently_due": [], "eventually_due": [], "past_due": [], "disabled_reason": None}


def _controller(kind: str) -> Body:
    dashboard = {"express": "express", "standard": "full"}.get(kind, "none")
    return {
        "fees": {"payer": "application"},
        "is_controller": True,
        "losses": {"payments": "application"},
        "requirement_collection": "application" if kind == "custom" else "stripe",
        "stripe_dashboard": {"type": dashboard},
        "type": "application",
    }


def customer(now: int, params: Body) -> Body:
    """A customer record, no more than name and address."""
    return {
        "id": new_id("customer"),
        "object": "customer",
        "address": params.get("address"),
        "balance": 0,
        "created": now,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": params.get("description"),
        "email": params.get("email"),
        "invoice_prefix": None,
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "name": params.get("name"),
        "phone": params.get("phone"),
        "preferred_locales": params.get("preferred_locales", []),
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
