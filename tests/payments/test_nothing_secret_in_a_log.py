"""A whole week with failures, pages and forged webhooks: what is logged opens no door (I37)."""

from __future__ import annotations

import io
import logging
import random
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from marketplace.kernel.database import db, rows
from marketplace.kernel.logs import _OurHandler, set_up_logs
from marketplace.orders.models import Order
from marketplace.orders.tokens import token_of
from marketplace.payments.rows import payment_of
from marketplace.web.access import SIGN_IN
from tests.chaos.deeds import CARDS, Deeds
from tests.chaos.machine import World
from tests.chaos.postman import WRONG_SECRET, Postman, Roads
from tests.chaos.town import build
from tests.chaos.weather import FAULTS, order_fault, rest
from tests.factories.paid import drain
from tests.factories.visitors import account, browser
from tests.providers.stand_in_stripe.running import KEY

ALL_AT_ONCE = Roads(twice=50, stale=50, forged=50, shuffled=True)


@pytest.fixture(params=["text", "json"])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Everything that the house's own handler writes, of every logger, at its lowest level."""
    set_up_logs(request.param)
    root = logging.getLogger()
    handler = next(one for one in root.handlers if isinstance(one, _OurHandler))
    handler.stream = stream = io.StringIO()
    root.setLevel(logging.DEBUG)
    yield stream
    set_up_logs("text")


def test_nothing_opens_a_door(here: World, app: Flask, written: io.StringIO, settings: Any) -> None:
    till = here.fresh()
    town = build(till)
    deeds, postman = Deeds(till, town), Postman(till, here.client, here.secret)
    signed_in = browser(app, account(app))
    with signed_in.session_transaction() as session:
        sign_in = session[SIGN_IN]
    secrets = {KEY, *settings.stripe_webhook_secrets, WRONG_SECRET, settings.secret_key, sign_in}
    for number, fault in enumerate(FAULTS):
        order_fault(till, fault)
        placed = deeds.place(town.days["near" if number % 2 else "far"], {"kale": 1, "milk": 1}, "card")
        assert placed is not None
        order_fault(till, fault)
        secrets |= _look_at(signed_in, placed)
        deeds.open_page(placed)
        deeds.pay(placed, ("good", "declined", "refunds fail")[number % 3])
        deeds.come_back(placed)
    secrets |= {card["card"] for card in CARDS.values()}
    postman.fetch()
    postman.bring(ALL_AT_ONCE, random.Random(1))
    drain()
    for order_id in deeds.orders:
        deeds.refund_cents(order_id, 50, "market", times=2)
    signed_in.post("/webhooks/stripe", data=b"{", headers={"Stripe-Signature": f"t=1,v1={WRONG_SECRET}"})
    rest(till, postman)
    log = written.getvalue()
    assert "/webhooks/stripe" in log and "Stripe" in log  # it was listened to
    assert [line for line in log.splitlines() if any(secret in line for secret in secrets)] == []


def _look_at(client: Any, order_id: int) -> set[str]:
    """Opens the order's page as a guest does, right and wrong; gives its token and the address of its payment page."""
    order = db.session.get_one(Order, order_id)
    number, token = order.number, token_of(order)
    payment = payment_of(order_id)
    url = None if payment is None else payment.session_url
    db.session.rollback()
    assert client.get(f"/bestellung/{number}?token={token}").status_code == 200
    assert client.get(f"/bestellung/{number}x?token={token}").status_code == 404
    client.get(f"/api/v1/orders/{number}", headers={"Order-Token": token})
    seeds = {row.token_seed for row in rows("SELECT token_seed FROM orders")}
    db.session.rollback()
    return {token, *seeds, *([url] if url else [])}
