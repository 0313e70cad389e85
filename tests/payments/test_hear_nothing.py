"""Signed events that speak of nothing of ours are kept and ignored; they break nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from marketplace.events import inbox
from marketplace.kernel.database import db, rows
from tests.factories.paid import Till, drain


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
