"""kill -9 between the order and its mail: whatever dies, the order, the money and the mail come right by themselves."""

from __future__ import annotations

import os
import signal
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
import requests

from tests.whole.running import RunningMarket, pay_on_page, until
from tests.whole.test_market_week import open_slot

pytestmark = pytest.mark.xdist_group("whole")


def one_order(running: RunningMarket) -> Any:
    slot = later_slot(running)
    offers = running.every(f"/pickup-slots/{slot['id']}/offers")
    good = next(o for o in offers if not o["min_age"] and (o["available"] is None or o["available"] > 5))
    return running.place(slot["id"], [{"offer": good["id"], "quantity": 1}])


def later_slot(running: RunningMarket) -> Any:
    """A slot of the second market day to come: the first one is counted to the cent by test_market_week.py."""
    first = open_slot(running)
    squares = [
        slot
        for slot in running.every("/pickup-slots?market=muensterland&open=true")
        if slot["pickup_point"]["kind"] != "shelf" and slot["date"] > first["date"]
    ]
    return min(squares, key=lambda slot: (slot["date"], slot["id"]))


def is_right(running: RunningMarket, placed: Any) -> None:
    """Confirmed once, paid once at the provider, told once."""
    order = running.is_in(placed, "confirmed", "packing", seconds=240)
    # A pickup more than six days away is captured at once.
    assert order["payment_state"] in ("authorized", "captured")
    intents = [i for i in running.provider()["intents"] if i["metadata"].get("order") == placed["number"]]
    assert [i["status"] for i in intents] == [
        "requires_capture" if order["payment_state"] == "authorized" else "succeeded"
    ]
    assert intents[0]["amount"] >= placed["total_cents"]
    sent = until(lambda: mail(running, placed, "order_confirmed"), "the mail", 240)
    assert len(sent) == 1
    files = [f for f in (running.folder / "mail").glob("*.eml") if sent[0] == message_id(f.read_bytes())]
    assert len(files) == 1
    stock = running.rows(
        "SELECT s.sold, s.reserved FROM contract.order_lines l JOIN contract.stock s ON l.offer_id = ANY(s.offers)"
        " WHERE l.order_number = %s",
        placed["number"],
    )
    assert all(sold >= 1 and reserved >= 0 for sold, reserved in stock)


def mail(running: RunningMarket, placed: Any, kind: str) -> list[str]:
    found = running.rows(
        "SELECT message_id FROM contract.notifications WHERE order_number = %s AND kind = %s AND state = 'sent'",
        placed["number"],
        kind,
    )
    return [row[0] for row in found]


def message_id(mail_bytes: bytes) -> str:
    return str(message_from_bytes(mail_bytes, policy=default)["Message-ID"])


@pytest.mark.parametrize("victim", ["worker", "relay", "web", "clock", "broker", "database"])
@pytest.mark.parametrize("moment", ["before the payment", "after the payment"])
def test_killed_between_order_and_mail(running: RunningMarket, victim: str, moment: str) -> None:
    placed = one_order(running)
    url = running.payment_url(placed)
    if moment == "before the payment":
        running.kill(victim)
        pay_on_page(url)
    else:
        pay_on_page(url)
        running.kill(victim)
    is_right(running, placed)
    until(lambda: victim in running.pids() and is_open(running), f"{victim} to be back")


def is_open(running: RunningMarket) -> bool:
    return requests.get(f"{running.url}/readyz", timeout=5).status_code == 200


def test_it_sells_and_hears_while_the_broker_is_deaf(running: RunningMarket) -> None:
    """The broker hangs (not even refuses): orders are placed, paid and their webhooks stored; the rest follows."""
    broker = running.pids()["broker"]
    os.kill(broker, signal.SIGSTOP)
    try:
        assert requests.get(f"{running.url}/", timeout=10).status_code == 200
        placed = one_order(running)
        assert placed["payment_url"]
        pay_on_page(placed["payment_url"])
        until(lambda: heard(running, placed), "the webhook to be stored")
    finally:
        os.kill(broker, signal.SIGCONT)
    is_right(running, placed)


def heard(running: RunningMarket, placed: Any) -> bool:
    """Is there an event in the inbox for every one that the provider sent of this order?"""
    ids = {row[0] for row in running.rows("SELECT event_id FROM contract.webhook_events")}
    completed = running.rows("SELECT count(*) FROM contract.webhook_events WHERE type = 'checkout.session.completed'")
    sessions = [s for s in running.provider()["sessions"] if s["status"] == "complete"]
    return bool(ids) and completed[0][0] >= len(sessions)


def test_the_books_are_right_after_all_that(running: RunningMarket) -> None:
    until(lambda: nothing_waits(running), "the outbox to come to rest")
    running.command("books", "check")
    drift = running.rows(
        "SELECT s.offer_id FROM contract.stock s WHERE s.reserved <> (SELECT coalesce(sum(r.quantity), 0)"
        " FROM contract.reservations r WHERE r.offer_id = ANY(s.offers) AND r.state = 'live')"
        " OR s.sold <> (SELECT coalesce(sum(r.quantity), 0) FROM contract.reservations r"
        " WHERE r.offer_id = ANY(s.offers) AND r.state = 'consumed')"
    )
    assert drift == []


def nothing_waits(running: RunningMarket) -> bool:
    """What a killed worker held comes again when its lease runs out; nothing else is left, nothing is parked."""
    states = dict(running.rows("SELECT state, count(*) FROM contract.outbox GROUP BY state"))
    return set(states) <= {"done", "in_flight"}
