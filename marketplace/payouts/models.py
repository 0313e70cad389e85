"""Payout runs: drawn up by one person, approved by another, each ledger entry in one run at most."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.kernel.database import BigId, Model


class PayoutRun(Model):
    """One market, all that is due until a date (inclusive).

    `figures_hash`: what was submitted, looked at again at approve, pay and each transfer.
    """

    __tablename__ = "payout_run"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'in_review', 'approved', 'paying', 'paid', 'rejected')", name="state"),
        CheckConstraint("approved_by IS NULL OR approved_by <> created_by", name="two_people"),
        CheckConstraint("state NOT IN ('approved', 'paying', 'paid') OR approved_by IS NOT NULL", name="approved"),
        Index(
            "uq_payout_run_open",
            "market_id",
            unique=True,
            postgresql_where=text("state IN ('draft', 'in_review', 'approved', 'paying')"),
        ),
    )

    id: Mapped[BigId]
    market_id: Mapped[int] = mapped_column(ForeignKey("market.id"))
    until: Mapped[date]
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.app_now())
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    submitted_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, server_default="")
    figures_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    statements: Mapped[list[Statement]] = relationship(order_by="Statement.id")


class Statement(Model):
    """What a farm gets of a run, and why. All cents; signs and sums as INTERFACE.md has them ("A statement").

    `figures_hash`: of its frozen entries and figures, looked at again before money moves. `paid_by`: transfer or sepa.
    `tried_at` (machine's clock): a transfer was asked for and may have been made. `refusals`: how often the provider
    said a clear no; each later try has a key of its own, since the provider repeats its answer to the old one.
    """

    __tablename__ = "statement"
    __table_args__ = (
        UniqueConstraint("run_id", "farm_id"),
        UniqueConstraint("uuid"),
        UniqueConstraint("provider_ref"),
        CheckConstraint("state IN ('due', 'held', 'carried', 'paying', 'paid', 'failed')", name="state"),
        CheckConstraint(
            "payout_cents = gross_cents - refunds_cents - fees_cents - fees_vat_cents"
            " + deposits_cents + corrections_cents + carried_cents",
            name="sum",
        ),
        CheckConstraint("state NOT IN ('paying', 'paid') OR payout_cents > 0", name="positive"),
    )

    id: Mapped[BigId]
    uuid: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid())
    run_id: Mapped[int] = mapped_column(ForeignKey("payout_run.id"))
    farm_id: Mapped[int] = mapped_column(ForeignKey("farm.id"), index=True)
    market_id: Mapped[int] = mapped_column(ForeignKey("market.id"))
    state: Mapped[str] = mapped_column(Text, server_default="due")
    gross_cents: Mapped[int]
    refunds_cents: Mapped[int]
    fees_cents: Mapped[int]
    fees_vat_cents: Mapped[int]
    deposits_cents: Mapped[int]
    corrections_cents: Mapped[int]
    carried_cents: Mapped[int]
    payout_cents: Mapped[int]
    flags: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    carried_into: Mapped[int | None] = mapped_column(ForeignKey("statement.id"))
    paid_by: Mapped[str | None] = mapped_column(Text)
    provider_ref: Mapped[str | None] = mapped_column(Text)
    paid_at: Mapped[datetime | None]
    objection: Mapped[str] = mapped_column(Text, server_default="")
    objected_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    figures_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    tried_at: Mapped[datetime | None]
    refusals: Mapped[int] = mapped_column(server_default="0")
    fees: Mapped[list[StatementFee]] = relationship(order_by="StatementFee.id")


class StatementFee(Model):
    """A component of the commission: half-up of `base_cents` (gross less refunds) · `rate_bp`.

    `vat_cents` is its share of the VAT, which is rounded once a statement.
    """

    __tablename__ = "statement_fee"
    __table_args__ = (UniqueConstraint("statement_id", "component"),)

    id: Mapped[BigId]
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id", ondelete="CASCADE"))
    component: Mapped[str] = mapped_column(Text)
    rate_bp: Mapped[int]
    base_cents: Mapped[int]
    amount_cents: Mapped[int]
    vat_cents: Mapped[int]


class PayoutLine(Model):
    """Freezes a ledger entry into a run: `UNIQUE(ledger_entry_id)`, so nothing is payable twice (I20)."""

    __tablename__ = "payout_line"
    __table_args__ = (UniqueConstraint("ledger_entry_id"),)

    id: Mapped[BigId]
    run_id: Mapped[int] = mapped_column(ForeignKey("payout_run.id"), index=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), index=True)
    farm_id: Mapped[int] = mapped_column(ForeignKey("farm.id"))
    ledger_entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"))
    amount_cents: Mapped[int]


class TransferReversal(Model):
    """Money taken back from a farm's account at the provider, all or part of a transfer. `uuid` makes `rv-<uuid>`.

    `state`: submitting, done, failed (the provider's clear no stands in `last_error`). `created_by`: who asked for it,
    `provider` when it was made there by hand. `tried_at` (machine's clock): it was asked for and may have been made.
    """

    __tablename__ = "transfer_reversal"
    __table_args__ = (
        UniqueConstraint("uuid"),
        UniqueConstraint("provider_ref"),
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("state IN ('submitting', 'done', 'failed')", name="state"),
        CheckConstraint("state <> 'done' OR provider_ref IS NOT NULL", name="done"),
    )

    id: Mapped[BigId]
    uuid: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid())
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), index=True)
    market_id: Mapped[int] = mapped_column(ForeignKey("market.id"))
    farm_id: Mapped[int] = mapped_column(ForeignKey("farm.id"))
    amount_cents: Mapped[int]
    reason: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(Text, server_default="submitting")
    provider_ref: Mapped[str | None] = mapped_column(Text)
    tried_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.app_now())


class PayoutHold(Model):
    """While it is not lifted, nothing is paid out to the farm; its entries wait for a later run."""

    __tablename__ = "payout_hold"
    __table_args__ = (Index("uq_payout_hold_open", "farm_id", unique=True, postgresql_where=text("lifted_at IS NULL")),)

    id: Mapped[BigId]
    farm_id: Mapped[int] = mapped_column(ForeignKey("farm.id"))
    reason: Mapped[str] = mapped_column(Text)
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.app_now())
    lifted_at: Mapped[datetime | None]
