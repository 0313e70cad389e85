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
from marketplace.stock.amounts import MOST_UNITS, is_whole
from marketplace.stock.capacity import UNCHANGED, copy_offers, set_offer
from marketplace.stock.locks import lock_stock
from marketplace.stock.models import StockChange
from marketplace.stock.resting import rest_in_pauses
from marketplace.stock.several import Stood, day_is_open, set_several


@dataclass(frozen=True)
class Wish:
    """What an offer should be: sale units (None: not limited), `paused`, cents; what is left out stays.

    `unit_price_cents`: as `set_offer` wants it with a price.
    """

    capacity: int | object | None = UNCHANGED
    paused: bool | None = None
    price_cents: int | None = None
    unit_price_cents: int | None = None


@dataclass
class Changed:
    """What came of it: the row to take it back by, the offers that follow, and why others do not."""

    id: int | None = None
    saved: list[int] = field(default_factory=list)
    refused: dict[int, Refusal] = field(default_factory=dict)


BEFORE = """
SELECT o.id, o.stock_id, o.paused, o.price_cents, o.unit_price_cents, s.capacity, s.reserved + s.sold AS taken
FROM offer o JOIN stock s ON s.id = o.stock_id
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
    plain = _plain(found, wishes) if day_is_open(day_id) else {}
    set_several(plain)
    changed = Changed(saved=sorted(plain))
    for offer_id in sorted(wishes.keys() - plain.keys()):
        wish = wishes[offer_id]
        try:
            with db.session.begin_nested():
                set_offer(
                    offer_id,
                    wish.capacity,
                    wish.price_cents,
                    wish.paused,
                    farm_ids=[farm_id],
                    unit_price_cents=wish.unit_price_cents,
                )
            changed.saved.append(offer_id)
        except NotFound:
            raise
        except Refusal as refusal:
            changed.refused[offer_id] = refusal
    if changed.saved:
        before = {number: _stood(found[number]) for number in changed.saved}
        changed.id = _keep(farm_id, day_id, what, before)
    return changed


def _plain(found: Mapping[int, Any], wishes: Mapping[int, Wish]) -> dict[int, Stood]:
    """What each offer is to be, where nothing speaks against it; `set_offer` has the words for the rest."""
    plain: dict[int, Stood] = {}
    for offer_id, wish in wishes.items():
        row = found[offer_id]
        capacity: Any = row.capacity if wish.capacity is UNCHANGED else wish.capacity
        fits = capacity is None or (is_whole(capacity, MOST_UNITS) and capacity >= row.taken)
        if (
            fits
            and wish.price_cents in (None, row.price_cents)
            and wish.unit_price_cents in (None, row.unit_price_cents)
        ):
            paused = row.paused if wish.paused is None else wish.paused
            plain[offer_id] = [capacity, paused, row.price_cents, row.unit_price_cents]
    return plain


def _with_what_stands(farm_id: int, day_id: int, before: dict[int, Stood]) -> dict[int, Stood]:
    """What stood before, and behind it what stands now: only that is taken back."""
    now = {row.id: _stood(row) for row in rows(BEFORE, farm_id=farm_id, day_id=day_id, offers=list(before))}
    return {number: [*stood, *now[number]] for number, stood in before.items()}


@command
def copy_day(farm_id: int, day_id: int, from_date: date, to_date: date) -> Changed:
    """ "Like last week" for the whole day (see `copy_offers` for what it refuses), so that it can be taken back."""
    lock_stock(row.stock_id for row in rows(BEFORE, farm_id=farm_id, day_id=day_id, offers=None))
    before = {row.id: _stood(row) for row in rows(BEFORE, farm_id=farm_id, day_id=day_id, offers=None)}
    copy_offers(farm_id, from_date, to_date)
    after = {row.id: _stood(row) for row in rows(BEFORE, farm_id=farm_id, day_id=day_id, offers=None)}
    differs = {number: before.get(number, [0, True, *stands[2:]]) for number, stands in after.items()
               if before.get(number) != stands}  # fmt: skip
    if not differs:
        return Changed()
    return Changed(_keep(farm_id, day_id, "last_week", differs), list(differs))


def _stood(row: Any) -> Stood:
    return [row.capacity, row.paused, row.price_cents, row.unit_price_cents]


def _keep(farm_id: int, day_id: int, what: str, before: dict[int, Stood]) -> int:
    change = StockChange(
        farm_id=farm_id,
        market_day_id=day_id,
        what=what,
        before={str(number): stood for number, stood in _with_what_stands(farm_id, day_id, before).items()},
        made_by=actor.current().name,
    )
    db.session.add(change)
    db.session.flush()
    return change.id


@command
def take_back(farm_id: int, change_id: int) -> Changed:
    """What stood before stands again, but never below what was ordered meanwhile. Twice is a Conflict; NotFound.

    An offer that does not stand as the change left it any more (somebody else changed it, or a pause began) keeps what
    it has now: nobody takes back what another person did. Those are among the refused.
    """
    change = db.session.scalar(
        select(StockChange).where(StockChange.id == change_id, StockChange.farm_id == farm_id).with_for_update()
    )
    if change is None:
        raise NotFound()
    if change.undone_at is not None:
        raise Conflict(N_("Das ist schon zurückgenommen."))
    kept = {int(offer_id): stood for offer_id, stood in change.before.items()}
    of_these = {"farm_id": farm_id, "day_id": change.market_day_id, "offers": list(kept)}
    lock_stock(row.stock_id for row in rows(BEFORE, **of_these))
    wishes: dict[int, Wish] = {}
    others: list[int] = []
    for row in rows(BEFORE, **of_these):
        (capacity, paused, price, per_unit), left = kept[row.id][:4], kept[row.id][4:]
        if left and left != _stood(row):
            others.append(row.id)
            continue
        units = None if capacity is None else max(int(capacity), row.taken)
        wishes[row.id] = Wish(units, bool(paused), price, per_unit)
    db.session.execute(update(StockChange).where(StockChange.id == change_id).values(undone_at=machine_now()))
    done = change_stock(farm_id, change.market_day_id, wishes, "undo")
    rest_in_pauses(done.saved)
    words = N_("Das hat inzwischen jemand anders geändert. Es bleibt, wie es jetzt ist.")
    done.refused.update({number: Conflict(words) for number in others})
    return done


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
