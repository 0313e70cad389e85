"""Moving the times of a market day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.kernel.database import command, execute, rows
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.words import N_

LOCKED = """
SELECT d.id, d.market_id, d.orders_open_at, d.orders_close_at, d.closed_at, d.cancelled_at, app_now() AS now,
       (SELECT min(s.pickup_from) FROM pickup_slot s
        WHERE s.market_day_id = d.id AND s.cancelled_at IS NULL) AS first_pickup
FROM market_day d WHERE d.id = :id FOR NO KEY UPDATE OF d
"""


@dataclass(frozen=True)
class Times:
    """When orders open and close, as they hold now (UTC)."""

    orders_open_at: datetime
    orders_close_at: datetime


@command
def move_times(
    day_id: int, *, orders_open_at: datetime | None = None, orders_close_at: datetime | None = None
) -> Times:
    """The day's new times; the offers follow in stock/open_day.py, which calls this.

    A close in the past closes now: orders that were accepted until this second stay accepted in time. A closed day
    opens again only for a close in the future, and its cut-off is then worked on once more. Refuses cancelled days,
    and a close after the first pickup.
    """
    found = rows(LOCKED, id=day_id)
    if not found:
        raise NotFound()
    day = found[0]
    if day.cancelled_at is not None:
        raise Conflict(N_("Dieser Markttag ist abgesagt."))
    opens, closes = orders_open_at or day.orders_open_at, orders_close_at or day.orders_close_at
    if orders_close_at is not None and closes <= day.now:
        if day.orders_close_at <= day.now:
            raise Conflict(N_("Der Bestellschluss ist schon vorbei."))
        closes = day.now
        opens = min(opens, closes - timedelta(seconds=1))
    if day.first_pickup is not None and closes > max(day.first_pickup, day.now):
        raise Invalid({"orders_close_at": N_("Der Bestellschluss liegt vor der ersten Abholzeit.")})
    if opens >= closes:
        raise Invalid({"orders_open_at": N_("Bestellungen öffnen, bevor sie schließen.")})
    execute(
        """
        UPDATE market_day SET orders_open_at = :opens, orders_close_at = :closes,
            closed_at = CASE WHEN CAST(:closes AS timestamptz) > app_now() THEN NULL ELSE closed_at END
        WHERE id = :id
        """,
        id=day_id,
        opens=opens,
        closes=closes,
    )
    return Times(opens, closes)
