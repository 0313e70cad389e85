"""Market days as the office sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from marketplace.kernel.database import rows
from marketplace.kernel.errors import NotFound


@dataclass(frozen=True)
class DayView:
    """`state`: planned, open, closed, cancelled, done (when its last pickup is over). `orders`: places booked."""

    id: int
    market_id: int
    date: date
    orders_open_at: datetime
    orders_close_at: datetime
    state: str
    orders: int
    places: int


VIEW = """
SELECT d.id, d.market_id, d.date, d.orders_open_at, d.orders_close_at,
       CASE WHEN d.cancelled_at IS NOT NULL THEN 'cancelled'
            WHEN coalesce(s.last_pickup, d.date::timestamptz + interval '1 day') <= app_now() THEN 'done'
            WHEN d.closed_at IS NOT NULL OR d.orders_close_at <= app_now() THEN 'closed'
            WHEN d.orders_open_at > app_now() THEN 'planned'
            ELSE 'open' END AS state,
       coalesce(s.booked, 0)::bigint AS orders, coalesce(s.capacity, 0)::bigint AS places
FROM market_day d
LEFT JOIN LATERAL (SELECT max(pickup_until) AS last_pickup, sum(booked) AS booked, sum(capacity) AS capacity
                   FROM pickup_slot WHERE market_day_id = d.id) s ON true
"""


def list_days(
    market_ids: Iterable[int], *, after: tuple[date, int] | None = None, since: date | None = None, limit: int = 50
) -> list[DayView]:
    """Days of these markets by date, then id; `after` is the last (date, id) that was seen."""
    found = rows(
        VIEW
        + """
        WHERE d.market_id = ANY(:market_ids)
          AND (CAST(:since AS date) IS NULL OR d.date >= :since)
          AND (CAST(:after_date AS date) IS NULL OR (d.date, d.id) > (CAST(:after_date AS date), :after_id))
        ORDER BY d.date, d.id LIMIT :limit
        """,
        market_ids=sorted(market_ids),
        since=since,
        after_date=after[0] if after else None,
        after_id=after[1] if after else 0,
        limit=limit,
    )
    return [DayView(**row._mapping) for row in found]


def find_day(day_id: int, market_ids: Iterable[int]) -> DayView:
    """A day of one of these markets; foreign and unknown ones are NotFound."""
    found = rows(VIEW + "WHERE d.id = :id AND d.market_id = ANY(:market_ids)", id=day_id, market_ids=sorted(market_ids))
    if not found:
        raise NotFound()
    return DayView(**found[0]._mapping)


def day_on(market_id: int, day: date) -> DayView | None:
    """The market's day of a date, None when there is none."""
    found = rows(VIEW + "WHERE d.market_id = :market_id AND d.date = :day", market_id=market_id, day=day)
    return DayView(**found[0]._mapping) if found else None
