"""The week of a market, as far as it runs by itself: cut-off, pickup, end of the slot, the coming weeks."""

from __future__ import annotations

from marketplace.checkout.cancel_day import cancel_day, cancelled_days_to_finish
from marketplace.checkout.roll_calendar import roll_calendar
from marketplace.events.facts import OrderConfirmed
from marketplace.kernel.database import command, rows
from marketplace.kernel.each import each
from marketplace.pickup.begin_packing import begin_packing, days_to_close
from marketplace.pickup.no_show import close_slot, slots_to_finish
from marketplace.pickup.pack_by_default import finish_packing, slots_to_begin


def close_days() -> int:
    """Market days whose cut-off has passed: packing begins."""
    return each(days_to_close(), begin_packing)


def finish_cancelled_days() -> int:
    """Days whose cancellation broke off: the rest of their orders is cancelled."""
    return each(cancelled_days_to_finish(), cancel_day)


def begin_slots() -> int:
    """Slots whose pickup begins: what nobody touched counts as packed as ordered."""
    return each(slots_to_begin(), finish_packing)


def finish_slots() -> int:
    """Slots whose pickup is over: who did not come did not collect."""
    return each(slots_to_finish(), close_slot)


def pack_late_order(fact: OrderConfirmed) -> None:
    """An order confirmed after the cut-off joins the packing lists."""
    day_id = _day_of(fact.order_id)
    if day_id is not None:
        begin_packing(day_id)


@command
def _day_of(order_id: int) -> int | None:
    found = rows("SELECT market_day_id FROM orders WHERE id = :id", id=order_id)
    return found[0].market_day_id if found else None


@command
def _markets() -> list[int]:
    return [row.id for row in rows("SELECT id FROM market ORDER BY id")]


def roll_calendars() -> int:
    """The coming weeks of every market, from its weekly pattern."""
    return each(_markets(), _roll)


def _roll(market_id: int) -> int:
    return len(roll_calendar(market_id))
