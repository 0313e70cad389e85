"""A fact, once written, reaches each consumer or is parked where people see it; whatever dies in between."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from marketplace.events import deliveries
from marketplace.events.facts import OrderConfirmed
from marketplace.events.outbox import publish
from marketplace.kernel.database import db, execute, rows, transaction
from marketplace.kernel.errors import NotFound
from marketplace.payments.gateway import ProviderRefused, ProviderUnavailable
from workers import deliver as deliver_module
from workers.routes import Consumer

ROUTES = {"OrderConfirmed": ("first", "second")}


@pytest.fixture
def consumers(db: object, monkeypatch: pytest.MonkeyPatch) -> dict[str, Consumer]:
    """The consumers of this test: fill in what they do."""
    table: dict[str, Consumer] = {}
    monkeypatch.setattr(deliver_module, "CONSUMERS", table)
    return table


def happened(number: int = 1) -> None:
    with transaction():
        publish(OrderConfirmed(number))


def states() -> list[tuple[str, str, int]]:
    found = [tuple(row) for row in rows("SELECT consumer, state, attempts FROM delivery ORDER BY consumer")]
    db.session.rollback()
    return found


def work() -> list[str]:
    deliveries.fan_out(ROUTES)
    return [deliver_module.deliver(item.id, item.token) for item in deliveries.claim()]


def doing(action: Callable[[object], None]) -> Consumer:
    return Consumer("slow", action)


def test_a_fact_outside_a_transaction_is_refused(db: object) -> None:
    with pytest.raises(RuntimeError):
        publish(OrderConfirmed(1))


def test_each_consumer_gets_it_once(consumers: dict[str, Consumer]) -> None:
    heard: list[object] = []
    consumers.update(first=doing(heard.append), second=doing(heard.append))
    happened()
    assert work() == ["done", "done"]
    assert work() == []
    assert heard == [OrderConfirmed(1)] * 2
    assert states() == [("first", "done", 1), ("second", "done", 1)]


def test_a_rolled_back_fact_never_was(db: object) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        publish(OrderConfirmed(1))
        _ = 1 // 0
    assert deliveries.fan_out(ROUTES) == 0


def test_a_lost_message_comes_again_when_the_lease_runs_out(consumers: dict[str, Consumer]) -> None:
    heard: list[object] = []
    consumers.update(first=doing(heard.append), second=doing(heard.append))
    happened()
    deliveries.fan_out(ROUTES)
    lost = deliveries.claim()  # handed to a broker that forgets everything
    assert deliveries.claim() == []
    with transaction():
        execute("UPDATE delivery SET lease_until = clock_timestamp()")
    assert work() == ["done", "done"]
    assert [deliver_module.deliver(item.id, item.token) for item in lost] == ["gone", "gone"]
    assert len(heard) == 2


def test_try_again_waits_longer_each_time_and_parks_after_a_day(consumers: dict[str, Consumer]) -> None:
    def away(fact: object) -> None:
        raise ProviderUnavailable("away")

    consumers.update(first=doing(away), second=doing(away))
    happened()
    assert work() == ["again", "again"]
    pauses = rows("SELECT extract(epoch FROM available_at - clock_timestamp()) AS seconds FROM delivery")
    assert all(0 < pause.seconds <= 2 for pause in pauses)
    with transaction():
        execute(
            "UPDATE delivery SET available_at = clock_timestamp(), attempts = 20,"
            " created_at = clock_timestamp() - interval '23 hours' WHERE consumer = 'first'"
        )
        execute(
            "UPDATE delivery SET available_at = clock_timestamp(),"
            " created_at = clock_timestamp() - interval '25 hours' WHERE consumer = 'second'"
        )
    assert work() == ["again", "again"]
    assert states() == [("first", "waiting", 21), ("second", "parked", 2)]
    pause = rows(
        "SELECT extract(epoch FROM available_at - clock_timestamp()) AS s FROM delivery WHERE consumer = 'first'"
    )
    assert pause[0].s <= 60


def test_refused_for_good_is_parked_at_once_and_retried_by_hand(consumers: dict[str, Consumer]) -> None:
    heard: list[object] = []

    def refuse(fact: object) -> None:
        raise ProviderRefused("no such account")

    consumers.update(first=doing(refuse), second=doing(heard.append))
    happened()
    assert sorted(work()) == ["done", "parked"]
    parked = rows("SELECT id, last_error FROM delivery WHERE state = 'parked'")[0]
    assert parked.last_error == "no such account"
    consumers["first"] = doing(heard.append)
    deliveries.retry(parked.id)
    assert work() == ["done"]
    with pytest.raises(NotFound):
        deliveries.retry(parked.id)
    assert len(heard) == 2


def test_a_bug_is_tried_again_and_leaves_no_half_work(consumers: dict[str, Consumer]) -> None:
    def half(fact: object) -> None:
        with transaction():
            execute("INSERT INTO heartbeat (process, at) VALUES ('half', now())")
            raise KeyError("bug")

    consumers.update(first=doing(half), second=doing(half))
    happened()
    assert work() == ["again", "again"]
    assert rows("SELECT * FROM heartbeat") == []


def test_two_relays_share_the_work(app: Flask, consumers: dict[str, Consumer]) -> None:
    with transaction():
        publish(*(OrderConfirmed(number) for number in range(1, 41)))

    def relay(_: int) -> list[int]:
        with app.app_context():
            try:
                deliveries.fan_out(ROUTES, most=10)
                return [item.id for item in deliveries.claim(most=30)]
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        claimed = [item for found in pool.map(relay, range(8)) for item in found]
    assert len(claimed) == len(set(claimed))
    for _ in range(8):
        claimed += relay(0)
    assert len(claimed) == len(set(claimed)) == 80


def test_a_token_of_somebody_else_finishes_nothing(consumers: dict[str, Consumer]) -> None:
    consumers.update(first=doing(lambda fact: None), second=doing(lambda fact: None))
    happened()
    deliveries.fan_out(ROUTES)
    item = deliveries.claim()[0]
    assert deliveries.finish(item.id, str(uuid.uuid4())) is False
    assert deliver_module.deliver(item.id, str(uuid.uuid4())) == "gone"
