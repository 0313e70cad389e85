"""The cut-off: the day is closed once, its paid orders are packed from now on, and whoever pays late joins them."""

from __future__ import annotations

from marketplace.events.facts import MarketDayClosed
from marketplace.events.outbox import publish
from marketplace.kernel.database import command, execute, rows
from marketplace.orders.states import ORDER

CLOSE = """
UPDATE market_day SET closed_at = app_now()
WHERE id = :day_id AND closed_at IS NULL AND cancelled_at IS NULL AND orders_close_at <= app_now()
"""

# Row by row in id order, as everybody locks orders; the trigger `known_steps` checks each of the steps.
BEGIN = """
WITH paid AS (
    SELECT o.id FROM orders o
    JOIN market_day d ON d.id = o.market_day_id AND d.cancelled_at IS NULL AND d.orders_close_at <= app_now()
    WHERE o.market_day_id = :day_id AND o.state = 'confirmed' ORDER BY o.id FOR UPDATE OF o)
UPDATE orders o SET state = 'packing' FROM paid WHERE o.id = paid.id
"""


@command
def begin_packing(market_day_id: int) -> int:
    """Closes the day if its cut-off is over and moves its confirmed orders to `packing`; how many moved.

    Before the cut-off, on a cancelled day, and again: nothing. `MarketDayClosed` is published once, with `closed_at`.
    """
    ORDER.check("confirmed", "packing")
    if execute(CLOSE, day_id=market_day_id):
        publish(MarketDayClosed(market_day_id))
    return execute(BEGIN, day_id=market_day_id)


@command
def days_to_close() -> list[int]:
    """Days whose cut-off is over and not worked on, or with orders that were paid after it."""
    found = rows(
        """
        SELECT d.id FROM market_day d
        WHERE d.cancelled_at IS NULL AND d.orders_close_at <= app_now()
          AND (d.closed_at IS NULL
               OR EXISTS (SELECT 1 FROM orders o WHERE o.market_day_id = d.id AND o.state = 'confirmed'))
        ORDER BY d.orders_close_at, d.id
        """
    )
    return [row.id for row in found]
