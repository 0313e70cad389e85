"""What a farm usually has on each weekday: new market days fill themselves from it, days that nobody touched follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from marketplace.kernel.database import command, execute, rows
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.words import N_
from marketplace.stock.amounts import MOST_UNITS, is_whole
from marketplace.stock.first_sale import put_on_sale
from marketplace.stock.locks import lock_stock
from marketplace.stock.resting import rest_in_pauses
from marketplace.stock.several import Stood, set_several

NOT_OFFERED = object()
Key = tuple[int, int]  # variant, weekday
Amount = int | object | None


@dataclass
class WeeklyRow:
    """A sale unit and its usual amounts by weekday (1 = Monday; None: not limited); a missing weekday: not offered."""

    variant_id: int
    name: str
    sale_unit: str
    pooled: bool
    amounts: dict[int, int | None] = field(default_factory=dict)


def weekly_rows(farm_id: int) -> list[WeeklyRow]:
    """Every sale unit of the farm's live products."""
    found = rows(
        """
        SELECT v.id, p.name, v.sale_unit, v.pooled, w.weekday, w.capacity
        FROM variant v JOIN product p ON p.id = v.product_id AND p.state = 'live'
        JOIN category c ON c.slug = p.category
        LEFT JOIN weekly_offer w ON w.variant_id = v.id
        WHERE v.farm_id = :farm_id AND NOT v.archived ORDER BY c.position, p.sort_key, v.id, w.weekday
        """,
        farm_id=farm_id,
    )
    units: dict[int, WeeklyRow] = {}
    for row in found:
        unit = units.setdefault(row.id, WeeklyRow(row.id, row.name, row.sale_unit, row.pooled))
        if row.weekday is not None:
            unit.amounts[row.weekday] = row.capacity
    return list(units.values())


def market_weekdays(farm_id: int) -> list[int]:
    """The weekdays on which the farm's market usually opens (1 = Monday)."""
    found = rows(
        """
        SELECT DISTINCT w.weekday FROM weekly_slot w JOIN pickup_point p ON p.id = w.pickup_point_id AND p.active
        JOIN farm f ON f.market_id = p.market_id WHERE f.id = :farm_id ORDER BY w.weekday
        """,
        farm_id=farm_id,
    )
    return [row.weekday for row in found]


@command
def set_weekly(farm_id: int, wishes: Mapping[Key, Amount]) -> int:
    """The usual amounts by (variant, weekday): units, None for not limited, NOT_OFFERED takes the weekday out.

    Coming days whose amount is still the usual one follow, never below what is ordered; days that the farmer set
    otherwise stay. How many usual amounts changed. Another farm's variant is NotFound; Invalid by `variant-weekday`.
    """
    rows("SELECT 1 FROM farm WHERE id = :id FOR NO KEY UPDATE", id=farm_id)
    own = {row.id for row in rows("SELECT id FROM variant WHERE farm_id = :farm_id AND NOT archived", farm_id=farm_id)}
    if any(variant_id not in own for variant_id, _ in wishes):
        raise NotFound()
    wrong = {
        f"{variant_id}-{weekday}": N_("Bitte geben Sie eine ganze Zahl ab 0 an.")
        for (variant_id, weekday), amount in wishes.items()
        if not 1 <= weekday <= 7 or not (amount is None or amount is NOT_OFFERED or is_whole(amount, MOST_UNITS))
    }
    if wrong:
        raise Invalid(dict(wrong))
    before = {(row.variant_id, row.weekday): row.capacity for row in _usual(own)}
    changes = {key: amount for key, amount in sorted(wishes.items()) if before.get(key, NOT_OFFERED) != amount}
    variants, weekdays = {key[0] for key in changes}, {key[1] for key in changes}
    lock_stock(row.stock_id for row in rows(STOCK, variants=sorted(variants), weekdays=sorted(weekdays)))
    _write(changes)
    _follow(farm_id, before, changes)
    return len(changes)


def _usual(variant_ids: set[int]):  # type: ignore[no-untyped-def]
    return rows(
        "SELECT variant_id, weekday, capacity FROM weekly_offer WHERE variant_id = ANY(:ids)", ids=sorted(variant_ids)
    )


