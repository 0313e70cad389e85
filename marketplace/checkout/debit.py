"""When a SEPA debit can be offered: its money needs days, and after the cut-off nobody waits for it (DECISIONS 13)."""

from __future__ import annotations

from datetime import datetime, timedelta

from marketplace.market_days.calendar import public_holidays
from marketplace.market_days.wall_clock import local_date

BANKING_DAYS = 6


def debit_is_possible(now: datetime, orders_close_at: datetime, zone: str) -> bool:
    """Are there at least six banking days from tomorrow up to the day of the cut-off? No weekends, no holidays."""
    today, last = local_date(now, zone), local_date(orders_close_at, zone)
    if (last - today).days < BANKING_DAYS:
        return False
    holidays = public_holidays(range(today.year, last.year + 1))
    days = (today + timedelta(days=ahead) for ahead in range(1, (last - today).days + 1))
    return sum(day.isoweekday() <= 5 and day not in holidays for day in days) >= BANKING_DAYS
