"""Disputes, and the refunds that somebody made by hand, spoken through the official client."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marketplace.payments.gateway import DisputeView
from marketplace.providers.stripe_client import outcomes, plain
from marketplace.providers.stripe_rows import at, balance_view, ref_of

# The provider's words and ours. An inquiry that is closed, or a dispute that was prevented, has cost nothing: won.
STATES = {
    "warning_needs_response": "warning",
    "warning_under_review": "warning",
    "warning_closed": "won",
    "prevented": "won",
    "needs_response": "needs_response",
    "under_review": "under_review",
    "won": "won",
    "lost": "lost",
}


class StripeDisputes:
    """The part of the gateway that looks at what others do with a payment; `_api` is the client's v1."""

    _api: Any

    def dispute(self, ref: str) -> DisputeView:
        with outcomes():
            return _dispute(self._api.disputes.retrieve(ref))

    def disputes_of(self, payment_ref: str) -> list[str]:
        with outcomes():
            listing = self._api.disputes.list({"payment_intent": payment_ref, "limit": 100})
            return [found.id for found in listing.auto_paging_iter()]

    def refunds_of(self, payment_ref: str) -> list[str]:
        with outcomes():
            listing = self._api.refunds.list({"payment_intent": payment_ref, "limit": 100})
            return [found.id for found in listing.auto_paging_iter()]


def _dispute(found: Any) -> DisputeView:
    data = plain(found)
    views = [balance_view(row) for row in data.get("balance_transactions") or []]
    return DisputeView(
        ref=data["id"],
        # A word that is not known yet is a dispute that somebody has to look at.
        state=STATES.get(data["status"], "needs_response"),
        amount_cents=data["amount"],
        reason=data.get("reason") or "",
        charge_ref=ref_of(data["charge"]) or "",
        payment_ref=ref_of(data.get("payment_intent")),
        evidence_due_by=at((data.get("evidence_details") or {}).get("due_by")),
        opened_at=datetime.fromtimestamp(data["created"], UTC),
        rows=tuple(view for view in views if view is not None),
    )
