"""Two at once: what may happen once happens once. Real connections in real threads, and a control without the lock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from flask import Flask
from sqlalchemy import select

from marketplace.kernel.database import db, scalar, transaction
from marketplace.orders.find import order_by_id
from marketplace.orders.models import OrderLine
from marketplace.orders.steps import lock_order
from marketplace.pickup.hand_over import Handover, hand_over
from marketplace.pickup.pack import pack_line, write_result
from marketplace.pickup.pack_by_default import finish_packing
from tests.pickup.scene import Scene, put_clock_back

Result = TypeVar("Result")


def at_once(app: Flask, *deeds: Callable[[], Result]) -> list[Result]:
    """Runs the deeds in threads that start together, each with a connection of its own."""
    barrier = threading.Barrier(len(deeds))
    results: dict[int, Result] = {}
    errors: list[BaseException] = []

    def run(index: int, deed: Callable[[], Result]) -> None:
        with app.app_context():
            try:
                barrier.wait(timeout=10)
                results[index] = deed()
            except BaseException as error:
                errors.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    if errors:
        raise errors[0]
    return [results[index] for index in sorted(results)]


def test_two_farms_pack_the_last_two_lines_at_the_same_time(app: Flask, scene: Scene) -> None:
    for _ in range(5):
        order = scene.order(method="card", potatoes=1, milk=1)
        scene.authorize(order)
        potatoes, milk = scene.line(order, "potatoes"), scene.line(order, "milk")
        order_id = order.id
        scene.close()
        db.session.rollback()
        at_once(
            app,
            lambda line=potatoes: pack_line(line, [scene.farms["brink"]], 1).id,
            lambda line=milk: pack_line(line, [scene.farms["weide"]], 1).id,
        )
        assert order_by_id(order_id).state == "ready"
        assert _facts("OrderReady", order_id) == 1
        payment_id = scalar("SELECT id FROM payment WHERE order_id = :id AND wanted = 'capture'", id=order_id)
        told = scalar(
            "SELECT count(*) FROM fact WHERE kind = 'PaymentWanted' AND (payload ->> 'payment_id')::bigint = :id",
            id=payment_id,
        )
        assert told == 2, "the hosted page at first, then one capture"
        put_clock_back()


def test_without_the_orders_lock_nobody_sees_that_it_was_the_last_line(app: Flask, scene: Scene) -> None:
    """The control: two results at once, each blind to the other, leave the order unfinished."""
    order = scene.order(method="card", potatoes=1, milk=1)
    scene.authorize(order)
    order_id = order.id
    scene.close()
    with transaction():
        lock_order(order_id).state = "packing"
    both_wrote, both_looked = threading.Barrier(2), threading.Barrier(2)

    def unguarded(sku: str) -> int:
        with transaction():
            line = db.session.scalar(select(OrderLine).where(OrderLine.order_id == order_id, OrderLine.sku == sku))
            assert line is not None
            write_result(line, 1, None, "")
            db.session.flush()
            both_wrote.wait(timeout=10)
            left = scalar("SELECT count(*) FROM order_line WHERE order_id = :id AND state = 'open'", id=order_id)
            both_looked.wait(timeout=10)
            return int(left)

    assert at_once(app, lambda: unguarded("potatoes"), lambda: unguarded("milk")) == [1, 1]


def test_two_phones_hand_over_the_same_order(app: Flask, scene: Scene) -> None:
    order = scene.order(method="pay_at_pickup", milk=2)
    number, code, order_id = order.number, order.pickup_code, order.id
    scene.begin_pickup()
    finish_packing(scene.slots["markt"])
    db.session.rollback()
    deposits = ((15, 2),)
    outcomes = at_once(
        app,
        *[lambda: hand_over(Handover(number=number, deposits_returned=deposits), scene.host).state] * 3,
        *[lambda: hand_over(Handover(code=code, deposits_returned=deposits), scene.host).state] * 3,
    )
    assert outcomes == ["collected"] * 6
    assert _facts("OrderCollected", order_id) == 1
    assert scalar("SELECT count(*) FROM refund WHERE order_id = :id", id=order_id) == 1
    assert scalar("SELECT count(*) FROM ledger_txn WHERE kind = 'fulfilment'") == 1
    assert scalar("SELECT count(*) FROM ledger_txn WHERE kind = 'charge'") == 1


def test_the_host_and_the_workers_meet_at_the_same_order(app: Flask, scene: Scene) -> None:
    order = scene.order(method="pay_at_pickup", potatoes=1)
    number, order_id, slot_id = order.number, order.id, order.slot_id
    scene.begin_pickup()
    db.session.rollback()
    at_once(
        app,
        lambda: hand_over(Handover(number=number), scene.host).state,
        lambda: finish_packing(slot_id),
    )
    assert order_by_id(order_id).state == "collected"
    assert _facts("OrderReady", order_id) == 1


def _facts(kind: str, order_id: int) -> int:
    return int(
        scalar(
            "SELECT count(*) FROM fact WHERE kind = :kind AND (payload ->> 'order_id')::bigint = :id",
            kind=kind,
            id=order_id,
        )
    )
