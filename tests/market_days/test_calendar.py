"""Market days that come by themselves: summer time, holidays, and not twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from types import SimpleNamespace

import pytest
import time_machine

from marketplace.kernel.database import execute, rows, scalar, transaction
from marketplace.market_days.calendar import missing_days, plan_of, public_holidays
from marketplace.market_days.wall_clock import instant
from marketplace.stock.open_day import roll_calendar

BERLIN = "Europe/Berlin"


def pattern(**changes):
    usual = {
        "pickup_point_id": 1,
        "pickup_from": time(16, 30),
        "pickup_until": time(18, 30),
        "capacity": 40,
        "opens_days_before": 14,
        "closes_days_before": 1,
        "closes_at": time(18, 0),
    }
    return SimpleNamespace(**(usual | changes))


@pytest.mark.parametrize(
    ("day", "opens", "closes", "pickup"),
    [
        # Summer time ends on 2026-10-25: the day before still is UTC+2, the pickup is UTC+1.
        (
            date(2026, 10, 25),
            datetime(2026, 10, 10, 22, 0, tzinfo=UTC),
            datetime(2026, 10, 24, 16, 0, tzinfo=UTC),
            datetime(2026, 10, 25, 15, 30, tzinfo=UTC),
        ),
        # It begins on 2027-03-28.
        (
            date(2027, 3, 28),
            datetime(2027, 3, 13, 23, 0, tzinfo=UTC),
            datetime(2027, 3, 27, 17, 0, tzinfo=UTC),
            datetime(2027, 3, 28, 14, 30, tzinfo=UTC),
        ),
        (
            date(2026, 11, 26),
            datetime(2026, 11, 11, 23, 0, tzinfo=UTC),
            datetime(2026, 11, 25, 17, 0, tzinfo=UTC),
            datetime(2026, 11, 26, 15, 30, tzinfo=UTC),
        ),
    ],
)
def test_the_wall_clock_stays(day, opens, closes, pickup):
    plan = plan_of(day, [pattern()], BERLIN)
    assert (plan.orders_open_at, plan.orders_close_at, plan.slots[0].pickup_from) == (opens, closes, pickup)


def test_the_earliest_place_closes_the_day():
    plan = plan_of(date(2026, 11, 26), [pattern(), pattern(closes_at=time(12, 0))], BERLIN)
    assert plan.orders_close_at == datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
    assert len(plan.slots) == 2


def test_an_hour_that_comes_twice_means_its_first_pass():
    assert instant(date(2026, 10, 25), time(2, 30), BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_hour_that_is_skipped_moves_on():
    assert instant(date(2027, 3, 28), time(2, 30), BERLIN) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_holidays_of_the_country():
    found = public_holidays([2026, 2027])
    assert {date(2026, 11, 1), date(2026, 12, 25), date(2027, 3, 29), date(2027, 5, 27)} <= found  # Corpus Christi
    assert date(2026, 12, 24) not in found


def weekly(planned_market, *weekdays):
    with transaction():
        for weekday in weekdays:
            execute(
                "INSERT INTO weekly_slot (pickup_point_id, weekday, pickup_from, pickup_until, capacity, closes_at)"
                " VALUES (:place, :weekday, '16:30', '18:30', 40, '18:00')",
                place=planned_market.square_id,
                weekday=weekday,
            )


def test_holidays_are_not_planned(planned_market):
    weekly(planned_market, 4, 5)
    with time_machine.travel(datetime(2026, 12, 14, 9, 0, tzinfo=UTC), tick=False):
        days = [plan.date for plan in missing_days(planned_market.market_id, 3)]
    # Thursdays and Fridays but Christmas Day and New Year's Day
    assert days == [date(2026, 12, day) for day in (17, 18, 24, 31)]


def test_a_day_whose_cut_off_has_passed_is_not_planned(planned_market):
    weekly(planned_market, 4)
    with time_machine.travel(datetime(2026, 11, 25, 17, 0, 1, tzinfo=UTC), tick=False):  # Wednesday, 18:00:01
        days = [plan.date for plan in missing_days(planned_market.market_id, 1)]
    assert days == []


def test_rolling_on_twice_makes_nothing_twice(planned_market):
    weekly(planned_market, *range(1, 8))
    first = roll_calendar(planned_market.market_id, 1)
    assert 5 <= len(first) <= 7
    assert roll_calendar(planned_market.market_id, 1) == []
    assert scalar("SELECT count(*) FROM market_day") == len(first)


def test_a_cancelled_day_is_not_planned_again(planned_market):
    weekly(planned_market, *range(1, 8))
    day_id = roll_calendar(planned_market.market_id, 1)[0]
    with transaction():
        execute("UPDATE market_day SET cancelled_at = app_now() WHERE id = :id", id=day_id)
    assert roll_calendar(planned_market.market_id, 1) == []


def test_a_place_that_rests_has_no_slots(planned_market):
    weekly(planned_market, *range(1, 8))
    with transaction():
        execute("UPDATE pickup_point SET active = false")
    assert roll_calendar(planned_market.market_id, 1) == []
    assert rows("SELECT 1 FROM pickup_slot") == []
