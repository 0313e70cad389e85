"""What lies at the provider, and what went from there to the bank."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from marketplace.kernel.database import rows

_BALANCES = """
SELECT coalesce(sum(amount_cents) FILTER (WHERE account = 'stripe:available'), 0)::bigint AS available_cents,
       coalesce(sum(amount_cents) FILTER (WHERE account = 'stripe:pending'), 0)::bigint AS pending_cents,
       coalesce(sum(amount_cents) FILTER (WHERE account = 'disputes:held'), 0)::bigint AS held_cents
FROM ledger_entry WHERE market_id = ANY(:markets) AND account IN ('stripe:available', 'stripe:pending', 'disputes:held')
"""

_TO_BANK = """
SELECT b.source, -b.net_cents AS cents, b.kind, b.created_at, m.timezone
FROM balance_transaction b JOIN market m ON m.id = b.market_id
WHERE b.market_id = ANY(:markets) AND b.kind IN ('payout', 'payout_failure', 'payout_cancel')
ORDER BY b.created_at DESC, b.id LIMIT 20
"""


@dataclass(frozen=True)
class AtProvider:
    """Cents: there and free, on the way there, held back in disputes."""

    available_cents: int
    pending_cents: int
    held_cents: int


def at_provider(market_ids: Collection[int]) -> AtProvider:
    """What our books say lies at the provider."""
    return AtProvider(**rows(_BALANCES, markets=list(market_ids))[0]._mapping)


def paid_to_bank(market_ids: Collection[int]) -> list[Any]:
    """The provider's last payouts to the bank: source (po_…), cents (negative: it came back), kind, created_at."""
    return rows(_TO_BANK, markets=list(market_ids))


def orders_of_markets(numbers: Collection[str], market_ids: Collection[int]) -> set[str]:
    """Which of these orders belong to these markets."""
    found = rows(
        "SELECT number FROM orders WHERE number = ANY(:numbers) AND market_id = ANY(:markets)",
        numbers=list(numbers),
        markets=list(market_ids),
    )
    return {row.number for row in found}


def refs_of_markets(refs: Collection[str], market_ids: Collection[int]) -> set[str]:
    """Which of these numbers of the provider (of charges, refunds, transfers …) belong to these markets."""
    found = rows(
        """
        SELECT ref FROM unnest(CAST(:refs AS text[])) ref
        WHERE EXISTS (SELECT 1 FROM balance_transaction b WHERE b.source = ref AND b.market_id = ANY(:markets))
           OR EXISTS (SELECT 1 FROM payment p WHERE ref IN (p.provider_ref, p.session_ref)
                      AND p.market_id = ANY(:markets))
        """,
        refs=list(refs),
        markets=list(market_ids),
    )
    return {row.ref for row in found}
