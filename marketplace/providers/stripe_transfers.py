"""Transfers to farms and their accounts, spoken through the official client (separate charges and transfers)."""

from __future__ import annotations

from typing import Any

import stripe

from marketplace.payments.gateway import BalanceView
from marketplace.payouts.bank import LEFT, AccountRequest, AccountView, ReversalView, TransferRequest, TransferView
from marketplace.providers.stripe_client import outcomes, plain
from marketplace.providers.stripe_rows import balance_view


class StripeBank:
    """Implements `payouts.bank.Bank`."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._api = client.v1

    def transfer(self, request: TransferRequest) -> TransferView:
        with outcomes():
            made = self._api.transfers.create(
                {
                    "amount": request.amount_cents,
                    "currency": "eur",
                    "destination": request.account_ref,
                    "description": request.description,
                    "metadata": {"intent": request.intent},
                    "transfer_group": request.group,
                    "expand": ["balance_transaction"],
                },
                {"idempotency_key": request.key},
            )
        return _transfer(made)

    def find_transfer(self, request: TransferRequest) -> TransferView | None:
        with outcomes():
            listing = self._api.transfers.list(
                {"transfer_group": request.group, "limit": 100, "expand": ["data.balance_transaction"]}
            )
            for made in listing.auto_paging_iter():
                if (plain(made).get("metadata") or {}).get("intent") == request.intent:
                    return _transfer(made)
        return None

    def reverse(self, transfer_ref: str, amount_cents: int, key: str, intent: str) -> ReversalView:
        with outcomes():
            made = self._api.transfers.reversals.create(
                transfer_ref,
                {"amount": amount_cents, "metadata": {"intent": intent}, "expand": ["balance_transaction"]},
                {"idempotency_key": key},
            )
        return _reversal(made)

    def reversals(self, transfer_ref: str) -> list[ReversalView]:
        with outcomes():
            listing = self._api.transfers.reversals.list(
                transfer_ref, {"limit": 100, "expand": ["data.balance_transaction"]}
            )
            return [_reversal(made) for made in listing.auto_paging_iter()]

    def account_balance(self, ref: str) -> int:
        with outcomes():
            found = plain(self._api.balance.retrieve({}, {"stripe_account": ref}))
        return sum(part["amount"] for kind in ("available", "pending") for part in found[kind])

    def open_account(self, request: AccountRequest) -> AccountView:
        with outcomes():
            account = self._api.accounts.create(
                {
                    "type": "express",
                    "country": "DE",
                    "email": request.email,
                    "capabilities": {"transfers": {"requested": True}},
                    "business_profile": {"name": request.name},
                    "metadata": {"farm": str(request.farm_id)},
                },
                {"idempotency_key": request.key},
            )
        return _account(account)

    def account(self, ref: str) -> AccountView:
        with outcomes():
            try:
                return _account(self._api.accounts.retrieve(ref))
            except stripe.PermissionError as error:
                # The client leaves `code` of this kind of error empty.
                if error.error is None or error.error.code != "account_invalid":
                    raise
                return AccountView(ref, enabled=False, disabled=LEFT)

    def onboarding_link(self, account_ref: str, return_url: str, refresh_url: str) -> str:
        with outcomes():
            link = self._api.account_links.create(
                {
                    "account": account_ref,
                    "type": "account_onboarding",
                    "return_url": return_url,
                    "refresh_url": refresh_url,
                    "collection_options": {"fields": "eventually_due"},
                }
            )
        return str(link.url)


def _reversal(found: Any) -> ReversalView:
    data = plain(found)
    return ReversalView(
        ref=data["id"],
        amount_cents=data["amount"],
        intent=(data.get("metadata") or {}).get("intent"),
        balance=balance_view(data.get("balance_transaction")),
    )


def _transfer(found: Any) -> TransferView:
    data = plain(found)
    balance: BalanceView | None = balance_view(data.get("balance_transaction"))
    destination = data["destination"]
    return TransferView(
        ref=data["id"],
        amount_cents=data["amount"],
        account_ref=destination if isinstance(destination, str) else destination["id"],
        balance=balance,
    )


def _account(found: Any) -> AccountView:
    data = plain(found)
    active = (data.get("capabilities") or {}).get("transfers") == "active"
    asked = data.get("requirements") or {}
    missing = [*(asked.get("past_due") or ()), *(asked.get("currently_due") or ())]
    return AccountView(
        data["id"],
        enabled=bool(active and data.get("payouts_enabled", True)),
        submitted=bool(data.get("details_submitted")),
        missing=tuple(dict.fromkeys(missing)),
        reviewing=tuple(asked.get("pending_verification") or ()),
        disabled=asked.get("disabled_reason") or "",
    )
