"""Double entry: accounts, transactions, entries. Append-only; triggers refuse edits and what does not balance."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.database import BigId, Model


class LedgerAccount(Model):
    """`code` as RELIABILITY.md part 3 names it. `kind`: asset, liability, income, expense, clearing."""

    __tablename__ = "ledger_account"
    __table_args__ = (CheckConstraint("kind IN ('asset', 'liability', 'income', 'expense', 'clearing')", name="kind"),)

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)


class LedgerTxn(Model):
    """One fact of money. `UNIQUE(kind, source_type, source_id)`: posted exactly once, whoever tries again."""

    __tablename__ = "ledger_txn"
    __table_args__ = (
        UniqueConstraint("kind", "source_type", "source_id"),
        UniqueConstraint("reverses_id"),
        # The provider's id without our suffix: how its books are held against ours.
        Index("ix_ledger_txn_source", text("split_part(source_id, ':', 1)")),
    )

    id: Mapped[BigId]
    kind: Mapped[str] = mapped_column(Text)
    source_type: Mapped[str] = mapped_column(Text)
    source_id: Mapped[str] = mapped_column(Text)
    market_id: Mapped[int] = mapped_column(ForeignKey("market.id"), index=True)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_txn.id"))
    memo: Mapped[str] = mapped_column(Text, server_default="")
    posted_at: Mapped[datetime] = mapped_column(server_default=func.app_now())


class LedgerEntry(Model):
    """`amount_cents`: debit positive, credit negative, never zero. `part` says what of a sale it is."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("amount_cents <> 0", name="amount"),
        CheckConstraint("abs(amount_cents) < 100000000000", name="size"),
        Index("ix_ledger_entry_account_id", "account", "id"),
        Index("ix_ledger_entry_farm", "farm_id", "id"),
    )

    id: Mapped[BigId]
    txn_id: Mapped[int] = mapped_column(ForeignKey("ledger_txn.id"), index=True)
    account: Mapped[str] = mapped_column(ForeignKey("ledger_account.code"))
    market_id: Mapped[int] = mapped_column(ForeignKey("market.id"))
    farm_id: Mapped[int | None] = mapped_column(ForeignKey("farm.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    part: Mapped[str] = mapped_column(Text, server_default="")
    amount_cents: Mapped[int]


class Reconciliation(Model):
    """Our books held against the provider's: one run, as `marketplace reconcile` prints it (machine's clock, UTC).

    `since`: from when the provider's books were read. `result`: the five lists of INTERFACE.md. `unexplained`: cents by
    market id, all differences added up without sign; "" for money that belongs to no market of ours. `open_from`: when
    the oldest row that is still unexplained was made: the next run reads from there at the latest.
    """

    __tablename__ = "reconciliation"
    __table_args__ = (
        CheckConstraint("(finished_at IS NULL) = (result IS NULL)", name="finished"),
        Index("ix_reconciliation_finished", "id", postgresql_where=text("finished_at IS NOT NULL AND NOT dry_run")),
    )

    id: Mapped[BigId]
    started_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    finished_at: Mapped[datetime | None]
    since: Mapped[datetime]
    dry_run: Mapped[bool] = mapped_column(server_default="false")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    unexplained: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    open_from: Mapped[datetime | None]
