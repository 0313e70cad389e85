"""Closing now while customers order: what was accepted was accepted before the cut-off."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

from marketplace.checkout.place_order import place_order
from marketplace.checkout.request import OrderRequest
from marketplace.kernel import clock
from marketplace.kernel.database import execute, rows, scalar, transaction
from marketplace.kernel.errors import Closed
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
