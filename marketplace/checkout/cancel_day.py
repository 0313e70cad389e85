"""A market day falls out: nothing more is sold, every order is cancelled, everybody gets the money back once."""

from __future__ import annotations

from marketplace.checkout.cancel_order import BY_OFFICE, cancel_order
from marketplace.kernel.database import command, execute, rows
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.words import N_
from marketplace.stock.opening import hold_back_orders


def cancel_day(market_day_id: int) -> int:
    """Cancels the day and its orders, each in a transaction of its own; how many orders that cancelled.

    Again is nothing, or the rest when the first try broke off. Orders that were handed over stay as they are. Raises
    NotFound, and Conflict for a day whose pickups are over.
    """
    _close_for_good(market_day_id)
    return cancel_orders_of(market_day_id)


def cancel_orders_of(market_day_id: int) -> int:
    """The orders of a cancelled day that still stand; one that ended meanwhile is left alone."""
    cancelled = 0
    for order_id in _standing(market_day_id):
        try:
            cancel_order(order_id, by_office=True)
        except Conflict:
            continue
        cancelled += 1
    return cancelled


@command
def cancelled_days_to_finish() -> list[int]:
    """Days that are cancelled and have orders that still stand: a worker carries on where a request broke off."""
    found = rows(
        """
        SELECT DISTINCT d.id FROM market_day d JOIN orders o ON o.market_day_id = d.id
        WHERE d.cancelled_at IS NOT NULL AND o.state = ANY(:states) ORDER BY d.id
        """,
        states=list(BY_OFFICE),
    )
    return [int(row.id) for row in found]


@command
def _close_for_good(market_day_id: int) -> None:
    hold_back_orders(market_day_id)
    found = rows(
        """
        SELECT d.cancelled_at, NOT EXISTS (SELECT 1 FROM pickup_slot s WHERE s.market_day_id = d.id
               AND s.cancelled_at IS NULL AND s.pickup_until > app_now()) AS is_over
        FROM market_day d WHERE d.id = :id FOR NO KEY UPDATE OF d
        """,
        id=market_day_id,
    )
    if not found:
        raise NotFound()
    if found[0].cancelled_at is not None:
        return
    if found[0].is_over:
        raise Conflict(N_("Dieser Markttag ist schon vorbei."))
    execute("UPDATE market_day SET cancelled_at = app_now() WHERE id = :id", id=market_day_id)
    # The reserving statement looks at the offer's own cut-off: from this commit on nobody gets in any more.
    execute(
        "UPDATE offer SET closes_at = app_now(), updated_at = clock_timestamp()"
        " WHERE market_day_id = :id AND closes_at > app_now()",
        id=market_day_id,
    )


@command
def _standing(market_day_id: int) -> list[int]:
    found = rows(
        "SELECT id FROM orders WHERE market_day_id = :id AND state = ANY(:states) ORDER BY id",
        id=market_day_id,
        states=list(BY_OFFICE),
    )
    return [int(row.id) for row in found]
