"""A day that falls out: nothing is sold any more, every order is cancelled, once."""

from __future__ import annotations

import pytest

from marketplace.checkout.cancel_day import cancel_day, cancelled_days_to_finish
from marketplace.checkout.place_order import place_order
from marketplace.checkout.request import OrderRequest
from marketplace.kernel.database import execute, rows, scalar, transaction
from marketplace.kernel.errors import Closed, Conflict, NotFound
from marketplace.market_days.slots import slot_by_id
from marketplace.stock.offers import offers_of_slot


def order(slot_id, key):
    offer = offers_of_slot(slot_id)[0]
    return place_order(
        OrderRequest(
            slot_id=slot_id,
            lines=((offer.id, 2),),
            name="Lisa Terhorst",
            email="lisa@example.org",
            payment_method="pay_at_pickup",
            checkout_scope="test",
            checkout_key=key,
        )
    )


@pytest.fixture
def day(planned_market):
    planned_market.product()
    return planned_market.day()


def states():
    return [row.state for row in rows("SELECT state FROM orders ORDER BY id")]


def test_orders_are_cancelled_and_stock_is_free(planned_market, day):
    slot = planned_market.slot(day)
    order(slot, "1")
    order(slot, "2")
    assert cancel_day(day) == 2
    assert states() == ["cancelled", "cancelled"]
    assert scalar("SELECT sum(reserved + sold) FROM stock") == 0
    assert scalar("SELECT sum(booked) FROM pickup_slot") == 0
    assert slot_by_id(slot).state == "cancelled"
    assert cancelled_days_to_finish() == []


def test_again_is_nothing(planned_market, day):
    order(planned_market.slot(day), "1")
    cancel_day(day)
    facts = scalar("SELECT count(*) FROM fact")
    at = scalar("SELECT cancelled_at FROM market_day")
    assert cancel_day(day) == 0
    assert scalar("SELECT count(*) FROM fact") == facts
    assert scalar("SELECT cancelled_at FROM market_day") == at


def test_what_broke_off_is_carried_on(planned_market, day):
    order(planned_market.slot(day), "1")
    with transaction():
        execute("UPDATE market_day SET cancelled_at = app_now()")
    assert cancelled_days_to_finish() == [day]
    assert cancel_day(day) == 1
    assert states() == ["cancelled"]


def test_nobody_gets_in_any_more(planned_market, day):
    slot = planned_market.slot(day)
    offer = offers_of_slot(slot)[0]
    cancel_day(day)
    with pytest.raises(Conflict):
        place_order(
            OrderRequest(
                slot_id=slot,
                lines=((offer.id, 1),),
                name="Jan",
                email="jan@example.org",
                payment_method="pay_at_pickup",
                checkout_scope="test",
                checkout_key="late",
            )
        )
    assert scalar("SELECT count(*) FROM orders") == 0


def test_a_day_that_is_over_stays(planned_market, day):
    with transaction():
        execute("UPDATE pickup_slot SET pickup_from = '2020-01-01', pickup_until = '2020-01-02'")
    with pytest.raises(Conflict):
        cancel_day(day)
    assert scalar("SELECT cancelled_at FROM market_day") is None


def test_no_such_day(db):
    with pytest.raises(NotFound):
        cancel_day(2**62)


def test_a_closed_offer_cannot_be_ordered(planned_market, day):
    slot = planned_market.slot(day)
    offer = offers_of_slot(slot)[0]
    with transaction():
        execute("UPDATE offer SET closes_at = app_now()")
    with pytest.raises(Closed):
        place_order(
            OrderRequest(
                slot_id=slot,
                lines=((offer.id, 1),),
                name="Jan",
                email="jan@example.org",
                payment_method="pay_at_pickup",
                checkout_scope="test",
                checkout_key="closed",
            )
        )
