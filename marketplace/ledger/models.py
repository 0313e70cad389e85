"""Double entry: accounts, transactions, entries. Append-only; triggers refuse edits and what does not balance."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func
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
    __table_args__ = (UniqueConstraint("kind", "source_type", "source_id"), UniqueConstraint("reverses_id"))

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
