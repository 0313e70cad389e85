"""What a farmer says there is: never below what is sold, at this day's price, like last week."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from marketplace.kernel import clock
from marketplace.kernel.database import execute, rows, scalar, transaction
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.stock.capacity import copy_offers, set_offer
from marketplace.stock.first_sale import put_on_sale
from marketplace.stock.open_day import change_market_day
from tests.factories.planned_market import POTATOES, ZONE

CABBAGE = replace(
    POTATOES,
    name="Rotkohl",
    variants=(replace(POTATOES.variants[0], sku="R1", net_quantity=1400, catch_weight=True, unit_price_cents=250),),
)


@pytest.fixture
def offer(planned_market):
    variant = planned_market.product()
    return planned_market.offer(planned_market.day(), variant)


def state():
    return tuple(
        rows(
            "SELECT s.capacity, o.price_cents, o.unit_price_cents, o.paused"
            " FROM offer o JOIN stock s ON s.id = o.stock_id"
        )[0]
    )


def test_what_is_left_out_stays(offer):
    set_offer(offer, 44)
    assert state() == (44, 230, 230, False)
    set_offer(offer, price_cents=250)
    assert state() == (44, 250, 250, False)
    set_offer(offer, paused=True)
    assert state() == (44, 250, 250, True)
    set_offer(offer, None, paused=False)
    assert state() == (None, 250, 250, False)


def test_never_below_what_is_sold(offer):
    with transaction():
        execute("UPDATE stock SET reserved = 3, sold = 4")
    with pytest.raises(Conflict) as refusal:
        set_offer(offer, 6, 999)
    assert refusal.value.extra == {"reserved": 3, "sold": 4, "minimum": 7}
    assert "7" in str(refusal.value.detail)
    assert state() == (10, 230, 230, False)
    set_offer(offer, 7)
    assert state()[0] == 7


@pytest.mark.parametrize(
    "bad",
    [
        {"capacity": -1},
        {"capacity": 10**9},
        {"capacity": True},
        {"capacity": "5"},
        {"price_cents": -1},
        {"price_cents": 10**12},
    ],
)
def test_bad_numbers_change_nothing(offer, bad):
    with pytest.raises(Invalid) as refusal:
        set_offer(offer, **bad)
    assert set(refusal.value.errors) == set(bad)
    assert state() == (10, 230, 230, False)


def test_another_farms_offer_is_unknown(planned_market, offer):
    other = planned_market.farm("B01")
    for number in (offer, 2**62):
        with pytest.raises(NotFound):
            set_offer(number, 5, farm_ids=[other])
    assert state() == (10, 230, 230, False)


def test_after_the_cut_off_nothing_is_said_any_more(offer):
    with transaction():
        execute("UPDATE market_day SET orders_close_at = app_now()")
    with pytest.raises(Conflict):
        set_offer(offer, 5)


def test_a_new_price_of_weighed_goods_moves_the_price_a_kilogram(planned_market):
    variant = planned_market.product(CABBAGE)
    offer = planned_market.offer(planned_market.day(), variant)
    assert state() == (10, 350, 250, False)
    set_offer(offer, price_cents=420)
    assert state() == (10, 420, 300, False)


def test_the_price_of_the_variant_stays(planned_market, offer):
    set_offer(offer, price_cents=999)
    assert scalar("SELECT price_cents FROM variant") == 230


def test_like_last_week(planned_market):
    variant = planned_market.product()
    first, second = planned_market.day(2), planned_market.day(9)
    set_offer(planned_market.offer(first, variant), 77, 199, True)
    with transaction():
        execute("UPDATE stock SET sold = 80, capacity = 90 WHERE market_day_id = :day", day=second)
    assert copy_offers(planned_market.farm_id, day_of(first), day_of(second)) == 1
    copied = rows(
        "SELECT s.capacity, o.price_cents, o.paused FROM offer o JOIN stock s ON s.id = o.stock_id"
        " WHERE o.market_day_id = :day",
        day=second,
    )
    assert [tuple(row) for row in copied] == [(80, 199, True)]  # not below what is sold there


def test_like_last_week_puts_on_sale_what_is_missing(planned_market):
    variant = planned_market.product()
    first, second = planned_market.day(2), planned_market.day(3)
    with transaction():
        execute("DELETE FROM offer WHERE market_day_id = :day", day=second)
        execute("DELETE FROM stock WHERE market_day_id = :day", day=second)
    assert copy_offers(planned_market.farm_id, day_of(first), day_of(second)) == 1
    assert planned_market.offer(second, variant) is not None


def test_like_last_week_needs_both_days(planned_market):
    day = planned_market.day(2)
    today = clock.now().astimezone(ZONE).date()
    for source, target in (
        (date(2001, 1, 1), day_of(day)),
        (day_of(day), today + timedelta(days=90)),
        (day_of(day),) * 2,
    ):
        with pytest.raises(NotFound):
            copy_offers(planned_market.farm_id, source, target)


def test_putting_on_sale_for_the_first_time(planned_market):
    day = planned_market.day()
    variant = planned_market.product()
    offer = put_on_sale(planned_market.farm_id, day, variant, 8)
    assert planned_market.offer(day, variant) == offer
    assert state() == (8, 230, 230, False)
    with pytest.raises(Conflict):
        put_on_sale(planned_market.farm_id, day, variant, 8)
    with pytest.raises(NotFound):
        put_on_sale(planned_market.farm("B01"), day, variant, 8)


def day_of(day_id):
    return scalar("SELECT date FROM market_day WHERE id = :id", id=day_id)


def test_nothing_is_copied_to_a_closed_day(planned_market):
    variant = planned_market.product(capacity=7)
    first, second = planned_market.day(2), planned_market.day(3)
    dates = [row.date for row in rows("SELECT date FROM market_day ORDER BY date")]
    set_offer(planned_market.offer(first, variant), 3)
    change_market_day(second, orders_close_at=clock.now() - timedelta(seconds=1))
    with pytest.raises(Conflict):
        copy_offers(planned_market.farm_id, dates[0], dates[1])
