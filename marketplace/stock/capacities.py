"""The amounts of many offers of a day in one statement, where nothing speaks against any of them."""

from __future__ import annotations

from collections.abc import Mapping

from marketplace.kernel.database import command, execute, rows
from marketplace.stock.capacity import set_offer
from marketplace.stock.locks import lock_stock

# Only what `set_offer` would do without refusing; it has the words for the rest.
SET = """
UPDATE stock s SET capacity = wanted.capacity
FROM unnest(CAST(:offers AS bigint[]), CAST(:capacities AS bigint[])) AS wanted (offer_id, capacity)
JOIN offer o ON o.id = wanted.offer_id AND o.farm_id = :farm_id
JOIN market_day d ON d.id = o.market_day_id
WHERE s.id = o.stock_id AND d.cancelled_at IS NULL AND d.closed_at IS NULL AND d.orders_close_at > app_now()
  AND (wanted.capacity IS NULL OR (wanted.capacity BETWEEN 0 AND 1000000 AND s.reserved + s.sold <= wanted.capacity))
"""


@command
def set_capacities(farm_id: int, capacities: Mapping[int, int | None]) -> None:
    """Sale units by offer of the farm (None: not limited). Refuses as `set_offer` does, the first that is wrong."""
    offers = sorted(capacities)
    lock_stock(row.stock_id for row in rows("SELECT stock_id FROM offer WHERE id = ANY(:ids)", ids=offers))
    values = [capacities[offer_id] for offer_id in offers]
    if execute(SET, offers=offers, capacities=values, farm_id=farm_id) == len(offers):
        return
    for offer_id in offers:
        set_offer(offer_id, capacities[offer_id], farm_ids=[farm_id])
