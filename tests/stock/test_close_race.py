"""Closing now while customers order: what was accepted was accepted before the cut-off."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

from marketplace.checkout.place_order import place_order
from marketplace.checkout.request import OrderRequest
from marketplace.kernel import clock
from marketplace.kernel.database import execute, rows, scalar, transaction
from marketplace.kernel.errors import Closed, Conflict
from marketplace.stock.first_sale import put_on_sale
from marketplace.stock.offers import offers_of_slot
from marketplace.stock.open_day import change_market_day


def test_nothing_is_accepted_after_the_cut_off(app, planned_market):
    planned_market.product(capacity=None)
    day = planned_market.day()
    slot = planned_market.slot(day)
    with transaction():
        execute("UPDATE pickup_slot SET capacity = 100000")
    offer = offers_of_slot(slot)[0].id
    stop, refused = threading.Event(), []

    def customer(number):
        with app.app_context():
            for turn in range(200):
                if stop.is_set():
                    return
                try:
                    place_order(
                        OrderRequest(
                            slot_id=slot,
                            lines=((offer, 1),),
                            name="Jan Wessels",
                            email=f"jan{number}@example.org",
                            payment_method="pay_at_pickup",
                            checkout_scope="race",
                            checkout_key=f"{number}-{turn}",
                        )
                    )
                except Closed:
                    refused.append(number)
                    return

    customers = [threading.Thread(target=customer, args=(number,)) for number in range(3)]
    for thread in customers:
        thread.start()
    while scalar("SELECT count(*) FROM orders") < 5:
        time.sleep(0.01)
    times = change_market_day(day, orders_close_at=clock.now() - timedelta(days=1))
    for thread in customers:
        thread.join(timeout=20)
    stop.set()
    assert refused
    placed = rows("SELECT max(placed_at) AS last, count(*) AS orders FROM orders")[0]
    assert placed.orders >= 5
    assert placed.last < times.orders_close_at


def test_what_is_just_being_put_on_sale_closes_too(app, planned_market):
    day = planned_market.day()
    variant = planned_market.product()
    closing = threading.Thread(target=close_now, args=(app, day))
    with transaction():
        offer = put_on_sale(planned_market.farm_id, day, variant, 5)
        closing.start()
        closing.join(timeout=1)
        assert closing.is_alive()  # it waits for who puts something on sale
    closing.join(timeout=10)
    assert scalar("SELECT closes_at <= app_now() FROM offer WHERE id = :id", id=offer)


def test_nothing_is_put_on_sale_while_a_day_is_closed(app, planned_market):
    day = planned_market.day()
    variant = planned_market.product()
    refused = []

    def put() -> None:
        with app.app_context():
            try:
                put_on_sale(planned_market.farm_id, day, variant, 5)
            except Conflict as refusal:
                refused.append(refusal)

    putting = threading.Thread(target=put)
    with transaction():
        change_market_day(day, orders_close_at=clock.now() - timedelta(seconds=1))
        putting.start()
        putting.join(timeout=1)
        assert putting.is_alive()
    putting.join(timeout=10)
    assert len(refused) == 1 and scalar("SELECT count(*) FROM offer") == 0


def close_now(app, day):
    with app.app_context():
        change_market_day(day, orders_close_at=clock.now() - timedelta(seconds=1))
