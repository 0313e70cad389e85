"""What is due to the farms: entries of their payable that no run holds yet (DECISIONS 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from marketplace.kernel import installation
from marketplace.kernel.database import rows

# Sums a part in the farm's view (what it gets is positive), and the entries behind them, in order.
_SUMS = """
       coalesce(sum(cents) FILTER (WHERE part = 'goods'), 0)::bigint AS goods_cents,
       coalesce(sum(cents) FILTER (WHERE part = 'refund'), 0)::bigint AS refund_cents,
       coalesce(sum(cents) FILTER (WHERE part IN ('deposit', 'refund_deposit')), 0)::bigint AS deposit_cents,
       coalesce(sum(cents) FILTER (WHERE part NOT IN ('goods', 'refund', 'deposit', 'refund_deposit')), 0)::bigint
           AS other_cents,
       array_agg(id ORDER BY id) AS entry_ids, array_agg(cents ORDER BY id) AS amounts
"""

# A sale by its pickup date, once its money is there and no open dispute may cost the farm it again; the rest by the
# date it was posted. What a run posts itself (commission, transfers) is never due: commission is frozen where it is
# posted, and reversed when it is let go. What was taken back from a farm's account is its again.
_DUE = (
    """
WITH due AS (
    SELECT e.id, e.farm_id, e.part, -e.amount_cents AS cents
    FROM ledger_entry e
    JOIN ledger_txn t ON t.id = e.txn_id
    JOIN market m ON m.id = e.market_id
    LEFT JOIN orders o ON o.id = e.order_id
    LEFT JOIN market_day d ON d.id = o.market_day_id
    WHERE e.market_id = :market_id AND e.farm_id IS NOT NULL
      AND e.account = 'farm:' || e.farm_id || '\\:payable'
      AND t.source_type NOT IN ('commission', 'transfer', 'payout')
      AND NOT EXISTS (SELECT 1 FROM payout_line l WHERE l.ledger_entry_id = e.id AND l.run_id <> :run_id)
      AND CASE WHEN t.kind = 'fulfilment'
               THEN d.date <= :sales_until AND o.payment_state IN ('captured', 'partially_refunded', 'refunded')
                    AND NOT EXISTS (SELECT 1 FROM dispute x WHERE x.order_id = e.order_id AND x.borne_by = 'farm'
                                    AND x.state NOT IN ('won', 'lost'))
               ELSE (t.posted_at AT TIME ZONE m.timezone)::date <= :until END
)
SELECT farm_id,"""  # noqa: S608 - put together of constants
    + _SUMS
    + "FROM due GROUP BY farm_id ORDER BY farm_id"
)

_FROZEN = (
    """
WITH frozen AS (
    SELECT e.id, l.statement_id, l.farm_id, e.part, -e.amount_cents AS cents
    FROM payout_line l
    JOIN ledger_entry e ON e.id = l.ledger_entry_id
    JOIN ledger_txn t ON t.id = e.txn_id
    WHERE l.statement_id = ANY(:statements) AND t.source_type <> 'commission'
)
SELECT statement_id, farm_id,"""  # noqa: S608 - put together of constants
    + _SUMS
    + "FROM frozen GROUP BY statement_id, farm_id"
)


@dataclass(frozen=True)
class FarmDue:
    """What a farm has coming, in cents (positive: to the farm), and the entries it consists of, ids ascending."""

    farm_id: int
    goods_cents: int
    refund_cents: int
    deposit_cents: int
    other_cents: int
    entry_ids: tuple[int, ...]
    amounts: tuple[int, ...]


def sales_until(until: date, drawn_up_on: date) -> date:
    """The last pickup date of a run: `until`, but never younger than the hold days before it was drawn up."""
    return min(until, drawn_up_on - timedelta(days=installation.settings().payout_hold_days))


def due_entries(market_id: int, run_id: int, until: date, drawn_up_on: date) -> list[FarmDue]:
    """All that is due and in no other run, a farm each, out of one snapshot."""
    found = rows(_DUE, market_id=market_id, run_id=run_id, until=until, sales_until=sales_until(until, drawn_up_on))
    return [_farm_due(row) for row in found]


def frozen_entries(statement_ids: Sequence[int]) -> dict[int, FarmDue]:
    """What statements hold frozen, as the ledger has it now, by id; without the commission that the run posted."""
    return {row.statement_id: _farm_due(row) for row in rows(_FROZEN, statements=list(statement_ids))}


def disputed(statement_ids: Sequence[int]) -> set[int]:
    """Statements with a sale whose payment is disputed at the farm's cost, and nobody knows yet how it ends."""
    found = rows(
        """
        SELECT DISTINCT l.statement_id
        FROM payout_line l JOIN ledger_entry e ON e.id = l.ledger_entry_id JOIN ledger_txn t ON t.id = e.txn_id
        JOIN dispute x ON x.order_id = e.order_id AND x.borne_by = 'farm' AND x.state NOT IN ('won', 'lost')
        WHERE l.statement_id = ANY(:statements) AND t.kind = 'fulfilment'
        """,
        statements=list(statement_ids),
    )
    return {row.statement_id for row in found}


def _farm_due(row: Any) -> FarmDue:
    return FarmDue(
        farm_id=row.farm_id,
        goods_cents=row.goods_cents,
        refund_cents=row.refund_cents,
        deposit_cents=row.deposit_cents,
        other_cents=row.other_cents,
        entry_ids=tuple(row.entry_ids),
        amounts=tuple(int(cents) for cents in row.amounts),
    )
