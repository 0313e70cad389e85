"""The settings of a market: dated rows, edited in the office. The latest row that has begun holds."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from marketplace.kernel.database import command, execute, rows
from marketplace.kernel.errors import Invalid
from marketplace.kernel.words import N_

# key -> what holds while a market has no row of its own. Units are in the names.
DEFAULTS: dict[str, Any] = {
    "catch_weight_tolerance_bp": 1500,  # how much more than the usual weight a card is asked to hold
    "cooling_off_days": 3,  # after a change of bank data nothing is paid out for so long (DECISIONS 23)
    "datev_accounts": {},  # numbers of the tax adviser's chart where they are not the house's (payouts/datev.py)
    "dispute_losses_borne_by": "market",
    "provider_fees_borne_by": "market",
    "no_show_refund_bp": 0,  # of the goods' price, when nobody came
    "weeks_planned_ahead": 3,
}

LATEST = """
SELECT s.value FROM market_setting s JOIN market m ON m.id = s.market_id
WHERE s.market_id = :market_id AND s.key = :key
  AND s.valid_from <= coalesce(CAST(:on_date AS date), (app_now() AT TIME ZONE m.timezone)::date)
ORDER BY s.valid_from DESC LIMIT 1
"""


def setting(market_id: int, key: str, default: Any = None, on_date: date | None = None) -> Any:
    """The value in force on a day (today in the market's zone); else `default`, else the house's own default."""
    found = rows(LATEST, market_id=market_id, key=key, on_date=on_date)
    if found:
        return found[0].value
    return DEFAULTS.get(key) if default is None else default


@command
def set_setting(market_id: int, key: str, value: Any, valid_from: date) -> None:
    """From `valid_from` on `value` holds. The same day again replaces it; refuses keys that nobody reads."""
    if key not in DEFAULTS:
        raise Invalid({"key": N_("Diese Einstellung gibt es nicht.")})
    execute(
        """
        INSERT INTO market_setting (market_id, key, value, valid_from)
        VALUES (:market_id, :key, CAST(:value AS jsonb), :valid_from)
        ON CONFLICT (market_id, key, valid_from) DO UPDATE SET value = excluded.value
        """,
        market_id=market_id,
        key=key,
        value=json.dumps(value),
        valid_from=valid_from,
    )
