"""Webhooks: stored once when they are what they claim to be, whatever they are about; else refused and counted."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.kernel import installation
from marketplace.kernel.database import rows
from marketplace.payments import gateway
from marketplace.providers.stripe_client import make_client
from marketplace.providers.stripe_gateway import StripeGateway

SECRETS = ("whsec_neu_0123456789", "whsec_alt_0123456789")


@pytest.fixture(autouse=True)
def two_secrets(app: Flask, settings: Any) -> Iterator[None]:
    before = gateway.gateway()
    client = make_client(replace(settings, stripe_webhook_secrets=SECRETS), retries=0)
    gateway.use(StripeGateway(client, SECRETS, live=False))
    yield
    gateway.use(before)


def event(**changes: Any) -> bytes:
    thing = {
        "id": "evt_1",
        "type": "payment_intent.succeeded",
        "livemode": False,
        "api_version": "2026-01-01",
        "data": {"object": {"id": "pi_1", "name": "Grünkohl"}},
    }
    return json.dumps(thing | changes, ensure_ascii=False).encode()


def sent(client: FlaskClient, body: bytes, *, secret: str = SECRETS[0], off: int = 0, header: str | None = None) -> int:
    moment = int(time.time()) + off
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    signature = f"t={moment},v1={digest}" if header is None else header
    return client.post(
        "/webhooks/stripe", data=body, headers={"Stripe-Signature": signature}, content_type="application/json"
    ).status_code


def stored(app: Flask) -> list[Any]:
    with app.app_context():
        return rows("SELECT event_id, type, state, body FROM inbox_event ORDER BY id")


def facts(app: Flask) -> int:
    with app.app_context():
        return len(rows("SELECT 1 FROM fact WHERE kind = 'WebhookStored'"))


def test_stored_once_as_it_came(app: Flask, client: FlaskClient) -> None:
    body = event()
    assert [sent(client, body), sent(client, body, secret=SECRETS[1]), sent(client, body)] == [200] * 3
    kept = stored(app)
    assert [(row.event_id, row.state) for row in kept] == [("evt_1", "received")] and bytes(kept[0].body) == body
    assert facts(app) == 1


def test_kinds_that_we_ignore_are_stored_too(app: Flask, client: FlaskClient) -> None:
    assert sent(client, event(id="evt_2", type="product.created")) == 200
    assert len(stored(app)) == 1


def test_what_is_not_what_it_claims(app: Flask, client: FlaskClient) -> None:
    body = event()
    assert sent(client, body, secret="whsec_fremd_0123456789") == 400
    assert sent(client, body, header="") == 400
    assert sent(client, body, header="t=,v1=") == 400
    assert sent(client, body, header="ä") == 400
    for off in (-301, -10_000, 305, 10_000):
        assert sent(client, body, off=off) == 400, off
    assert sent(client, event(livemode=True)) == 400
    assert sent(client, b"{}") == 400
    assert sent(client, b"\xff") == 400
    assert sent(client, b"[]") == 400
    assert sent(client, event(id=None)) == 400
    assert sent(client, event(id="x" * 300)) == 400
    assert not stored(app) and facts(app) == 0


def test_just_within_time(app: Flask, client: FlaskClient) -> None:
    assert [sent(client, event(id=f"evt_{off}"), off=off) for off in (-295, 295)] == [200, 200]


def test_refusals_are_counted(client: FlaskClient) -> None:
    def counted() -> float:
        figures = client.get("/metrics").get_data(as_text=True)
        lines = [
            line for line in figures.splitlines() if line.startswith('marketplace_webhooks_refused_total{reason="sig')
        ]
        return float(lines[0].split()[-1]) if lines else 0.0

    before = counted()
    sent(client, event(), secret="whsec_fremd_0123456789")
    assert counted() == before + 1


def test_too_large(client: FlaskClient) -> None:
    assert sent(client, b"x" * (2 << 20)) == 413


def test_brackets_without_end(app: Flask, client: FlaskClient) -> None:
    assert sent(client, b'{"a":' * 50_000) == 400
    assert not stored(app)


def refused(client: FlaskClient) -> dict[str, float]:
    figures = client.get("/metrics").get_data(as_text=True)
    found = re.findall(r'marketplace_webhooks_refused_total\{reason="(\w+)"\} ([\d.]+)', figures)
    return {reason: float(figure) for reason, figure in found}


def test_each_reason_is_counted_for_itself(app: Flask, client: FlaskClient) -> None:
    """Forged, stale, from the future, from the other mode, too large, not readable: refused, and nothing is stored."""
    before = refused(client)
    sent(client, event(), secret="whsec_fremd_0123456789")
    sent(client, event(), off=-301)
    sent(client, event(), off=305)
    sent(client, event(livemode=True))
    sent(client, b"[]")
    sent(client, b"x" * (2 << 20))
    after = refused(client)
    more = {reason: figure - before.get(reason, 0) for reason, figure in after.items()}
    assert more == {"signature": 1, "timestamp": 2, "livemode": 1, "body": 1, "size": 1}
    assert not stored(app) and facts(app) == 0


def test_a_forged_one_that_is_old_too_is_forged(client: FlaskClient) -> None:
    before = refused(client)
    sent(client, event(), secret="whsec_fremd_0123456789", off=-10_000)
    assert refused(client)["signature"] == before.get("signature", 0) + 1


def test_secrets_rotate_without_a_gap(app: Flask, client: FlaskClient) -> None:
    """Both are good while both are set; the old one alone before, the new one alone after."""

    def with_secrets(*secrets: str) -> None:
        gateway.use(StripeGateway(make_client(installation.settings(), retries=0), secrets, live=False))

    new, old = SECRETS
    for number, (secrets, signed_with, status) in enumerate(
        [
            ((old,), old, 200),
            ((new, old), old, 200),
            ((new, old), new, 200),
            ((new,), new, 200),
            ((new,), old, 400),
        ]
    ):
        with_secrets(*secrets)
        assert sent(client, event(id=f"evt_{number}"), secret=signed_with) == status
    assert len(stored(app)) == 4


def test_a_header_with_signatures_of_both_secrets(client: FlaskClient) -> None:
    """The provider signs with every secret while one is being replaced."""
    body, moment = event(), int(time.time())
    digests = [
        hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        for secret in ("whsec_morgen_0123456789", SECRETS[1])
    ]
    assert sent(client, body, header=f"t={moment}," + ",".join(f"v1={digest}" for digest in digests)) == 200
