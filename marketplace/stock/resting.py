"""What is on sale for days on which its farm pauses rests until the pause is over."""

from __future__ import annotations

from collections.abc import Iterable

from marketplace.kernel.database import command, execute


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
