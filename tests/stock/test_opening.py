"""What is on sale on a day: the weekly pattern, else as last time; seasons, lead times, pauses, pools."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.catalogue.products import own_product
from marketplace.kernel import clock
from marketplace.kernel.database import execute, rows, scalar, transaction
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.stock.capacity import set_offer
from marketplace.stock.change_goods import change_goods
from marketplace.stock.open_day import change_market_day
from marketplace.stock.opening import open_offers
from marketplace.stock.weekly import NOT_OFFERED, set_weekly
from tests.factories.planned_market import POTATOES

VARIANT = POTATOES.variants[0]
JAM = replace(POTATOES, name="Marmelade", variants=(replace(VARIANT, sku="M1", pooled=True),))


def offer_row(offer_id):
    return rows(
        "SELECT o.*, s.capacity, s.market_day_id AS stock_day FROM offer o JOIN stock s ON s.id = o.stock_id"
        " WHERE o.id = :id",
        id=offer_id,
    )[0]


def test_offers_stand_at_once(planned_market):
    variant = planned_market.product(capacity=12)
    offer = offer_row(planned_market.offer(planned_market.day(), variant))
    assert (offer.capacity, offer.price_cents, offer.unit_price_cents, offer.paused) == (12, 230, 230, False)


def test_again_is_nothing(planned_market):
    planned_market.product()
    day = planned_market.day()
    assert open_offers(day) == 0
    assert scalar("SELECT count(*) FROM stock") == 1


def test_without_a_pattern_it_is_as_on_the_last_such_weekday(planned_market):
    variant = planned_market.product(capacity=5)
    for ahead, capacity in ((2, 21), (3, 33)):
        set_offer(planned_market.offer(planned_market.day(ahead), variant), capacity)
    with transaction():
        execute("DELETE FROM weekly_offer")
    assert offer_row(planned_market.offer(planned_market.day(9), variant)).capacity == 21
    # No such weekday yet: as on the last day of all.
    assert offer_row(planned_market.offer(planned_market.day(11), variant)).capacity == 21


def test_a_pause_goes_on(planned_market):
    variant = planned_market.product()
    set_offer(planned_market.offer(planned_market.day(2), variant), paused=True)
    with transaction():
        execute("DELETE FROM weekly_offer")
    assert offer_row(planned_market.offer(planned_market.day(3), variant)).paused


def test_what_was_never_on_sale_stays_off(planned_market):
    variant = planned_market.product()
    with transaction():
        execute("DELETE FROM weekly_offer")
    assert planned_market.offer(planned_market.day(), variant) is None


def test_the_season_is_that_of_the_pickup_date(planned_market):
    month = (clock.now() + timedelta(days=3)).month
    other = tuple(number for number in range(1, 13) if number != month)
    ripe = planned_market.product(replace(POTATOES, season_months=(month,)))
    gone = planned_market.product(replace(POTATOES, season_months=other, variants=(replace(VARIANT, sku="K2"),)))
    day = planned_market.day()
    assert planned_market.offer(day, ripe) is not None
    assert planned_market.offer(day, gone) is None


def test_a_farm_with_lead_time_closes_earlier(planned_market):
    bakery = planned_market.farm("B01", lead_time_minutes=36 * 60)
    bread = planned_market.product(replace(POTATOES, name="Brot"), farm_id=bakery)
    potatoes = planned_market.product()
    day = planned_market.day()
    first = scalar("SELECT min(pickup_from) FROM pickup_slot WHERE market_day_id = :day", day=day)
    assert offer_row(planned_market.offer(day, bread)).closes_at == first - timedelta(hours=36)
    assert offer_row(planned_market.offer(day, potatoes)).closes_at == first - timedelta(days=1)


def test_the_longer_lead_time_holds(planned_market):
    bakery = planned_market.farm("B01", lead_time_minutes=60)
    goose = planned_market.product(replace(POTATOES, name="Gans", lead_time_minutes=2 * 24 * 60), farm_id=bakery)
    day = planned_market.day()
    first = scalar("SELECT min(pickup_from) FROM pickup_slot WHERE market_day_id = :day", day=day)
    assert offer_row(planned_market.offer(day, goose)).closes_at == first - timedelta(days=2)


def test_a_farm_whose_lead_time_is_over_does_not_open(planned_market):
    bakery = planned_market.farm("B01", lead_time_minutes=30 * 24 * 60)
    bread = planned_market.product(replace(POTATOES, name="Brot"), farm_id=bakery)
    assert planned_market.offer(planned_market.day(), bread) is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE farm SET state = 'paused'",
        "UPDATE product SET state = 'archived'",
        "UPDATE product SET state = 'draft'",
        "UPDATE variant SET archived = true",
    ],
)
def test_what_is_not_live_does_not_open(planned_market, change):
    variant = planned_market.product()
    with transaction():
        execute(change)
    assert planned_market.offer(planned_market.day(), variant) is None


def test_a_pool_is_one_stock_for_all_days(planned_market):
    variant = planned_market.product(JAM, capacity=100)
    offers = [offer_row(planned_market.offer(planned_market.day(ahead), variant)) for ahead in (2, 3)]
    assert offers[0].stock_id == offers[1].stock_id
    assert offers[0].stock_day is None


def test_no_limit(planned_market):
    variant = planned_market.product(capacity=None)
    assert offer_row(planned_market.offer(planned_market.day(), variant)).capacity is None


def test_offers_follow_the_cut_off(planned_market):
    bakery = planned_market.farm("B01", lead_time_minutes=36 * 60)
    bread = planned_market.product(replace(POTATOES, name="Brot"), farm_id=bakery)
    potatoes = planned_market.product()
    day = planned_market.day()
    first = scalar("SELECT min(pickup_from) FROM pickup_slot WHERE market_day_id = :day", day=day)
    change_market_day(day, orders_close_at=first - timedelta(hours=2))
    assert offer_row(planned_market.offer(day, potatoes)).closes_at == first - timedelta(hours=2)
    assert offer_row(planned_market.offer(day, bread)).closes_at == first - timedelta(hours=36)


def test_a_close_in_the_past_closes_now(planned_market):
    variant = planned_market.product()
    day = planned_market.day()
    before = clock.now()
    times = change_market_day(day, orders_close_at=before - timedelta(days=2))
    assert before <= times.orders_close_at <= clock.now() + timedelta(seconds=2)
    assert offer_row(planned_market.offer(day, variant)).closes_at == times.orders_close_at
    with pytest.raises(Conflict):
        change_market_day(day, orders_close_at=before - timedelta(days=1))


def test_a_day_that_is_not_open_yet_can_be_closed(planned_market):
    planned_market.product()
    day = planned_market.day(10)
    with transaction():
        execute("UPDATE market_day SET orders_open_at = app_now() + interval '5 days'")
    times = change_market_day(day, orders_close_at=clock.now() - timedelta(days=1))
    assert times.orders_open_at < times.orders_close_at


def test_only_a_close_in_the_future_opens_again(planned_market):
    variant = planned_market.product()
    day = planned_market.day()
    change_market_day(day, orders_close_at=clock.now() - timedelta(days=1))
    with transaction():
        execute("UPDATE market_day SET closed_at = app_now()")
    later = clock.now() + timedelta(hours=5)
    assert change_market_day(day, orders_close_at=later).orders_close_at == later
    assert scalar("SELECT closed_at FROM market_day") is None
    assert offer_row(planned_market.offer(day, variant)).closes_at == later


def test_a_close_after_the_first_pickup_is_refused(planned_market):
    day = planned_market.day()
    first = scalar("SELECT min(pickup_from) FROM pickup_slot")
    with pytest.raises(Invalid):
        change_market_day(day, orders_close_at=first + timedelta(seconds=1))
    assert scalar("SELECT max(orders_close_at) FROM market_day") == first - timedelta(days=1)


def test_a_cancelled_day_is_not_moved(planned_market):
    day = planned_market.day()
    with transaction():
        execute("UPDATE market_day SET cancelled_at = app_now()")
    with pytest.raises(Conflict):
        change_market_day(day, orders_close_at=clock.now() + timedelta(hours=1))


def test_a_weekday_taken_out_and_put_back_stands_again(planned_market):
    variant = planned_market.product(capacity=12)
    day = planned_market.day()
    offer = planned_market.offer(day, variant)
    weekday = scalar("SELECT extract(isodow FROM date)::int FROM market_day WHERE id = :id", id=day)
    set_weekly(planned_market.farm_id, {(variant, weekday): NOT_OFFERED})
    assert (offer_row(offer).paused, offer_row(offer).rests) == (True, "week")
    set_weekly(planned_market.farm_id, {(variant, weekday): 9})
    assert (offer_row(offer).paused, offer_row(offer).rests, offer_row(offer).capacity) == (False, None, 9)
    set_offer(offer, paused=True)
    set_weekly(planned_market.farm_id, {(variant, weekday): NOT_OFFERED})
    set_weekly(planned_market.farm_id, {(variant, weekday): 9})
    assert offer_row(offer).paused, "what the farmer paused stays paused"


def test_a_season_that_ends_earlier_takes_open_days_along(planned_market):
    variant = planned_market.product()
    product = scalar("SELECT product_id FROM variant WHERE id = :id", id=variant)
    day = planned_market.day()
    offer = planned_market.offer(day, variant)
    month = scalar("SELECT extract(month FROM date)::int FROM market_day WHERE id = :id", id=day)
    said = own_product([planned_market.farm_id], product).as_input()
    change_goods(planned_market.farm_id, product, replace(said, season_months=(month % 12 + 1,)))
    assert (offer_row(offer).paused, offer_row(offer).rests) == (True, "season")
    change_goods(planned_market.farm_id, product, replace(said, season_months=(month,)))
    assert (offer_row(offer).paused, offer_row(offer).rests) == (False, None)
    set_offer(offer, paused=True)
    change_goods(planned_market.farm_id, product, replace(said, season_months=()))
    assert offer_row(offer).paused
