"""What is on sale for days on which its farm pauses rests until the pause is over; out of season likewise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marketplace.kernel.database import command, execute, rows
from marketplace.stock.locks import lock_stock


@command
def rest_in_pauses(offer_ids: Iterable[int]) -> int:
    """Offers that have just come on sale and lie in a pause of their farm are paused by it; how many."""
    return execute(
        """
        UPDATE offer o SET paused = true, pause_id = p.id, updated_at = clock_timestamp()
        FROM market_day d, farm_pause p
        WHERE o.id = ANY(:ids) AND NOT o.paused AND d.id = o.market_day_id AND p.farm_id = o.farm_id
          AND d.date BETWEEN p.from_date AND p.until_date
        """,
        ids=list(offer_ids),
    )


_SEASONS = """
SELECT o.id, o.stock_id, o.paused, o.rests,
       cardinality(p.season_months) = 0 OR extract(month FROM d.date)::smallint = ANY(p.season_months) AS in_season
FROM offer o JOIN market_day d ON d.id = o.market_day_id JOIN variant v ON v.id = o.variant_id
JOIN product p ON p.id = v.product_id
WHERE o.farm_id = :farm_id AND o.closes_at > app_now() AND d.cancelled_at IS NULL
"""


def _differs(row: Any) -> bool:
    return (row.paused and row.rests == "season") if row.in_season else not row.paused


@command
def follow_seasons(farm_id: int) -> None:
    """After a product's months changed: offers of open days out of season rest, those in season again stand again.

    What was ordered stays ordered; what the farmer paused stays paused.
    """
    if not any(_differs(row) for row in rows(_SEASONS, farm_id=farm_id)):
        return
    lock_stock(row.stock_id for row in rows(_SEASONS, farm_id=farm_id))
    found = [row for row in rows(_SEASONS, farm_id=farm_id) if _differs(row)]
    end, begin = ([row.id for row in found if row.in_season is back] for back in (False, True))
    execute(
        "UPDATE offer SET paused = true, rests = 'season', updated_at = clock_timestamp() WHERE id = ANY(:ids)", ids=end
    )
    execute(
        "UPDATE offer SET paused = false, rests = NULL, updated_at = clock_timestamp() WHERE id = ANY(:ids)", ids=begin
    )
    rest_in_pauses(begin)
