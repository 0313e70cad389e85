"""Wall clocks of a market and instants: an hour that summer time skips or repeats is settled here (I39)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def instant(day: date, wall: time, zone: str) -> datetime:
    """The instant (UTC) at which the market's clock shows `wall` on `day`.

    A repeated hour means its first pass; a skipped one is moved on by the gap (fold=0, PEP 495).
    """
    return datetime.combine(day, wall, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local_date(moment: datetime, zone: str) -> date:
    """The date that the market's calendar shows at `moment`."""
    return moment.astimezone(ZoneInfo(zone)).date()
