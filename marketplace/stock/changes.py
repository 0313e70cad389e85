"""Several offers of a day changed in one go, kept so that it can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select, update

from marketplace.kernel import actor
from marketplace.kernel.clock import machine_now
from marketplace.kernel.database import command, db, rows
from marketplace.kernel.errors import Conflict, NotFound, Refusal
from marketplace.kernel.words import N_
from marketplace.stock.capacity import UNCHANGED, copy_offers, set_offer
from marketplace.stock.locks import lock_stock
from marketplace.stock.models import StockChange


@dataclass(frozen=True)
class Wish:
    """What an offer should be: sale units (None: not limited), `paused`, cents; what is left out stays."""

    capacity: int | object | None = UNCHANGED
    paused: bool | None = None
    price_cents: int | None = None


@dataclass
class Changed:
    """What came of it: the row to take it back by, the offers that follow, and why others do not."""

    id: int | None = None
    saved: list[int] = field(default_factory=list)
    refused: dict[int, Refusal] = field(default_factory=dict)


BEFORE = """
SELECT o.id, o.stock_id, o.paused, o.price_cents, s.capacity FROM offer o JOIN stock s ON s.id = o.stock_id
WHERE o.farm_id = :farm_id AND o.market_day_id = :day_id
  AND (CAST(:offers AS bigint[]) IS NULL OR o.id = ANY(CAST(:offers AS bigint[])))
"""


@command
def change_stock(farm_id: int, day_id: int, wishes: Mapping[int, Wish], what: str) -> Changed:
    """Each offer by itself: one that is refused (`set_offer` says for what) does not hold up the others.

    `what`: the word for it, kept with what stood there before. Offers of another farm or day are NotFound, all of it.
    """
    found = {row.id: row for row in rows(BEFORE, farm_id=farm_id, day_id=day_id, offers=list(wishes))}
    if len(found) != len(wishes):
        raise NotFound()
    lock_stock({row.stock_id for row in found.values()})
    found = {row.id: row for row in rows(BEFORE, farm_id=farm_id, day_id=day_id, offers=list(wishes))}
    changed = Changed()
    for offer_id in sorted(wishes):
        wish = wishes[offer_id]
        try:
            with db.session.begin_nested():
                set_offer(offer_id, wish.capacity, wish.price_cents, wish.paused, farm_ids=[farm_id])
            changed.saved.append(offer_id)
        except NotFound:
            raise
        except Refusal as refusal:
            changed.refused[offer_id] = refusal
    if changed.saved:
        before = {number: _stood(found[number]) for number in changed.saved}
        changed.id = _keep(farm_id, day_id, what, before)
    return changed


@command
def copy_day(farm_id: int, day_id: int, from_date: date, to_date: date) -> Changed:
    """ "Like last week" for the whole day (see `copy_offers` for what it refuses), so that it can be taken back."""
    before = {row.id: _stood(row) for row in rows(BEFORE, farm_id=farm_id, day_id=day_id, offers=None)}
    copy_offers(farm_id, from_date, to_date)
    after = {row.id: _stood(row) for row in rows(BEFORE, farm_id=farm_id, day_id=day_id, offers=None)}
    differs = {number: before.get(number, [0, True, stands[2]]) for number, stands in after.items()
               if before.get(number) != stands}  # fmt: skip
    if not differs:
        return Changed()
    return Changed(_keep(farm_id, day_id, "last_week", differs), list(differs))


def _stood(row: Any) -> list[int | bool | None]:
    return [row.capacity, row.paused, row.price_cents]


def _keep(farm_id: int, day_id: int, what: str, before: dict[int, list[int | bool | None]]) -> int:
    change = StockChange(
        farm_id=farm_id,
        market_day_id=day_id,
        what=what,
        before={str(offer_id): stood for offer_id, stood in before.items()},
        made_by=actor.current().name,
    )
    db.session.add(change)
    db.session.flush()
    return change.id


@command
def take_back(farm_id: int, change_id: int) -> Changed:
    """What stood before stands again, but never below what was ordered meanwhile. Twice is a Conflict; NotFound."""
    change = db.session.scalar(
        select(StockChange).where(StockChange.id == change_id, StockChange.farm_id == farm_id).with_for_update()
    )
    if change is None:
        raise NotFound()
    if change.undone_at is not None:
        raise Conflict(N_("Das ist schon zurückgenommen."))
    before = {int(offer_id): stood for offer_id, stood in change.before.items()}
    lock_stock(
        row.stock_id
        for row in rows(BEFORE, farm_id=farm_id, day_id=change.market_day_id, offers=list(before))
    )
    taken = {
        row.id: row.taken
        for row in rows(
            "SELECT o.id, s.reserved + s.sold AS taken FROM offer o JOIN stock s ON s.id = o.stock_id"
            " WHERE o.id = ANY(:offers)",
            offers=list(before),
        )
    }
    wishes = {
        offer_id: Wish(None if capacity is None else max(int(capacity), taken[offer_id]), bool(paused), price)
        for offer_id, (capacity, paused, price) in before.items()
        if offer_id in taken
    }
    db.session.execute(update(StockChange).where(StockChange.id == change_id).values(undone_at=machine_now()))
    return change_stock(farm_id, change.market_day_id, wishes, "undo")


@dataclass(frozen=True)
class LastChange:
    """The newest thing done to a day's stock that can be taken back."""

    id: int
    what: str
    offers: int


def last_change(farm_id: int, day_id: int) -> LastChange | None:
    """None when nothing was done, or the newest thing was itself a taking back."""
    found = db.session.scalar(
        select(StockChange)
        .where(StockChange.farm_id == farm_id, StockChange.market_day_id == day_id)
        .order_by(StockChange.id.desc())
        .limit(1)
    )
    if found is None or found.undone_at is not None or found.what == "undo":
        return None
    return LastChange(found.id, found.what, len(found.before))
