"""The payment gateway spoken through the official client (hosted Checkout Sessions, manual capture, refunds)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import stripe

from marketplace.payments.gateway import (
    BadEvent,
    BalanceView,
    EventView,
    PaymentView,
    PayoutView,
    RefundView,
    SessionRequest,
    SessionView,
)
from marketplace.providers.stripe_client import outcomes, plain
from marketplace.providers.stripe_disputes import StripeDisputes
from marketplace.providers.stripe_listings import StripeListings
from marketplace.providers.stripe_rows import at, balance_view, ref_of
from marketplace.providers.stripe_saved import StripeSavedMeans

TOLERANCE_SECONDS = 300
# Several secrets make several signatures of 64 letters each.
LONGEST_HEADER = 2_000
_CHARGE = ["latest_charge.balance_transaction"]
_REFUND_ROW = ["balance_transaction"]


class StripeGateway(StripeSavedMeans, StripeDisputes, StripeListings):
    """Implements `payments.gateway.Gateway`."""

    def __init__(self, client: stripe.StripeClient, webhook_secrets: tuple[str, ...], *, live: bool) -> None:
        self._api = client.v1
        self._secrets = webhook_secrets
        self._live = live
        self._view = _payment

    def open_session(self, request: SessionRequest) -> SessionView:
        about = {"order": request.order_number, "payment": str(request.payment_id), "intent": request.intent}
        with outcomes():
            session = self._api.checkout.sessions.create(
                {
                    "mode": "payment",
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": "eur",
                                "unit_amount": request.amount_cents,
                                "product_data": {"name": request.description},
                            },
                        }
                    ],
                    "allowed_payment_method_types": list(request.methods),  # type: ignore[typeddict-item]
                    "payment_intent_data": {
                        **({"setup_future_usage": "off_session"} if request.keep_for else {}),
                        "capture_method": "manual" if request.capture_later else "automatic",
                        "metadata": about,
                        "transfer_group": request.order_number,
                        "description": request.description,
                    },
                    "metadata": about,
                    "client_reference_id": request.order_number,
                    **_customer(request),
                    "success_url": request.success_url,
                    "cancel_url": request.cancel_url,
                    "expires_at": int(request.expires_at.timestamp()),
                    "locale": request.language if request.language in ("de", "en", "nl") else "auto",  # type: ignore[typeddict-item]
                },
                {"idempotency_key": request.key},
            )
        return _session(session)

    def session(self, ref: str) -> SessionView:
        with outcomes():
            return _session(self._api.checkout.sessions.retrieve(ref))

    def expire_session(self, ref: str) -> SessionView:
        with outcomes():
            return _session(self._api.checkout.sessions.expire(ref))

    def payment(self, ref: str) -> PaymentView:
        with outcomes():
            return _payment(self._api.payment_intents.retrieve(ref, {"expand": _CHARGE}))

    def capture(self, ref: str, amount_cents: int, key: str) -> PaymentView:
        with outcomes():
            found = self._api.payment_intents.capture(
                ref, {"amount_to_capture": amount_cents, "expand": _CHARGE}, {"idempotency_key": key}
            )
            return _payment(found)

    def cancel(self, ref: str, key: str) -> PaymentView:
        with outcomes():
            return _payment(self._api.payment_intents.cancel(ref, {"expand": _CHARGE}, {"idempotency_key": key}))

    def refund(self, payment_ref: str, amount_cents: int, key: str, about: dict[str, str]) -> RefundView:
        with outcomes():
            refund = self._api.refunds.create(
                {
                    "payment_intent": payment_ref,
                    "amount": amount_cents,
                    "metadata": about,
                    "expand": ["balance_transaction"],
                },
                {"idempotency_key": key},
            )
        return _refund(refund)

    def refund_by_ref(self, ref: str) -> RefundView:
        with outcomes():
            view = _refund(self._api.refunds.retrieve(ref, {"expand": _REFUND_ROW}))
        # Shown only once there is one, so it cannot be asked for along with the refund.
        return view if view.failure_ref is None else replace(view, failure=self.balance(view.failure_ref))

    def find_refund(self, payment_ref: str, intent: str) -> RefundView | None:
        with outcomes():
            listing = self._api.refunds.list({"payment_intent": payment_ref, "limit": 100})
            for made in listing.auto_paging_iter():
                if (plain(made).get("metadata") or {}).get("intent") == intent:
                    return self.refund_by_ref(made.id)
        return None

    def balance(self, ref: str) -> BalanceView:
        with outcomes():
            found = balance_view(self._api.balance_transactions.retrieve(ref))
        assert found is not None
        return found

    def balances_since(self, since: datetime) -> Iterator[BalanceView]:
        with outcomes():
            listing = self._api.balance_transactions.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
            for row in listing.auto_paging_iter():
                view = balance_view(row)
                if view is not None:
                    yield view

    def payout(self, ref: str) -> PayoutView:
        with outcomes():
            data = plain(self._api.payouts.retrieve(ref, {"expand": ["balance_transaction"]}))
            back = ref_of(data.get("failure_balance_transaction"))
            row = balance_view(data.get("balance_transaction"))
            items: list[str] = []
            if data.get("automatic"):
                listing = self._api.balance_transactions.list({"payout": ref, "limit": 100})
                items = [found.id for found in listing.auto_paging_iter() if row is None or found.id != row.ref]
        failure = None if back is None else self.balance(back)
        return PayoutView(data["id"], data["status"], data["amount"], row, tuple(items), failure)

    def verify_event(self, body: bytes, signature: str) -> EventView:
        """Signature by any of our secrets, 300 s both ways, livemode as our key. The body is never trusted before."""
        _refuse_future(signature)
        for secret in self._secrets:
            try:
                stripe.WebhookSignature.verify_header(body.decode(), signature, secret)
                break
            except (stripe.SignatureVerificationError, UnicodeDecodeError, ValueError):
                continue
        else:
            raise BadEvent("signature")
        _refuse_old(signature)
        try:
            data = json.loads(body)
            event = EventView(data["id"], data["type"], data.get("api_version"), data["data"]["object"])
        except (ValueError, KeyError, TypeError):
            raise BadEvent("body") from None
        if bool(data.get("livemode")) is not self._live:
            raise BadEvent("livemode")
        return event


def _refuse_future(header: str) -> None:
    """stripe-python refuses only old timestamps (DECISIONS 17), and breaks over letters that no signature has."""
    if not header.isascii() or len(header) > LONGEST_HEADER:
        raise BadEvent("signature")
    if any(moment > time.time() + TOLERANCE_SECONDS for moment in _moments(header)):
        raise BadEvent("timestamp")


def _refuse_old(header: str) -> None:
    """Signed by us all the same: told apart from a forged one, so that a wrong clock is seen for what it is."""
    if any(moment < time.time() - TOLERANCE_SECONDS for moment in _moments(header)):
        raise BadEvent("timestamp")


def _moments(header: str) -> list[int]:
    parts = [part.partition("=") for part in header.split(",")]
    return [int(value) for name, _, value in parts if name.strip() == "t" and value.strip().isdigit()]


def _customer(request: SessionRequest) -> dict[str, str]:
    return {"customer": request.keep_for} if request.keep_for else {"customer_email": request.email}


def _session(found: Any) -> SessionView:
    data = plain(found)
    return SessionView(data["id"], data["status"], data.get("url"), ref_of(data.get("payment_intent")))


def _refund(found: Any) -> RefundView:
    data = plain(found)
    return RefundView(
        data["id"],
        data["status"],
        data["amount"],
        balance_view(data.get("balance_transaction")),
        ref_of(data.get("failure_balance_transaction")),
        payment_ref=ref_of(data.get("payment_intent")),
        intent=(data.get("metadata") or {}).get("intent"),
    )


def _payment(found: Any) -> PaymentView:
    data = plain(found)
    charge = data.get("latest_charge")
    charge = charge if isinstance(charge, dict) else None
    card = ((charge or {}).get("payment_method_details") or {}).get("card") or {}
    about = data.get("metadata") or {}
    error = data.get("last_payment_error") or {}
    return PaymentView(
        ref=data["id"],
        status=data["status"],
        amount_cents=data["amount"],
        capturable_cents=data.get("amount_capturable") or 0,
        received_cents=data.get("amount_received") or 0,
        currency=data["currency"],
        order_number=about.get("order"),
        payment_id=about.get("payment"),
        charge_ref=ref_of(data.get("latest_charge")),
        capture_before=at(card.get("capture_before")),
        balance=balance_view((charge or {}).get("balance_transaction")),
        error=error.get("message"),
        error_code=error.get("code"),
        intent=about.get("intent") or None,
    )
