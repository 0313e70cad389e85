"""Signed events that speak of nothing of ours are kept and ignored; they break nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from marketplace.events import inbox
from marketplace.kernel.database import db, rows
from tests.factories.paid import Till, drain, fresh, payment, placed
from tests.factories.small_market import SmallMarket


@pytest.mark.parametrize(
    "kind", ["payment_intent.succeeded", "charge.refunded", "checkout.session.completed", "account.updated"]
)
@pytest.mark.parametrize(
    "about", [None, 7, "x", [], {}, {"id": None}, {"id": "pi_x", "metadata": []}, {"metadata": {"payment": {}}}]
)
def test_events_about_nothing(till: Till, kind: str, about: Any) -> None:
    body = json.dumps({"id": "evt_1", "type": kind, "data": {"object": about}}).encode()
    inbox.store("evt_1", kind, None, body)
    drain()
    states = [row.state for row in rows("SELECT state FROM inbox_event")]
    db.session.rollback()
    assert states == ["ignored"]


@pytest.mark.parametrize("kind", ["payment_intent.succeeded", "charge.dispute.created", "refund.failed"])
def test_events_of_a_farms_own_account_are_not_ours(till: Till, market: SmallMarket, kind: str) -> None:
    """They name what we cannot look at, or even our own payment: nothing is asked, nothing waits, nothing moves."""
    order = placed(market, {"kale": 1})
    till.pay(order)
    about = {"id": "dp_1Farm", "metadata": {"payment": str(payment(order).id), "order": order.number}}
    body = json.dumps({"id": "evt_1", "type": kind, "account": "acct_1Farm", "data": {"object": about}}).encode()
    drain()
    inbox.store("evt_1", kind, None, body)
    assert drain() == {"done": 1}
    states = [row.state for row in rows("SELECT state FROM inbox_event")]
    db.session.rollback()
    assert states == ["ignored"]
    assert fresh(order).state == "awaiting_payment"
