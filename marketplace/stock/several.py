"""Many offers in two statements, under the locks of their stock: three hundred articles must not hold up who orders."""

from __future__ import annotations

from collections.abc import Mapping

from marketplace.kernel.database import execute, scalar

# Sale units or None, paused, cents a sale unit, cents a kilogram or litre or None.
Stood = list[int | bool | None]

_STOCK = """
UPDATE stock s SET capacity = w.capacity
FROM unnest(CAST(:offers AS bigint[]), CAST(:capacities AS bigint[])) AS w (offer_id, capacity)
JOIN offer o ON o.id = w.offer_id
WHERE s.id = o.stock_id AND s.capacity IS DISTINCT FROM w.capacity
"""

_OFFERS = """
UPDATE offer o SET paused = w.paused, pause_id = CASE WHEN w.paused THEN o.pause_id END,
    rests = CASE WHEN w.paused AND o.paused THEN o.rests END, price_cents = w.price,
    unit_price_cents = w.unit_price, updated_at = clock_timestamp()
FROM unnest(CAST(:offers AS bigint[]), CAST(:paused AS boolean[]), CAST(:prices AS bigint[]),
            CAST(:unit_prices AS bigint[])) AS w (offer_id, paused, price, unit_price)
WHERE o.id = w.offer_id
  AND (o.paused, o.price_cents, o.unit_price_cents) IS DISTINCT FROM (w.paused, w.price, w.unit_price)
"""


def set_several(wanted: Mapping[int, Stood]) -> None:
    """Offers by id are as it is said. The caller has locked their stock and refused what `set_offer` would refuse."""
    if not wanted:
        return
    offers = sorted(wanted)
    capacities, paused, prices, unit_prices = zip(*(wanted[offer] for offer in offers), strict=True)
    execute(_STOCK, offers=offers, capacities=list(capacities))
    execute(_OFFERS, offers=offers, paused=list(paused), prices=list(prices), unit_prices=list(unit_prices))


def day_is_open(market_day_id: int) -> bool:
    """Whether the day still takes orders, by the database's clock."""
    return bool(
        scalar(
            "SELECT cancelled_at IS NULL AND closed_at IS NULL AND orders_close_at > app_now()"
            " FROM market_day WHERE id = :id",
            id=market_day_id,
        )
    )
