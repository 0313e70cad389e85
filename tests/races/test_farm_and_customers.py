"""A farmer works on the farm while customers order: nobody keeps the other waiting, and nothing is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask

from marketplace.catalogue.categories import all_categories
from marketplace.catalogue.save_many import save_products
from marketplace.catalogue.save_product import create_product
from marketplace.checkout.place_order import place_order
from marketplace.checkout.request import OrderRequest
from marketplace.farms.bank import change_bank_account
from marketplace.farms.public_page import save_public_page
from marketplace.farms.trader import save_trader, trader_of
from marketplace.kernel import clock
from marketplace.kernel.database import beside, db, rows, scalar, transaction
from marketplace.stock.bulk import change_at_once
from marketplace.stock.locks import lock_stock
from marketplace.stock.pauses import pause_farm
from marketplace.stock.weekly import set_weekly
from tests.factories.planned_market import POTATOES, PlannedMarket, planned_market

__all__ = ["planned_market"]

LEEKS = replace(POTATOES, name="Lauch", variants=(replace(POTATOES.variants[0], sku="L1"),))


def asked(market: PlannedMarket, day: int, variant: int, quantity: int = 1, key: str = "k") -> OrderRequest:
    return OrderRequest(
        slot_id=market.slot(day),
        lines=((market.offer(day, variant) or 0, quantity),),
        name="Anna Voß",
        email="anna@example.org",
        payment_method="pay_at_pickup",
        checkout_scope="test",
        checkout_key=key,
    )


def elsewhere(app: Flask, deed):
    """`deed` on a connection of its own, in another thread; a future."""

    def run():
        with app.app_context():
            try:
                return deed()
            finally:
                db.session.remove()

    pool = ThreadPoolExecutor(1)
    found = pool.submit(run)
    pool.shutdown(wait=False)
    return found


WAITING = """
SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (
    SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE d.datname = current_database())
"""


def wait_for_a_lock(future) -> None:
    """Until somebody of this database waits for a lock; what is done already has met none."""
    with beside() as connection:
        while not connection.exec_driver_sql(WAITING).scalar():
            assert not future.done(), future.exception() or future.result()


WORK = {
    "a new product": lambda farm: create_product(farm, LEEKS),
    "a table of products": lambda farm: save_products(farm, [(None, LEEKS)], {it.slug for it in all_categories()}),
    "trader data": lambda farm: save_trader(farm, trader_of(farm), date(2026, 1, 1)),
    "a bank account": lambda farm: change_bank_account(farm, "DE89370400440532013000", "Hof Probe"),
    "the public page": lambda farm: save_public_page(farm, "Kartoffeln", "", ""),
}


@pytest.mark.parametrize("work", list(WORK))
def test_who_works_on_the_farm_keeps_no_customer_waiting(app: Flask, planned_market: PlannedMarket, work: str) -> None:
    variant = planned_market.product()
    day = planned_market.day()
    request = asked(planned_market, day, variant)
    with transaction():
        WORK[work](planned_market.farm_id)
        assert elsewhere(app, lambda: place_order(request).state).result(10) == "confirmed"


def test_a_pause_and_an_order_do_not_wait_in_a_circle(app: Flask, planned_market: PlannedMarket) -> None:
    """The pause holds the farm and wants the stock; the order holds the stock and names the farm in its lines."""
    variant = planned_market.product()
    day = planned_market.day()
    request = asked(planned_market, day, variant)
    today = clock.now().date()
    with transaction():
        lock_stock([scalar("SELECT id FROM stock WHERE variant_id = :id", id=variant)])
        pausing = elsewhere(
            app, lambda: pause_farm(planned_market.farm_id, today, today + timedelta(days=9), "illness", today=today)
        )
        wait_for_a_lock(pausing)
        order = place_order(request)
    with pytest.raises(Exception, match="schon 1 Bestellungen"):
        pausing.result(10)
    assert order.state == "confirmed" and scalar("SELECT paused FROM offer") is False


def test_two_who_add_ten_each_add_twenty(app: Flask, planned_market: PlannedMarket) -> None:
    planned_market.product()
    day, farm = planned_market.day(), planned_market.farm_id
    with transaction():
        change_at_once(farm, day, "add", 10)
        other = elsewhere(app, lambda: change_at_once(farm, day, "add", 10).saved)
        wait_for_a_lock(other)
    assert len(other.result(10)) == 1 and scalar("SELECT capacity FROM stock") == 30


def test_sold_out_means_what_is_ordered_by_then(app: Flask, planned_market: PlannedMarket) -> None:
    variant = planned_market.product()
    day, farm = planned_market.day(), planned_market.farm_id
    request = asked(planned_market, day, variant, 4)
    with transaction():
        place_order(request)
        closing = elsewhere(app, lambda: change_at_once(farm, day, "sold_out").refused)
        wait_for_a_lock(closing)
    assert closing.result(10) == {} and scalar("SELECT capacity FROM stock") == 4


def test_the_usual_week_follows_what_is_ordered_meanwhile(app: Flask, planned_market: PlannedMarket) -> None:
    variant = planned_market.product()
    day, farm = planned_market.day(), planned_market.farm_id
    weekday = scalar("SELECT extract(isodow FROM date)::int FROM market_day")
    request = asked(planned_market, day, variant, 4)
    with transaction():
        place_order(request)
        less = elsewhere(app, lambda: set_weekly(farm, {(variant, weekday): 2}))
        wait_for_a_lock(less)
    assert less.result(10) == 1 and scalar("SELECT capacity FROM stock") == 4


def test_the_usual_week_takes_stock_in_id_order(app: Flask, planned_market: PlannedMarket) -> None:
    """Two weekdays of two goods: whoever holds a late row and wants an early one meets nobody the other way round."""
    first, second = planned_market.product(), planned_market.product(LEEKS)
    planned_market.day(3), planned_market.day(4)
    weekdays = [row.day for row in rows("SELECT extract(isodow FROM date)::int AS day FROM market_day ORDER BY id")]
    numbers = [row.id for row in rows("SELECT id FROM stock ORDER BY id")]
    wishes = {(variant, weekday): 7 for variant in (first, second) for weekday in weekdays}
    with transaction():
        scalar("SELECT id FROM stock WHERE id = :id FOR UPDATE", id=numbers[0])
        week = elsewhere(app, lambda: set_weekly(planned_market.farm_id, wishes))
        wait_for_a_lock(week)
        # It waits for the first row and holds no later one.
        assert [row.id for row in rows("SELECT id FROM stock ORDER BY id FOR UPDATE NOWAIT")] == numbers
    assert week.result(10) == 4
