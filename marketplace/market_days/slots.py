"""Pickup slots as they are shown: place, window, cut-off, and whether there is room."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from marketplace.kernel.database import rows
from marketplace.kernel.errors import NotFound
from marketplace.kernel.ids import id_from_text

STATES = ("planned", "open", "closed", "cancelled", "done")


@dataclass(frozen=True)
class SlotView:
    """`state`: planned, open, closed, cancelled, done. `slug`: place and local time of pickup. Instants in UTC.

    `unattended`: nobody is there to look at a passport, so nothing with an age limit is handed over.
    """

    id: int
    slug: str
    market_id: int
    market_slug: str
    timezone: str
    market_day_id: int
    date: date
    point_id: int
    point_slug: str
    point_name: str
    street: str
    town: str
    postcode: str
    lat: float | None
    lon: float | None
    kind: str
    note: str
    unattended: bool
    pickup_from: datetime
    pickup_until: datetime
    orders_open_at: datetime
    orders_close_at: datetime
    state: str
    capacity: int
    places_left: int


STATE = """
CASE WHEN s.cancelled_at IS NOT NULL OR d.cancelled_at IS NOT NULL THEN 'cancelled'
     WHEN s.finished_at IS NOT NULL OR s.pickup_until <= app_now() THEN 'done'
     WHEN d.closed_at IS NOT NULL OR d.orders_close_at <= app_now() THEN 'closed'
     WHEN d.orders_open_at > app_now() THEN 'planned'
     ELSE 'open' END
"""

VIEW = (
    """
SELECT s.id, p.slug || to_char(s.pickup_from AT TIME ZONE m.timezone, '-YYYY-MM-DD-HH24MI') AS slug,
       m.id AS market_id, m.slug AS market_slug, m.timezone, s.market_day_id, d.date,
       p.id AS point_id, p.slug AS point_slug, p.name AS point_name, p.street, p.town, p.postcode, p.lat, p.lon, p.kind,
       p.note, p.kind = 'shelf' AS unattended, s.pickup_from, s.pickup_until, d.orders_open_at, d.orders_close_at,
"""
    + STATE
    + """ AS state, s.capacity, s.capacity - s.booked AS places_left
FROM pickup_slot s
JOIN market_day d ON d.id = s.market_day_id
JOIN pickup_point p ON p.id = s.pickup_point_id
JOIN market m ON m.id = s.market_id
"""
)

_SLUG = re.compile(r"(?P<point>[a-z0-9-]{1,120})-(?P<date>\d{4}-\d\d-\d\d)-(?P<time>\d{4})")


def slot_by_id(slot_id: int) -> SlotView:
    """The slot; NotFound."""
    return _one(rows(VIEW + "WHERE s.id = :id", id=slot_id))


def find_slot(id_or_slug: object) -> SlotView:
    """The slot of an id or a slug (nottuln-stiftsplatz-2026-11-26-1630); NotFound for anything else."""
    number = id_from_text(id_or_slug)
    if number is not None:
        return slot_by_id(number)
    named = _SLUG.fullmatch(str(id_or_slug))
    if named is None:
        raise NotFound()
    return _one(
        rows(
            VIEW
            + """
            WHERE p.slug = :point AND to_char(d.date, 'YYYY-MM-DD') = :date
              AND to_char(s.pickup_from AT TIME ZONE m.timezone, 'HH24MI') = :time
            ORDER BY s.id LIMIT 1
            """,
            **named.groupdict(),
        )
    )


def open_slots(market_id: int) -> list[SlotView]:
    """The slots that take orders now and have room, the next pickup first."""
    return list_slots(market_id=market_id, only_open=True, limit=1000)


def list_slots(
    *,
    market_id: int | None = None,
    only_open: bool = False,
    after: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[SlotView]:
    """Slots by start of pickup, then id; `after` is the last (pickup_from, id) that was seen.

    `only_open`: those that take orders now, full ones included (their `places_left` is 0).
    """
    found = rows(
        VIEW
        + """
        WHERE (CAST(:market_id AS bigint) IS NULL OR s.market_id = :market_id)
          AND (NOT :only_open OR (s.cancelled_at IS NULL AND d.cancelled_at IS NULL AND d.closed_at IS NULL
               AND d.orders_open_at <= app_now() AND d.orders_close_at > app_now()
               AND s.finished_at IS NULL AND s.pickup_until > app_now()))
          AND (CAST(:after_time AS timestamptz) IS NULL
               OR (s.pickup_from, s.id) > (CAST(:after_time AS timestamptz), :after_id))
        ORDER BY s.pickup_from, s.id LIMIT :limit
        """,
        market_id=market_id,
        only_open=only_open,
        after_time=after[0] if after else None,
        after_id=after[1] if after else 0,
        limit=limit,
    )
    return [SlotView(**row._mapping) for row in found]


def slots_of_day(market_day_id: int) -> list[SlotView]:
    """All slots of a market day, by time and place."""
    return slots_of_days([market_day_id])


def slots_of_days(market_day_ids: Iterable[int]) -> list[SlotView]:
    """All slots of these market days, by time and place."""
    found = rows(
        VIEW + "WHERE s.market_day_id = ANY(:ids) ORDER BY s.pickup_from, p.name, s.id", ids=sorted(market_day_ids)
    )
    return [SlotView(**row._mapping) for row in found]


def _one(found: list[object]) -> SlotView:
    if not found:
        raise NotFound()
    return SlotView(**found[0]._mapping)  # type: ignore[attr-defined]
