"""The usual week and pauses: days that nobody touched follow, what is ordered stays, nothing of others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.kernel import clock
from marketplace.kernel.database import rows, scalar
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.stock.capacity import copy_offers, set_offer
from marketplace.stock.changes import take_back
from marketplace.stock.pauses import end_pause, orders_between, pause_farm, pauses_of
from marketplace.stock.weekly import NOT_OFFERED, market_weekdays, set_weekly, weekly_rows
from tests.factories.planned_market import ZONE
from tests.stock.week import CARROTS, bulk, stands


def test_the_usual_week_fills_new_days_and_days_that_nobody_touched(planned_market, week):
    day, potatoes, carrots = week
    weekday = scalar("SELECT extract(isodow FROM date)::int FROM market_day WHERE id = :id", id=day)
    set_offer(planned_market.offer(day, carrots), 77)
    changed = set_weekly(planned_market.farm_id, {(potatoes, weekday): 25, (carrots, weekday): 25})
    assert changed == 2 and stands(day) == {"Kartoffeln": (25, False), "Möhren": (77, False)}
    assert stands(planned_market.day(10)) == {"Kartoffeln": (25, False), "Möhren": (25, False)}
    set_weekly(planned_market.farm_id, {(potatoes, weekday): 2})
    assert stands(day)["Kartoffeln"] == (4, False)
    set_weekly(planned_market.farm_id, {(carrots, weekday): NOT_OFFERED})
    rest = {row.name: row.amounts for row in weekly_rows(planned_market.farm_id)}
    assert weekday not in rest["Möhren"] and rest["Kartoffeln"][weekday] == 2


def test_bad_weeks_change_nothing(planned_market, week):
    _, potatoes, _ = week
    before = weekly_rows(planned_market.farm_id)
    for wishes, refusal in (({(potatoes, 8): 1}, Invalid), ({(potatoes, 1): -1}, Invalid), ({(10**9, 1): 1}, NotFound)):
        with pytest.raises(refusal):
            set_weekly(planned_market.farm_id, wishes)
    with pytest.raises(NotFound):
        set_weekly(planned_market.farm("B01"), {(potatoes, 1): 5})
    assert weekly_rows(planned_market.farm_id) == before
    assert market_weekdays(planned_market.farm_id) == []


def test_a_pause_says_how_many_orders_stand_and_ends(planned_market, week):
    day, _potatoes, carrots = week
    today = clock.now().astimezone(ZONE).date()
    farm, until = planned_market.farm_id, today + timedelta(days=12)
    assert orders_between(farm, today, until).orders == 1
    with pytest.raises(Conflict) as refusal:
        pause_farm(farm, today, until, "illness", today=today)
    assert refusal.value.extra["orders"] == 1 and stands(day)["Möhren"] == (10, False)
    set_offer(planned_market.offer(day, carrots), paused=True)
    pause = pause_farm(farm, today, until, "illness", today=today, knows_of=1)
    later = planned_market.day(10)
    assert {paused for _, paused in (*stands(day).values(), *stands(later).values())} == {True}
    with pytest.raises(Conflict):
        pause_farm(farm, until, until, "holiday", today=today, knows_of=1)
    end_pause(farm, pause, today)
    assert stands(day) == {"Kartoffeln": (10, False), "Möhren": (10, True)}
    assert stands(later)["Kartoffeln"] == (10, False) and not pauses_of(farm, today)


def test_a_pause_is_not_copied_to_the_next_week(planned_market, week):
    day, _potatoes, _ = week
    today = clock.now().astimezone(ZONE).date()
    farm = planned_market.farm_id
    pause_farm(farm, today, today + timedelta(days=4), "holiday", today=today, knows_of=1)
    later = planned_market.day(10)
    source, target = (scalar("SELECT date FROM market_day WHERE id = :id", id=one) for one in (day, later))
    copy_offers(farm, source, target)
    assert stands(later)["Kartoffeln"] == (10, False)


def test_pauses_that_cannot_be(planned_market):
    today = clock.now().astimezone(ZONE).date()
    day = timedelta(days=1)
    for start, end, reason in (
        (today - day, today, "holiday"),
        (today + day, today, "holiday"),
        (today, today + 400 * day, "holiday"),
        (today, today, "laziness"),
    ):
        with pytest.raises(Invalid):
            pause_farm(planned_market.farm_id, start, end, reason, today=today)
    pause = pause_farm(planned_market.farm_id, today, today, "other", today=today)
    with pytest.raises(NotFound):
        end_pause(planned_market.farm("B01"), pause, today)
    assert len(pauses_of(planned_market.farm_id, today)) == 1


def test_a_pause_holds_whatever_is_done_to_the_stock(planned_market, week):
    day, *_ = week
    farm, today = planned_market.farm_id, clock.now().astimezone(ZONE).date()
    weekday = scalar("SELECT extract(isodow FROM date)::int FROM market_day WHERE id = :id", id=day)
    leeks = planned_market.product(replace(CARROTS, name="Lauch", variants=(replace(CARROTS.variants[0], sku="L1"),)))
    set_weekly(farm, {(leeks, weekday): NOT_OFFERED})
    changed = bulk(planned_market, day, "none_today")
    source = scalar("SELECT date FROM market_day WHERE id = :id", id=planned_market.day(10))
    pause_farm(farm, today, today + timedelta(days=5), "holiday", today=today, knows_of=1)
    set_weekly(farm, {(leeks, weekday): 5})
    assert stands(day)["Lauch"] == (5, True)
    take_back(farm, changed.id)
    copy_offers(farm, source, scalar("SELECT date FROM market_day WHERE id = :id", id=day))
    assert {paused for _, paused in stands(day).values()} == {True}
    end_pause(farm, pauses_of(farm, today)[0].id, today)
    assert {paused for _, paused in stands(day).values()} == {False}


def test_out_of_season_the_usual_week_puts_nothing_on_sale(planned_market, week):
    day, *_ = week
    date, weekday = rows("SELECT date, extract(isodow FROM date)::int AS w FROM market_day WHERE id = :id", id=day)[0]
    late = replace(CARROTS, name="Lauch", variants=(replace(CARROTS.variants[0], sku="L1"),))
    leeks = planned_market.product(replace(late, season_months=(date.month % 12 + 1,)))
    set_weekly(planned_market.farm_id, {(leeks, weekday): NOT_OFFERED})
    set_weekly(planned_market.farm_id, {(leeks, weekday): 5})
    assert planned_market.offer(day, leeks) is None


