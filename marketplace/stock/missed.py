"""What was asked for and not there any more: counted per offer and day, without a word of who asked.

Written in a short transaction of its own, after the refused order was rolled back: it can neither break an order nor
make it wait.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from marketplace.kernel import installation
from marketplace.kernel.database import db
from marketplace.kernel.errors import Shortage, TooMany
from marketplace.kernel.rate_limits import hit

log = logging.getLogger(__name__)

# One visitor is counted once an offer and hour, an address so often an hour; nobody's word is worth more units.
WINDOW_S, BY_ADDRESS, MOST_UNITS, MOST_OFFERS = 3600, 60, 50, 50

_COUNT = text(
    """
    WITH wanted AS MATERIALIZED (
        SELECT o.id, o.farm_id, (app_now() AT TIME ZONE m.timezone)::date AS day, u.units
        FROM unnest(CAST(:offers AS bigint[]), CAST(:units AS bigint[])) AS u(offer_id, units)
        JOIN offer o ON o.id = u.offer_id JOIN market m ON m.id = o.market_id ORDER BY o.id),
    fresh AS MATERIALIZED (
        SELECT * FROM wanted WHERE rate_hit('missed:' || :visitor || ':' || id, :window, :allowed) = 0 ORDER BY id)
    INSERT INTO missed_demand AS d (offer_id, day, farm_id, times, units)
    SELECT id, day, farm_id, 1, units FROM fresh ORDER BY id
    ON CONFLICT (offer_id, day) DO UPDATE SET times = d.times + 1, units = d.units + excluded.units
    """
)


def units_of(shortage: Shortage) -> dict[int, int]:
    """Sale units that were wanted and not there, by offer id.

    Offers that share a pool may each be covered alone and not together: each counts as one unit then.
    """
    return {int(one["offer"]): max(1, one["requested"] - one["available"]) for one in shortage.shortages}


def note_missed(units: Mapping[int, int], visitor: str, address: str) -> None:
    """Counts `units` by offer id. Counts nothing, and says nothing, when one asks too often or the row is busy.

    `visitor`, `address`: what the rate limits know them by, at most a day. Never within an open transaction.
    """
    wanted = sorted((offer, min(many, MOST_UNITS)) for offer, many in units.items() if many > 0)[:MOST_OFFERS]
    if not wanted:
        return
    try:
        hit(f"missed:{address}", WINDOW_S, BY_ADDRESS)
        with db.engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '250ms'"))
            connection.execute(
                _COUNT,
                {
                    "offers": [offer for offer, _ in wanted],
                    "units": [many for _, many in wanted],
                    "visitor": visitor[:80],
                    "window": WINDOW_S,
                    "allowed": 1 if installation.settings().rate_limits else 1_000_000,
                },
            )
    except TooMany:
        return
    except SQLAlchemyError as error:
        log.warning("missed demand was not counted: %s", type(error).__name__)
