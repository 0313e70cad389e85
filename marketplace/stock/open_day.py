"""Market days together with their offers: planned, rolled on from the weekly pattern, moved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from marketplace.kernel.database import command, transaction
from marketplace.kernel.errors import Conflict
from marketplace.market_days.calendar import missing_days
from marketplace.market_days.change_day import Times, move_times
from marketplace.market_days.plan_day import SlotPlan, plan_market_day
from marketplace.markets.settings import setting
from marketplace.stock.opening import follow_cut_off, hold_back_orders, open_offers


@command
def open_market_day(
    market_id: int, day: date, orders_open_at: datetime, orders_close_at: datetime, slots: Sequence[SlotPlan]
) -> int:
    """Plans the day (see `plan_market_day` for what it refuses) and lets its offers stand at once; the day's id."""
    day_id = plan_market_day(market_id, day, orders_open_at, orders_close_at, slots)
    open_offers(day_id)
    return day_id


@command
def change_market_day(
    day_id: int, *, orders_open_at: datetime | None = None, orders_close_at: datetime | None = None
) -> Times:
    """Moves the day's times (see `move_times` for what it refuses); its offers follow in the same transaction."""
    if orders_close_at is not None:
        hold_back_orders(day_id)
    times = move_times(day_id, orders_open_at=orders_open_at, orders_close_at=orders_close_at)
    follow_cut_off(day_id)
    return times


def roll_calendar(market_id: int, weeks_ahead: int | None = None) -> list[int]:
    """Opens every day of the coming weeks that the pattern asks for and that does not stand yet; their ids.

    `weeks_ahead`: the market's setting `weeks_planned_ahead` (three) unless given. One transaction a day; two clocks
    at once do no harm, the second finds the date taken.
    """
    if weeks_ahead is None:
        weeks_ahead = int(setting(market_id, "weeks_planned_ahead"))
    opened = []
    for plan in missing_days(market_id, weeks_ahead):
        try:
            with transaction():
                opened.append(
                    open_market_day(market_id, plan.date, plan.orders_open_at, plan.orders_close_at, plan.slots)
                )
        except Conflict:
            continue
    return opened