def _write(changes: Mapping[Key, Amount]) -> None:
    gone = [key for key, amount in changes.items() if amount is NOT_OFFERED]
    execute(
        "DELETE FROM weekly_offer w USING unnest(CAST(:variants AS bigint[]), CAST(:weekdays AS int[])) AS g (id, day)"
        " WHERE w.variant_id = g.id AND w.weekday = g.day",
        variants=[key[0] for key in gone],
        weekdays=[key[1] for key in gone],
    )
    kept = [(*key, amount) for key, amount in changes.items() if amount is not NOT_OFFERED]
    execute(
        "INSERT INTO weekly_offer (variant_id, weekday, capacity) SELECT * FROM"
        " unnest(CAST(:variants AS bigint[]), CAST(:weekdays AS smallint[]), CAST(:amounts AS bigint[]))"
        " ON CONFLICT (variant_id, weekday) DO UPDATE SET capacity = excluded.capacity",
        variants=[line[0] for line in kept],
        weekdays=[line[1] for line in kept],
        amounts=[line[2] for line in kept],
    )


# Every row that may follow, locked before any of them and before a day (docs/locks.md).
STOCK = """
SELECT o.stock_id FROM offer o JOIN market_day d ON d.id = o.market_day_id
WHERE o.variant_id = ANY(:variants) AND extract(isodow FROM d.date) = ANY(:weekdays) AND o.closes_at > app_now()
"""

COMING = """
SELECT d.id AS day_id, v.id AS variant_id, k.weekday, o.id AS offer_id, o.paused, o.rests, o.price_cents,
       o.unit_price_cents, s.capacity, s.reserved + s.sold AS taken, s.market_day_id IS NULL AS pooled
FROM unnest(CAST(:variants AS bigint[]), CAST(:weekdays AS int[])) AS k (variant_id, weekday)
JOIN variant v ON v.id = k.variant_id
JOIN product p ON p.id = v.product_id
JOIN farm f ON f.id = v.farm_id
JOIN market_day d ON d.market_id = f.market_id AND extract(isodow FROM d.date) = k.weekday
LEFT JOIN offer o ON o.market_day_id = d.id AND o.variant_id = v.id
LEFT JOIN stock s ON s.id = o.stock_id
WHERE d.cancelled_at IS NULL AND d.closed_at IS NULL AND d.orders_close_at > app_now()
  AND (o.id IS NULL OR o.closes_at > app_now())
  AND (o.id IS NOT NULL OR cardinality(p.season_months) = 0
       OR extract(month FROM d.date)::smallint = ANY(p.season_months))
ORDER BY d.id, v.id
"""


def _follow(farm_id: int, before: Mapping[Key, int | None], changes: Mapping[Key, Amount]) -> None:
    """Coming days that still have the usual amount get the new one; what is new in the week is put on sale."""
    wanted: dict[int, Stood] = {}
    rest: list[int] = []
    found = rows(COMING, variants=[key[0] for key in changes], weekdays=[key[1] for key in changes])
    for row in found:
        key = row.variant_id, row.weekday
        amount, was = changes[key], before.get(key, NOT_OFFERED)
        if row.offer_id is None:
            if was is NOT_OFFERED and (amount is None or isinstance(amount, int)):
                _put_on_sale(farm_id, row.day_id, row.variant_id, amount)
        elif row.rests == "week" and was is NOT_OFFERED:  # taken out before, and now here again
            units = max(amount, row.taken) if isinstance(amount, int) else None
            wanted[row.offer_id] = [
                row.capacity if row.pooled else units, False, row.price_cents, row.unit_price_cents
            ]  # fmt: skip
        elif amount is NOT_OFFERED and not row.paused and (row.pooled or row.capacity == was):
            wanted[row.offer_id] = [row.capacity, True, row.price_cents, row.unit_price_cents]
            rest.append(row.offer_id)
        elif amount is NOT_OFFERED or row.pooled or row.capacity != was:
            continue
        else:
            units = max(amount, row.taken) if isinstance(amount, int) else None
            wanted[row.offer_id] = [units, row.paused, row.price_cents, row.unit_price_cents]
    set_several(wanted)
    execute("UPDATE offer SET rests = 'week' WHERE id = ANY(:ids)", ids=rest)
    rest_in_pauses(wanted)


def _put_on_sale(farm_id: int, day_id: int, variant_id: int, amount: int | None) -> None:
    try:
        put_on_sale(farm_id, day_id, variant_id, amount)
    except (Conflict, NotFound):
        return  # closed meanwhile, or out of sale
