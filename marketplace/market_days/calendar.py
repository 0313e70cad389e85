"""Market days that come by themselves: from the weekly pattern of each pickup point.

A public holiday of North Rhine-Westphalia is not planned: farms neither harvest nor drive then. A market that wants
to move such a day plans the other date by hand. Wall-clock times become instants day by day, so that 16:30 stays
16:30 when summer time begins or ends.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from marketplace.kernel import clock
from marketplace.kernel.database import rows
from marketplace.market_days.plan_day import SlotPlan
from marketplace.market_days.wall_clock import instant, local_date

PATTERN = """
SELECT w.pickup_point_id, w.weekday, w.pickup_from, w.pickup_until, w.capacity, w.opens_days_before,
       w.closes_days_before, w.closes_at
FROM weekly_slot w JOIN pickup_point p ON p.id = w.pickup_point_id
WHERE p.market_id = :market_id AND p.active ORDER BY w.weekday, w.pickup_from, w.id
"""


@dataclass(frozen=True)
class DayPlan:
    """A date that the pattern asks for; times are instants in UTC."""

    date: date
    orders_open_at: datetime
    orders_close_at: datetime
    slots: tuple[SlotPlan, ...]


def public_holidays(years: Sequence[int]) -> set[date]:
    """Public holidays of North Rhine-Westphalia in these years."""
    import holidays  # 0.1 s, and only the calendar needs it

    return set(holidays.country_holidays("DE", subdiv="NW", years=list(years)))


def missing_days(market_id: int, weeks_ahead: int = 3) -> list[DayPlan]:
    """The days that the pattern asks for from tomorrow until `weeks_ahead` weeks from today and that do not stand yet.

    Left out: holidays, dates the market has already (a cancelled one stays cancelled), and days whose cut-off has
    passed.
    """
    zone = rows("SELECT timezone FROM market WHERE id = :id", id=market_id)[0].timezone
    now = clock.now()
    today = local_date(now, zone)
    dates = [today + timedelta(days=ahead) for ahead in range(1, weeks_ahead * 7 + 1)]
    taken = {
        row.date
        for row in rows(
            "SELECT date FROM market_day WHERE market_id = :id AND date > :today", id=market_id, today=today
        )
    }
    taken |= public_holidays(sorted({day.year for day in dates}))
    pattern: dict[int, list[Any]] = defaultdict(list)
    for row in rows(PATTERN, market_id=market_id):
        pattern[row.weekday].append(row)
    plans = [
        plan_of(day, pattern[day.isoweekday()], zone) for day in dates if day not in taken and pattern[day.isoweekday()]
    ]
    return [plan for plan in plans if plan.orders_close_at > now]


def plan_of(day: date, pattern: Sequence[Any], zone: str) -> DayPlan:
    """The day as the pattern of its weekday has it: places may differ, so the earliest close and opening hold."""
    opens = min(instant(day - timedelta(days=row.opens_days_before), time(0), zone) for row in pattern)
    closes = min(instant(day - timedelta(days=row.closes_days_before), row.closes_at, zone) for row in pattern)
    slots = tuple(
        SlotPlan(
            row.pickup_point_id,
            instant(day, row.pickup_from, zone),
            instant(day, row.pickup_until, zone),
            row.capacity,
        )
        for row in pattern
    )
    return DayPlan(day, opens, closes, slots)
