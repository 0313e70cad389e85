"""What lies at the provider, what went from there to the bank, and whether a comparison is under way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace.kernel.database import rows

_BALANCES = """
SELECT coalesce(sum(amount_cents) FILTER (WHERE account = 'stripe:available'), 0)::bigint AS available_cents,
       coalesce(sum(amount_cents) FILTER (WHERE account = 'stripe:pending'), 0)::bigint AS pending_cents,
       coalesce(sum(amount_cents) FILTER (WHERE account = 'disputes:held'), 0)::bigint AS held_cents
FROM ledger_entry WHERE market_id = ANY(:markets) AND account IN ('stripe:available', 'stripe:pending', 'disputes:held')
"""

_TO_BANK = """
SELECT b.source, -b.amount_cents AS cents, b.kind, b.created_at, b.market_id FROM balance_transaction b
WHERE b.market_id = ANY(:markets) AND b.kind LIKE 'payout%' ORDER BY b.created_at DESC, b.id LIMIT 20
"""

_UNDER_WAY = """
SELECT min(since) AS since, bool_or(stuck) AS stuck FROM (
    SELECT d.created_at AS since, d.state = 'parked' AS stuck FROM delivery d JOIN fact f ON f.id = d.fact_id
    WHERE f.kind = :kind AND d.state IN ('waiting', 'in_flight', 'parked')
    UNION ALL
    SELECT created_at, false FROM fact WHERE kind = :kind AND fanned_out_at IS NULL
) asked
"""


@dataclass(frozen=True)
class AtProvider:
    """Cents: there and free, on the way there, held back in disputes."""

    available_cents: int
    pending_cents: int
    held_cents: int


@dataclass(frozen=True)
class Asked:
    """Somebody asked for a comparison: since when it waits or runs (machine's clock); `stuck`: the workers gave up."""

    since: datetime
    stuck: bool


def at_provider(market_ids: Collection[int]) -> AtProvider:
    """What our books say lies at the provider."""
    return AtProvider(**rows(_BALANCES, markets=list(market_ids))[0]._mapping)


def paid_to_bank(market_ids: Collection[int]) -> list[Any]:
    """The provider's last payouts to the bank: source (po_…), cents (negative: it came back), kind, created_at."""
    return rows(_TO_BANK, markets=list(market_ids))


def comparison_asked(kind: str) -> Asked | None:
    """The oldest wish (a fact of that kind) that is not done, None when there is none."""
    found = rows(_UNDER_WAY, kind=kind)[0]
    return None if found.since is None else Asked(found.since, bool(found.stuck))
