"""Saved means of payment, spoken through the official client: customers, hosted setup pages, off-session payments."""

from __future__ import annotations

from typing import Any

import stripe

from marketplace.payments.gateway import PaymentView, ProviderRefused
from marketplace.payments.saved_port import MeansPaymentRequest, MeansView, SetupRequest, SetupView
from marketplace.providers.stripe_client import outcomes, plain
from marketplace.providers.stripe_rows import ref_of


class StripeSavedMeans:
    """The part of the gateway that keeps means and uses them; `_api` is the client's v1, `payment` the gateway's."""

    _api: Any
    payment: Any

    def create_customer(self, account_id: int, email: str, key: str) -> str:
        with outcomes():
            made = self._api.customers.create(
                {"email": email, "metadata": {"account": str(account_id)}}, {"idempotency_key": key}
            )
            return str(made.id)

    def open_setup(self, request: SetupRequest) -> SetupView:
        about = {"setup": str(request.setup_id)}
        with outcomes():
            session = self._api.checkout.sessions.create(
                {
                    "mode": "setup",
                    "currency": "eur",
                    "customer": request.customer_ref,
                    "allowed_payment_method_types": ["card"],
                    "setup_intent_data": {"metadata": about},
                    "metadata": about,
                    "success_url": request.success_url,
                    "cancel_url": request.cancel_url,
                    "expires_at": int(request.expires_at.timestamp()),
                    "locale": request.language if request.language in ("de", "en", "nl") else "auto",
                },
                {"idempotency_key": request.key},
            )
        return _setup(session)

    def setup(self, ref: str) -> SetupView:
        with outcomes():
            return _setup(self._api.checkout.sessions.retrieve(ref, {"expand": ["setup_intent"]}))

    def means(self, ref: str) -> MeansView:
        with outcomes():
            data = plain(self._api.payment_methods.retrieve(ref))
        card = data.get("card") or {}
        return MeansView(
            ref=data["id"],
            customer_ref=ref_of(data.get("customer")),
            kind=data["type"],
            brand=card.get("brand") or "",
            last4=card.get("last4") or "",
            exp_month=card.get("exp_month") or 0,
            exp_year=card.get("exp_year") or 0,
            fingerprint=card.get("fingerprint"),
        )

    def means_of_payment(self, payment_ref: str) -> str | None:
        with outcomes():
            return ref_of(plain(self._api.payment_intents.retrieve(payment_ref)).get("payment_method"))

    def detach_means(self, ref: str, key: str) -> None:
        with outcomes():
            self._api.payment_methods.detach(ref, {}, {"idempotency_key": key})

    def pay_with_means(self, request: MeansPaymentRequest) -> PaymentView:
        with outcomes():
            try:
                ref = self._api.payment_intents.create(_off_session(request), {"idempotency_key": request.key}).id
            except stripe.CardError as error:
                ref = _declined(error)
        found: PaymentView = self.payment(ref)
        return found

    def find_payment(self, customer_ref: str, payment_id: int) -> PaymentView | None:
        with outcomes():
            listing = self._api.payment_intents.list({"customer": customer_ref, "limit": 100})
            refs = [
                made.id
                for made in listing.auto_paging_iter()
                if (plain(made).get("metadata") or {}).get("payment") == str(payment_id)
            ]
        return self.payment(refs[0]) if refs else None


def _off_session(request: MeansPaymentRequest) -> dict[str, Any]:
    return {
        "amount": request.amount_cents,
        "currency": "eur",
        "customer": request.customer_ref,
        "payment_method": request.means_ref,
        "allowed_payment_method_types": ["card"],
        "confirm": True,
        "off_session": True,
        "capture_method": "manual" if request.capture_later else "automatic",
        "metadata": {
            "order": request.order_number,
            "payment": str(request.payment_id),
            "intent": request.intent,
        },
        "transfer_group": request.order_number,
        "description": request.description,
    }


def _declined(error: stripe.CardError) -> str:
    """The PaymentIntent of an attempt that the bank refused, as the error names it."""
    body: Any = error.json_body or {}
    intent = (body.get("error") or {}).get("payment_intent") or {}
    if not intent.get("id"):
        raise ProviderRefused(error.user_message or str(error), error.code or "")
    return str(intent["id"])


def _setup(found: Any) -> SetupView:
    data = plain(found)
    intent = data.get("setup_intent")
    means = ref_of(intent.get("payment_method")) if isinstance(intent, dict) else None
    complete = data["status"] == "complete"
    return SetupView(data["id"], data["status"], data.get("url"), means if complete else None)
