"""What we rely on of the payment provider, asked of the stand-in; or of the real test mode, by settings:

CONTRACT_STRIPE_API_KEY=sk_test_… [CONTRACT_STRIPE_API_BASE=https://…] make test ARGS=tests/providers/test_contract.py
"""

from __future__ import annotations

import os
import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import stripe

from marketplace.payments.gateway import ProviderRefused, SessionRequest
from marketplace.providers.stripe_gateway import StripeGateway
from tests.providers.stand_in_stripe.running import KEY, Running


@dataclass
class Provider:
    """The gateway under contract, and the client behind it: a card is charged here without the hosted page."""

    gateway: StripeGateway
    client: stripe.StripeClient

    def paid(self, cents: int, *, capture: str = "manual") -> str:
        """A PaymentIntent with a test card, as the hosted page leaves one behind."""
        intent = self.client.v1.payment_intents.create(
            {
                "amount": cents,
                "currency": "eur",
                "payment_method": "pm_card_visa",
                "allowed_payment_method_types": ["card"],
                "confirm": True,
                "capture_method": capture,  # type: ignore[typeddict-item]
                "metadata": {"order": "M-1", "payment": "7"},
            },
            {"idempotency_key": f"contract-{uuid.uuid4()}"},
        )
        return str(intent.id)


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    key, base = os.environ.get("CONTRACT_STRIPE_API_KEY"), os.environ.get("CONTRACT_STRIPE_API_BASE")
    assert not key or key.startswith(("sk_test_", "rk_test_")), "the contract is tried with test keys alone"
    running = None if key else Running(Path(tmp_path_factory.mktemp("contract")) / "books.sqlite3", {})
    address = running.url if running else base or "https://api.stripe.com"
    http = stripe.RequestsClient(timeout=30)
    client = stripe.StripeClient(key or KEY, base_addresses={"api": address}, http_client=http)
    yield Provider(StripeGateway(client, ("whsec_0123456789abcdef",), live=False), client)
    http.close()
    if running:
        running.stop()


@pytest.fixture
def request_for_page() -> SessionRequest:
    return SessionRequest(
        key=f"cs-{uuid.uuid4()}",
        order_number=f"M-{secrets.randbelow(10**8)}",
        payment_id=7,
        amount_cents=1695,
        capture_later=True,
        methods=("card",),
        email="lisa@example.org",
        description="Bestellung",
        success_url="https://markt.example.org/bestellung?zurueck=1",
        cancel_url="https://markt.example.org/bestellung",
        expires_at=(datetime.now(UTC) + timedelta(minutes=45)).replace(microsecond=0),
        language="de",
    )


def test_a_page_is_opened_once_and_closed(provider: Provider, request_for_page: SessionRequest) -> None:
    view = provider.gateway.open_session(request_for_page)
    assert (view.status, view.payment_ref) == ("open", None)
    assert view.url
    assert provider.gateway.open_session(request_for_page).ref == view.ref
    with pytest.raises(ProviderRefused):
        provider.gateway.open_session(replace(request_for_page, amount_cents=1))
    assert provider.gateway.expire_session(view.ref).status == "expired"
    assert provider.gateway.session(view.ref).status == "expired"
    with pytest.raises(ProviderRefused):
        provider.gateway.expire_session(view.ref)


def test_less_is_captured_than_was_held(provider: Provider) -> None:
    ref = provider.paid(1695)
    held = provider.gateway.payment(ref)
    assert (held.status, held.capturable_cents, held.order_number, held.payment_id) == (
        "requires_capture",
        1695,
        "M-1",
        "7",
    )
    assert held.capture_before is not None
    key = f"cap-{uuid.uuid4()}"
    for _ in range(2):
        taken = provider.gateway.capture(ref, 1500, key)
        assert (taken.status, taken.received_cents) == ("succeeded", 1500)
    seen = provider.gateway.payment(ref)
    assert seen.balance is not None and seen.charge_ref is not None
    assert (seen.balance.kind, seen.balance.amount_cents, seen.balance.source) == ("charge", 1500, seen.charge_ref)
    assert seen.balance.amount_cents == seen.balance.net_cents + seen.balance.fee_cents


def test_a_hold_is_let_go(provider: Provider) -> None:
    ref = provider.paid(500)
    assert provider.gateway.cancel(ref, f"can-{uuid.uuid4()}").status == "canceled"
    with pytest.raises(ProviderRefused):
        provider.gateway.capture(ref, 500, f"cap-{uuid.uuid4()}")


def test_equal_refunds_are_two_and_never_more_than_was_captured(provider: Provider) -> None:
    ref = provider.paid(1000, capture="automatic")
    first, second = f"re-{uuid.uuid4()}", f"re-{uuid.uuid4()}"
    refs = {provider.gateway.refund(ref, 300, key, {"intent": key}).ref for key in (first, first, second)}
    assert len(refs) == 2
    with pytest.raises(ProviderRefused):
        provider.gateway.refund(ref, 401, f"re-{uuid.uuid4()}", {})


def test_what_is_unknown_is_refused(provider: Provider) -> None:
    with pytest.raises(ProviderRefused):
        provider.gateway.payment("pi_nobody_knows_this")
