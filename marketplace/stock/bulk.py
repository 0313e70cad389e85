"""What is done to many offers of a day at once: nothing left, none today, as last week, so many more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from marketplace.kernel.database import command, rows
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.words import N_
from marketplace.stock.amounts import MOST_UNITS, is_whole
from marketplace.stock.changes import UNCHANGED, Changed, Wish, change_stock
from marketplace.stock.locks import lock_stock

WAYS = ("sold_out", "none_today", "offer", "last_week", "set", "add")
MOST_ADDED = 10_000


@dataclass(frozen=True)
class _Offer:
    id: int
    capacity: int | None
    taken: int
    pooled: bool
    capacity_before: int | None
    stood_before: bool


OFFERS = """
SELECT o.id, s.capacity, s.reserved + s.sold AS taken, s.market_day_id IS NULL AS pooled,
       before.capacity AS capacity_before, before.id IS NOT NULL AS stood_before
FROM offer o
JOIN market_day d ON d.id = o.market_day_id
JOIN stock s ON s.id = o.stock_id
LEFT JOIN LATERAL (
    SELECT po.id, ps.capacity FROM offer po JOIN market_day pd ON pd.id = po.market_day_id
    JOIN stock ps ON ps.id = po.stock_id AND ps.market_day_id IS NOT NULL
    WHERE po.variant_id = o.variant_id AND pd.date < d.date AND pd.cancelled_at IS NULL
    ORDER BY pd.date = d.date - 7 DESC, pd.date DESC LIMIT 1
) before ON true
WHERE o.farm_id = :farm_id AND o.market_day_id = :day_id AND o.closes_at > app_now()
  AND (CAST(:offers AS bigint[]) IS NULL OR o.id = ANY(CAST(:offers AS bigint[])))
"""


@command
def change_at_once(
    farm_id: int, day_id: int, way: str, amount: int | None = None, offers: Collection[int] | None = None
) -> Changed:
    """Does `way` (see `wishes_for`) to the offers as they are under their locks: two who add ten each add twenty.

    Named `offers` that are not the farm's, or not of the day, are NotFound.
    """
    own = rows(
        "SELECT id, stock_id FROM offer WHERE farm_id = :farm_id AND market_day_id = :day_id",
        farm_id=farm_id,
        day_id=day_id,
    )
    if offers is not None and not set(offers) <= {row.id for row in own}:
        raise NotFound()
    lock_stock(row.stock_id for row in own if offers is None or row.id in offers)
    return change_stock(farm_id, day_id, wishes_for(farm_id, day_id, way, amount, offers), way)


def wishes_for(
    farm_id: int, day_id: int, way: str, amount: int | None = None, offers: Collection[int] | None = None
) -> dict[int, Wish]:
    """What `way` means for each offer of the day that takes orders, or for those of `offers` alone.

    sold_out: no more than is ordered; none_today: paused; offer: on sale again; last_week: the amounts of a week
    before; set: `amount` sale units each (never below what is ordered); add: `amount` more or less. A pool, which
    counts what was sold on all days, stays as it is for last_week and set.
    Raises Invalid for an unknown way or amount.
    """
    if way not in WAYS:
        raise Invalid({"tun": N_("Das kennen wir nicht.")})
    if way == "set" and not is_whole(amount, MOST_UNITS):
        raise Invalid({"menge": N_("Bitte geben Sie eine ganze Zahl ab 0 an.")})
    if way == "add" and not (isinstance(amount, int) and 0 < abs(amount) <= MOST_ADDED):
        raise Invalid({"menge": N_("Bitte geben Sie an, wie viel mehr oder weniger, zum Beispiel 10 oder -5.")})
    named = None if offers is None else list(offers)
    found = rows(OFFERS, farm_id=farm_id, day_id=day_id, offers=named)
    wishes = {row.id: _wish(_Offer(**row._mapping), way, amount) for row in found}
    return {offer_id: wish for offer_id, wish in wishes.items() if wish is not None}


def _wish(offer: _Offer, way: str, amount: int | None) -> Wish | None:
    if way == "sold_out":
        return Wish(offer.taken)
    if way in ("none_today", "offer"):
        return Wish(UNCHANGED, way == "none_today")
    if way == "last_week":
        if offer.pooled or not offer.stood_before:
            return None
        return Wish(None if offer.capacity_before is None else max(offer.capacity_before, offer.taken))
    if way == "set":
        return None if offer.pooled else Wish(max(amount or 0, offer.taken))
    if offer.capacity is None:
        return None
    return Wish(min(MOST_UNITS, max(offer.capacity + (amount or 0), offer.taken)))
