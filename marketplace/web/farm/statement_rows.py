"""A farm's statements as they were drawn up, and the entries behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from marketplace.kernel.database import rows

# A draft is the office's own paper; what was submitted may be looked at and objected to.
SHOWN = ("in_review", "approved", "paying", "paid")

STATEMENTS = """
SELECT s.id, r.until, r.state AS run_state, s.state, s.gross_cents, s.refunds_cents, s.fees_cents, s.fees_vat_cents,
       s.deposits_cents, s.corrections_cents, s.carried_cents, s.payout_cents, s.paid_at, s.paid_by, s.provider_ref,
       s.objection, s.objected_at
FROM statement s JOIN payout_run r ON r.id = s.run_id
WHERE s.farm_id = :farm_id AND r.state = ANY(:shown)
  AND (CAST(:statement_id AS bigint) IS NULL OR s.id = :statement_id)
ORDER BY r.until DESC, s.id DESC LIMIT :limit OFFSET :skip
"""

ENTRIES = """
SELECT o.number, (coalesce(o.ended_at, t.posted_at) AT TIME ZONE m.timezone)::date AS day,
       coalesce(-sum(e.amount_cents) FILTER (WHERE e.part = 'goods'), 0)::bigint AS goods_cents,
       coalesce(-sum(e.amount_cents) FILTER (
           WHERE e.part IN ('deposit', 'refund_deposit')), 0)::bigint AS deposit_cents,
       coalesce(-sum(e.amount_cents) FILTER (WHERE e.part = 'refund'), 0)::bigint AS refund_cents,
       coalesce(-sum(e.amount_cents) FILTER (
           WHERE e.part NOT IN ('goods', 'deposit', 'refund_deposit', 'refund')), 0)::bigint AS other_cents
FROM payout_line pl
JOIN ledger_entry e ON e.id = pl.ledger_entry_id
JOIN ledger_txn t ON t.id = e.txn_id
JOIN statement s ON s.id = pl.statement_id
JOIN market m ON m.id = s.market_id
LEFT JOIN orders o ON o.id = e.order_id
WHERE s.id = :statement_id AND s.farm_id = :farm_id
GROUP BY o.number, day ORDER BY day, o.number
"""


@dataclass(frozen=True)
class StatementRow:
    """Cents as in INTERFACE.md ("A statement"); `run_state` and `state` as the office sees them."""

    id: int
    until: date
    run_state: str
    state: str
    gross_cents: int
    refunds_cents: int
    fees_cents: int
    fees_vat_cents: int
    deposits_cents: int
    corrections_cents: int
    carried_cents: int
    payout_cents: int
    paid_at: datetime | None
    paid_by: str | None
    provider_ref: str | None
    objection: str
    objected_at: datetime | None


@dataclass(frozen=True)
class FeeRow:
    """A component of the commission: `rate_bp` of `base_cents`."""

    component: str
    rate_bp: int
    base_cents: int
    amount_cents: int


@dataclass(frozen=True)
class EntryRow:
    """What one order brought and cost; `number` None for what belongs to no order."""

    number: str | None
    day: date
    goods_cents: int
    deposit_cents: int
    refund_cents: int
    other_cents: int


def farm_statements(farm_id: int, *, limit: int = 20, skip: int = 0) -> list[StatementRow]:
    """The farm's statements that were submitted or more, the newest first."""
    found = rows(STATEMENTS, farm_id=farm_id, statement_id=None, shown=list(SHOWN), limit=limit, skip=skip)
    return [StatementRow(**row._mapping) for row in found]


def farm_statement(farm_id: int, statement_id: int) -> StatementRow | None:
    """One of them; None for foreign and unknown ones."""
    found = rows(STATEMENTS, farm_id=farm_id, statement_id=statement_id, shown=list(SHOWN), limit=1, skip=0)
    return StatementRow(**found[0]._mapping) if found else None


def fees_of(statement_id: int) -> list[FeeRow]:
    """The commission by component."""
    found = rows(
        "SELECT component, rate_bp, base_cents, amount_cents FROM statement_fee WHERE statement_id = :id ORDER BY id",
        id=statement_id,
    )
    return [FeeRow(**row._mapping) for row in found]


def entries_of(farm_id: int, statement_id: int) -> list[EntryRow]:
    """The orders behind a statement, by day."""
    return [EntryRow(**row._mapping) for row in rows(ENTRIES, farm_id=farm_id, statement_id=statement_id)]
