"""Events arrive signed, in order, again after a failure, and as badly as a test asks for."""

from __future__ import annotations

import json
import time
import urllib.error

import pytest
import stripe

from marketplace.providers.stand_ins.stripe.settings import StandInSettings
from marketplace.providers.stand_ins.stripe.webhooks import allowed_url
from tests.providers.stand_in_stripe.conftest import Start
from tests.providers.stand_in_stripe.running import SECRET, Receiver, until

PAID = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def test_signed_and_in_order(start: Start, receiver: Receiver) -> None:
    stand_in = start(STAND_IN_WEBHOOK_URL=receiver.url)
    stand_in.paid()
    receiver.wait(lambda got: len(got) == 3, "three events")
    assert receiver.types() == PAID
    for body, header in receiver.got:
        event = stripe.Webhook.construct_event(body, header, SECRET)
        assert event.api_version == "2026-10-28.endive" and not event.livemode
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(body + b" ", header, SECRET)
    until(lambda: stand_in.control("idle")["idle"], "everything delivered")
    assert stand_in.v1.events.list({"delivery_success": True}).data[0].pending_webhooks == 0


def test_again_after_a_failure(start: Start, receiver: Receiver) -> None:
    receiver.answers = [500]
    stand_in = start(STAND_IN_WEBHOOK_URL=receiver.url)
    stand_in.v1.customers.create({"email": "a@example.org"})
    receiver.wait(lambda got: len(got) == 2, "a second try")
    first, second = receiver.got
    assert json.loads(first[0])["id"] == json.loads(second[0])["id"]
    until(lambda: stand_in.control("idle")["idle"], "delivered")
    delivery = stand_in.control("webhooks")["deliveries"][0]
    assert (delivery["attempts"], delivery["state"], delivery["last_status"]) == (2, "delivered", 200)


def test_back_off_grows(start: Start, receiver: Receiver) -> None:
    receiver.answers = [500] * 4
    stand_in = start(STAND_IN_WEBHOOK_URL=receiver.url)
    stand_in.v1.customers.create({"email": "a@example.org"})
    for tries in (1, 2, 3, 4, 5):
        receiver.wait(lambda got, tries=tries: len(got) == tries, f"try {tries}")  # type: ignore[misc]

        def settled(tries: int = tries) -> bool:
            return bool(stand_in.control("webhooks")["deliveries"][0]["attempts"] == tries)

        until(settled, "the try written down")
        stand_in.order("webhooks/retry")  # do not wait for 1, 2, 5, 10 seconds
    assert stand_in.control("webhooks")["deliveries"][0]["state"] == "delivered"


def test_held_reversed_and_repeated(start: Start, receiver: Receiver) -> None:
    stand_in = start(STAND_IN_WEBHOOK_URL=receiver.url)
    stand_in.order("webhooks/hold", types=["payment_intent.created", "payment_intent.succeeded"])
    stand_in.paid()
    receiver.wait(lambda got: len(got) == 1, "the event that is not held")
    until(lambda: stand_in.control("idle")["idle"], "nothing waits")
    assert receiver.types() == ["charge.succeeded"]
    released = stand_in.order("webhooks/release", order="reverse")["released"]
    receiver.wait(lambda got: len(got) == 3, "the released events")
    assert receiver.types() == ["charge.succeeded", "payment_intent.succeeded", "payment_intent.created"]
    stand_in.order("webhooks/deliver", event=released[0], times=2)
    receiver.wait(lambda got: len(got) == 5, "the repeated event")
    assert receiver.ids()[3:] == [released[0]] * 2


def test_session_expiry_is_told_by_itself(start: Start, receiver: Receiver) -> None:
    stand_in = start(STAND_IN_WEBHOOK_URL=receiver.url)
    session = stand_in.checkout(expires_at=int(time.time()) + 31 * 60)
    stand_in.order("clock", advance=32 * 60)
    receiver.wait(lambda got: len(got) == 1, "the expiry")
    body, header = receiver.got[0]
    event = stripe.Webhook.construct_event(body, header, SECRET)  # signed with the machine's time, clock or not
    assert (event.type, event.data.object["id"]) == ("checkout.session.expired", session.id)


def test_restart_keeps_state_and_deliveries(start: Start, receiver: Receiver) -> None:
    first = start(STAND_IN_WEBHOOK_URL="http://127.0.0.1:9/nobody")
    intent = first.paid()
    first.order("clock", advance=1000)
    until(lambda: first.control("webhooks")["deliveries"][0]["attempts"], "a failed try")
    first.stop()
    first.app.extensions.clear()
    second = start(STAND_IN_WEBHOOK_URL=receiver.url)
    assert second.v1.payment_intents.retrieve(intent.id).status == "succeeded"
    second.order("webhooks/retry")
    receiver.wait(lambda got: len(got) == 3, "the events of before")
    assert receiver.types() == PAID
    assert second.control("state")["now"] > time.time() + 900


def test_only_this_machine_or_the_configured_address(start: Start, receiver: Receiver) -> None:
    stand_in = start()
    for url in (
        "http://192.0.2.1/x",
        "http://example.org/",
        "https://127.0.0.1/",
        "file:///etc/passwd",
        "nonsense",
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            stand_in.order("webhooks/url", url=url)
        refused.value.close()
    stand_in.order("webhooks/url", url=receiver.url)
    stand_in.v1.customers.create({"email": "a@example.org"})
    receiver.wait(lambda got: len(got) == 1, "an event")
    settings: StandInSettings = stand_in.app.extensions["stand_in"].settings
    assert allowed_url("http://[::1]:80/x", settings) and not allowed_url("http://127.0.0.1.example.org/", settings)
