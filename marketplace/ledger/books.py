"""Reading the books: balances of accounts and the entries of an order, within the markets of who looks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from marketplace.kernel.database import rows


@dataclass(frozen=True)
class Balance:
    """An account's turnover in cents; `balance_cents` is debit less credit."""

    account: str
    kind: str
    debit_cents: int
    credit_cents: int

    @property
    def balance_cents(self) -> int:
        """Debit less credit: what an asset holds; a liability is negative."""
        return self.debit_cents - self.credit_cents


@dataclass(frozen=True)
class BookedEntry:
    """An entry with its transaction, as the contract view `ledger_entries` names it."""

    entry_id: int
    txn_id: int
    kind: str
    source_type: str
    source_id: str
    account: str
    part: str
    amount_cents: int
    posted_at: datetime
    memo: str


def trial_balance(market_ids: Collection[int]) -> list[Balance]:
    """Every account with entries of these markets, by code. The debits of all add up to the credits of all."""
    found = rows(
        """
        SELECT e.account, a.kind,
               coalesce(sum(e.amount_cents) FILTER (WHERE e.amount_cents > 0), 0)::bigint AS debit_cents,
               coalesce(-sum(e.amount_cents) FILTER (WHERE e.amount_cents < 0), 0)::bigint AS credit_cents
        FROM ledger_entry e JOIN ledger_account a ON a.code = e.account
        WHERE e.market_id = ANY(:markets)
        GROUP BY e.account, a.kind ORDER BY e.account
        """,
        markets=list(market_ids),
    )
    return [Balance(**row._mapping) for row in found]


def entries_of_order(number: str, market_ids: Collection[int]) -> list[BookedEntry]:
    """All entries that speak of an order, in the order of posting; none for unknown and foreign numbers."""
    found = rows(
        """
        SELECT e.id AS entry_id, t.id AS txn_id, t.kind, t.source_type, t.source_id, e.account, e.part,
               e.amount_cents, t.posted_at, t.memo
        FROM ledger_entry e JOIN ledger_txn t ON t.id = e.txn_id JOIN orders o ON o.id = e.order_id
        WHERE o.number = :number AND e.market_id = ANY(:markets)
        ORDER BY t.id, e.id
        """,
        number=number,
        markets=list(market_ids),
    )
    return [BookedEntry(**row._mapping) for row in found]
