"""Planning one date of a market: when orders open and close, and the windows of handover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import insert

from marketplace.kernel import clock
from marketplace.kernel.database import command, db, rows
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.words import N_, Words
from marketplace.market_days.models import PickupSlot
from marketplace.market_days.wall_clock import local_date

Errors = dict[str, str | Words]

MOST_SLOTS = 200
MOST_ORDERS = 100_000
FURTHEST = timedelta(days=400)
LONGEST = timedelta(hours=24)


@dataclass(frozen=True)
class SlotPlan:
    """A window at a pickup point: instants, and how many orders it takes."""

    pickup_point_id: int
    pickup_from: datetime
    pickup_until: datetime
    capacity: int


@command
def plan_market_day(
    market_id: int, day: date, orders_open_at: datetime, orders_close_at: datetime, slots: Sequence[SlotPlan]
) -> int:
    """The day stands with its slots; its id. Offers are opened by stock/open_day.py, which calls this.

    Raises Invalid by field (times that do not follow each other, places of another market), Conflict for a date that
    the market has already, a cancelled one included.
    """
    zone = rows("SELECT timezone FROM market WHERE id = :id", id=market_id)[0].timezone
    known = {
        row.id
        for row in rows("SELECT id FROM pickup_point WHERE market_id = :market_id AND active", market_id=market_id)
    }
    errors = time_errors(day, orders_open_at, orders_close_at, slots, zone)
    errors |= slot_errors(day, slots, known, zone)
    if errors:
        raise Invalid(errors)
    made = rows(
        """
        INSERT INTO market_day (market_id, date, orders_open_at, orders_close_at)
        VALUES (:market_id, :day, :opens, :closes) ON CONFLICT (market_id, date) DO NOTHING RETURNING id
        """,
        market_id=market_id,
        day=day,
        opens=orders_open_at,
        closes=orders_close_at,
    )
    if not made:
        raise Conflict(N_("Für den %(date)s gibt es schon einen Markttag."), date=day.strftime("%d.%m.%Y"))
    day_id = int(made[0].id)
    db.session.execute(
        insert(PickupSlot),
        [
            {
                "market_id": market_id,
                "market_day_id": day_id,
                "pickup_point_id": slot.pickup_point_id,
                "pickup_from": slot.pickup_from,
                "pickup_until": slot.pickup_until,
                "capacity": slot.capacity,
            }
            for slot in slots
        ],
    )
    return day_id


def time_errors(day: date, opens: datetime, closes: datetime, slots: Sequence[SlotPlan], zone: str) -> Errors:
    """Open before close, close in the future and not after the first pickup, within a year."""
    errors: Errors = {}
    now = clock.now()
    if opens >= closes:
        errors["orders_open_at"] = N_("Bestellungen öffnen, bevor sie schließen.")
    if closes <= now:
        errors["orders_close_at"] = N_("Der Bestellschluss liegt in der Vergangenheit.")
    elif slots and closes > min(slot.pickup_from for slot in slots):
        errors["orders_close_at"] = N_("Der Bestellschluss liegt vor der ersten Abholzeit.")
    if day < local_date(now, zone):
        errors["date"] = N_("Dieser Tag ist schon vorbei.")
    elif day > local_date(now + FURTHEST, zone):
        errors["date"] = N_("So weit im Voraus lässt sich nicht planen.")
    if not slots:
        errors["slots"] = N_("Ein Markttag braucht mindestens eine Abholzeit.")
    elif len(slots) > MOST_SLOTS:
        errors["slots"] = Words(N_("Höchstens %(most)s Abholzeiten."), {"most": MOST_SLOTS})
    return errors


def slot_errors(day: date, slots: Sequence[SlotPlan], known: set[int], zone: str) -> Errors:
    """Each window lies on the day, at an active place of this market, once."""
    errors: Errors = {}
    seen: set[tuple[int, datetime]] = set()
    for index, slot in enumerate(slots[:MOST_SLOTS]):
        field = f"slots.{index}."
        if slot.pickup_point_id not in known:
            errors[field + "pickup_point"] = N_("Diesen Abholort gibt es nicht.")
        if not slot.pickup_from < slot.pickup_until <= slot.pickup_from + LONGEST:
            errors[field + "pickup_until"] = N_("Die Abholzeit endet, nachdem sie begonnen hat, am selben Tag.")
        if local_date(slot.pickup_from, zone) != day:
            errors[field + "pickup_from"] = N_("Die Abholzeit liegt nicht an diesem Tag.")
        if not 1 <= slot.capacity <= MOST_ORDERS:
            errors[field + "capacity"] = Words(N_("Plätze: 1 bis %(most)s."), {"most": MOST_ORDERS})
        if (slot.pickup_point_id, slot.pickup_from) in seen:
            errors[field + "pickup_point"] = N_("Diese Abholzeit steht schon da.")
        seen.add((slot.pickup_point_id, slot.pickup_from))
    return errors
