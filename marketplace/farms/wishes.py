"""How a farm wants things: when it is told that goods run out, how long before the pickup its orders close."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.kernel.database import command, execute, rows
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.words import N_

MOST_UNITS = 100_000
MOST_MINUTES = 31 * 24 * 60


@dataclass(frozen=True)
class FarmWishes:
    """`low_stock_at`: told when no more sale units are left, None: not; `lead_time_minutes` before the first pickup."""

    low_stock_at: int | None
    tells_sold_out: bool
    lead_time_minutes: int


def farm_wishes(farm_id: int) -> FarmWishes | None:
    """None for a farm that there is not."""
    found = rows("SELECT low_stock_at, tells_sold_out, lead_time_minutes FROM farm WHERE id = :id", id=farm_id)
    return FarmWishes(**found[0]._mapping) if found else None


@command
def set_farm_wishes(farm_id: int, wishes: FarmWishes) -> None:
    """Raises Invalid by field, NotFound. The caller lets open offers follow a new lead time."""
    if wishes.low_stock_at is not None and not 1 <= wishes.low_stock_at <= MOST_UNITS:
        raise Invalid({"knapp": N_("Bitte geben Sie eine Zahl ab 1 an, oder nichts.")})
    if not 0 <= wishes.lead_time_minutes <= MOST_MINUTES:
        raise Invalid({"vorlauf": N_("Der Vorlauf liegt zwischen 0 Stunden und 31 Tagen.")})
    changed = execute(
        "UPDATE farm SET low_stock_at = :low, tells_sold_out = :out, lead_time_minutes = :lead WHERE id = :id",
        low=wishes.low_stock_at,
        out=wishes.tells_sold_out,
        lead=wishes.lead_time_minutes,
        id=farm_id,
    )
    if not changed:
        raise NotFound()
