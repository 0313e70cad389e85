"""Stored webhooks, worked on: done, ignored, waiting for what is not known yet, or failed and tried again by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from marketplace.events import inbox
from marketplace.events.deliveries import retry
from marketplace.farms.bank import note_connected_account
from marketplace.kernel.database import db, execute, rows, transaction
from marketplace.payments.gateway import ProviderRefused, ProviderUnavailable
from tests.factories.paid import drain
from tests.factories.small_market import SmallMarket, small_market
from workers import payments as consumers
from workers import payouts


@pytest.fixture
def market(db: object) -> SmallMarket:
    return small_market()


def comes(kind: str, account: str | None = None, **about: Any) -> None:
    of = {"account": account} if account else {}
    body = json.dumps({"id": "evt_1", "type": kind, "data": {"object": about}, **of}).encode()
    assert inbox.store("evt_1", kind, None, body)


def state() -> str:
    found = rows("SELECT state FROM inbox_event")[0].state
    db.session.rollback()
    return str(found)


def later() -> None:
    with transaction():
        execute("UPDATE delivery SET available_at = clock_timestamp()")


def test_of_nobody_is_ignored(market: SmallMarket) -> None:
    comes("payment_intent.succeeded", id="pi_of_another_shop", metadata={"payment": "999999"})
    drain()
    assert state() == "ignored"


def test_an_account_that_is_not_written_down_yet_is_waited_for(
    market: SmallMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event may overtake the answer to the request that opened the account."""
    looked: list[int] = []
    monkeypatch.setattr(payouts, "look_at_account", looked.append)
    farm = market.farms["bees"]
    comes("account.updated", id="acct_new", metadata={"farm": str(farm)})
    assert drain()["again"] == 1
    assert (state(), looked) == ("waiting", [])
    note_connected_account(farm, "acct_new", enabled=False)
    later()
    drain()
    assert (state(), looked) == ("done", [farm])


def test_a_farm_that_takes_our_access_away_is_looked_at(
    market: SmallMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event speaks of us (the application) and names the account beside it."""
    looked: list[int] = []
    monkeypatch.setattr(payouts, "look_at_account", looked.append)
    note_connected_account(market.farms["bees"], "acct_ours", enabled=True)
    comes("account.application.deauthorized", account="acct_ours", object="application", id="ca_us")
    drain()
    assert (state(), looked) == ("done", [market.farms["bees"]])


def test_accounts_of_others_are_ignored(market: SmallMarket) -> None:
    note_connected_account(market.farms["bees"], "acct_ours", enabled=True)
    comes("account.updated", id="acct_old", metadata={"farm": str(market.farms["bees"])})
    drain()
    assert state() == "ignored"


def test_refused_is_failed_and_can_be_tried_again(market: SmallMarket, monkeypatch: pytest.MonkeyPatch) -> None:
    def hear(kind: str, about: object) -> bool:
        raise trouble

    trouble: Exception = ProviderUnavailable("away")
    monkeypatch.setattr(consumers, "hear", hear)
    comes("charge.refunded", id="ch_1")
    assert drain()["again"] == 1
    assert state() == "received"
    trouble = ProviderRefused("no such charge")
    later()
    assert drain()["parked"] == 1
    assert state() == "failed"
    monkeypatch.setattr(consumers, "hear", lambda kind, about: True)
    parked = rows("SELECT id FROM delivery WHERE state = 'parked'")[0].id
    db.session.rollback()
    retry(parked)
    drain()
    assert state() == "done"


def test_a_payment_with_our_names_that_is_not_known_is_waited_for(
    market: SmallMarket, caplog: pytest.LogCaptureFixture
) -> None:
    """Not swallowed, not parked at once; after a quarter of an hour somebody is told."""
    comes("payment_intent.succeeded", id="pi_1", metadata={"order": "M-1", "payment": "999999"})
    assert drain()["again"] == 1
    assert state() == "waiting"
    assert "in vain" not in caplog.text
    with transaction():
        execute("UPDATE inbox_event SET received_at = clock_timestamp() - interval '16 minutes'")
    later()
    assert drain()["again"] == 1
    assert "in vain" in caplog.text
    assert rows("SELECT state FROM delivery")[0].state == "waiting"
    db.session.rollback()


def test_an_event_that_overtakes_its_object_is_waited_for(
    market: SmallMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hear(kind: str, about: object) -> bool:
        raise ProviderRefused("no such refund", "resource_missing")

    monkeypatch.setattr(consumers, "hear", hear)
    comes("refund.updated", id="re_1")
    assert drain()["again"] == 1
    assert state() == "waiting"
