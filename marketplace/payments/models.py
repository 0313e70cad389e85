"""Payments, refunds and the provider's own books: our intent is a row before the provider hears of it."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.database import BigId, Model


class Payment(Model):
    """An attempt to pay an order. `uuid` makes the idempotency keys (`cs-`, `cap-`, `can-`).

    `state`: the payment states of INTERFACE.md. `amount_cents` is what the customer is asked for (the hold);
    `capture_cents` what we decided to capture. `session_ref` is the Checkout Session, `provider_ref` the
    PaymentIntent, null until the customer submits (DECISIONS 17). `wanted`: what the worker still has to bring about
    at the provider: `session`, `means` (ask the saved means `means_id` for the money), `capture`, `cancel`, or null
    when nothing is owed. `hold_lost_at`: since when the hold is known to bring no money, so that the customer is
    asked again (DECISIONS 16). `is_stray`: found at the provider under our name beside the one we count on; only ever
    let go or given back (payments/orphans.py). `link_promised`: the link of its page is to be mailed.
    """

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("uuid"),
        UniqueConstraint("provider_ref"),
        UniqueConstraint("session_ref"),
        CheckConstraint(
            "state IN ('none', 'pending', 'authorized', 'captured', 'partially_refunded', 'refunded',"
            " 'failed', 'cancelled')",
            name="state",
        ),
        CheckConstraint("refunded_cents BETWEEN 0 AND captured_cents", name="refunded"),
        CheckConstraint("captured_cents BETWEEN 0 AND amount_cents", name="captured"),
        CheckConstraint("wanted IN ('session', 'means', 'capture', 'cancel')", name="wanted"),
        Index("ix_payment_wanted", "id", postgresql_where=text("wanted IS NOT NULL")),
        Index("ix_payment_pending", "id", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[BigId]
    uuid: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid())
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    market_id: Mapped[int] = mapped_column(ForeignKey("market.id"))
    method: Mapped[str] = mapped_column(Text)
    means_id: Mapped[int | None] = mapped_column(ForeignKey("saved_means.id", use_alter=True))
    capture_later: Mapped[bool]
    state: Mapped[str] = mapped_column(Text, server_default="pending")
    wanted: Mapped[str | None] = mapped_column(Text)
    amount_cents: Mapped[int]
    authorized_cents: Mapped[int] = mapped_column(server_default="0")
    capture_cents: Mapped[int | None]
    captured_cents: Mapped[int] = mapped_column(server_default="0")
    refunded_cents: Mapped[int] = mapped_column(server_default="0")
    session_ref: Mapped[str | None] = mapped_column(Text)
    session_url: Mapped[str | None] = mapped_column(Text)
    session_expires_at: Mapped[datetime | None]
    provider_ref: Mapped[str | None] = mapped_column(Text)
    charge_ref: Mapped[str | None] = mapped_column(Text)
    capture_before: Mapped[datetime | None]
    hold_lost_at: Mapped[datetime | None]
    link_promised: Mapped[bool] = mapped_column(server_default="false")
    is_stray: Mapped[bool] = mapped_column(server_default="false")
    tried_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Refund(Model):
    """Money that goes back: an intent of its own, however equal the amounts. `uuid` makes the key `re-<uuid>`.

    `borne_by`: farm or market. `deposit`: deposits returned at the counter, borne by `deposits:<market>`.
    """

    __tablename__ = "refund"
    __table_args__ = (
        UniqueConstraint("uuid"),
        UniqueConstraint("provider_ref"),
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("state IN ('submitting', 'done', 'failed')", name="state"),
        CheckConstraint("borne_by IN ('farm', 'market', 'deposits', 'clearing')", name="borne_by"),
        Index("ix_refund_open", "id", postgresql_where=text("state = 'submitting'")),
    )

    id: Mapped[BigId]
    uuid: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid())
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    amount_cents: Mapped[int]
    reason: Mapped[str] = mapped_column(Text, server_default="")
    borne_by: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="submitting")
    provider_ref: Mapped[str | None] = mapped_column(Text)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.app_now())


class RefundShare(Model):
    """The part of a refund that falls on one line (largest remainder: the shares add up to the refund)."""

    __tablename__ = "refund_share"

    refund_id: Mapped[int] = mapped_column(ForeignKey("refund.id"), primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"), primary_key=True)
    quantity: Mapped[int] = mapped_column(server_default="0")
    amount_cents: Mapped[int]


class Dispute(Model):
    """A payment that the customer's bank took back, or asks about, as last seen at the provider.

    `provider_ref` is the provider's dp_…. `state`: `warning` (an inquiry, nothing withdrawn), `needs_response`,
    `under_review`, `won` (also an inquiry that came to nothing), `lost`. `withdrawn_cents`: what the provider took and
    has not given back; it stands on disputes:held until the end. `evidence_due_by` UTC. `borne_by`: who takes a loss,
    as the market had it set on the day the dispute was first seen.
    """

    __tablename__ = "dispute"
    __table_args__ = (
        UniqueConstraint("provider_ref"),
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("state IN ('warning', 'needs_response', 'under_review', 'won', 'lost')", name="state"),
        CheckConstraint("borne_by IN ('farm', 'market')", name="borne_by"),
        CheckConstraint("(closed_at IS NOT NULL) = (state IN ('won', 'lost'))", name="closed"),
        Index("ix_dispute_open", "id", postgresql_where=text("state NOT IN ('won', 'lost')")),
    )

    id: Mapped[BigId]
    provider_ref: Mapped[str] = mapped_column(Text)
    market_id: Mapped[int] = mapped_column(ForeignKey("market.id"), index=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    charge_ref: Mapped[str] = mapped_column(Text)
    amount_cents: Mapped[int]
    withdrawn_cents: Mapped[int] = mapped_column(server_default="0")
    reason: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(Text)
    evidence_due_by: Mapped[datetime | None]
    borne_by: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class BalanceTransaction(Model):
    """A row of the provider's own books, as fetched: `amount = net + fee`; `source` is the charge, refund, transfer."""

    __tablename__ = "balance_transaction"
    __table_args__ = (Index("ix_balance_transaction_base", text("split_part(id, ':', 1)")),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    market_id: Mapped[int] = mapped_column(ForeignKey("market.id"))
    kind: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text, index=True)
    amount_cents: Mapped[int]
    fee_cents: Mapped[int]
    net_cents: Mapped[int]
    available: Mapped[bool]
    available_on: Mapped[datetime]
    created_at: Mapped[datetime]


class ProviderCustomer(Model):
    """An account's record at the provider, which its saved means hang on. `uuid` makes the key `cus-<uuid>`."""

    __tablename__ = "provider_customer"
    __table_args__ = (UniqueConstraint("uuid"), UniqueConstraint("provider_ref"))

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    uuid: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid())
    provider_ref: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class MeansSetup(Model):
    """The wish to keep a means of payment, with the consent to its use: the words agreed to, and when.

    Through a hosted page of its own (`session_ref`, key `seti-<uuid>`), or along with the payment `payment_id`.
    `state`: `open` until the provider has said what came of it; `withdrawn` when the consent was taken back before.
    """

    __tablename__ = "means_setup"
    __table_args__ = (
        UniqueConstraint("uuid"),
        UniqueConstraint("payment_id"),
        UniqueConstraint("session_ref"),
        CheckConstraint("state IN ('open', 'done', 'failed', 'withdrawn')", name="state"),
        Index("ix_means_setup_open", "id", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[BigId]
    uuid: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid())
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"))
    state: Mapped[str] = mapped_column(Text, server_default="open")
    consent_text: Mapped[str] = mapped_column(Text)
    consented_at: Mapped[datetime] = mapped_column(server_default=func.app_now())
    session_ref: Mapped[str | None] = mapped_column(Text)
    session_url: Mapped[str | None] = mapped_column(Text)
    session_expires_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class SavedMeans(Model):
    """A card that an account keeps at the provider; we know no more of it than its owner must see.

    `removed_at`: the consent was withdrawn; `detached_at`: the provider has let it go. At most one default an account.
    """

    __tablename__ = "saved_means"
    __table_args__ = (
        UniqueConstraint("uuid"),
        UniqueConstraint("setup_id"),
        UniqueConstraint("provider_ref"),
        Index(
            "uq_saved_means_default",
            "account_id",
            unique=True,
            postgresql_where=text("is_default AND removed_at IS NULL"),
        ),
    )

    id: Mapped[BigId]
    uuid: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid())
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    setup_id: Mapped[int] = mapped_column(ForeignKey("means_setup.id"))
    provider_ref: Mapped[str] = mapped_column(Text)
    brand: Mapped[str] = mapped_column(Text)
    last4: Mapped[str] = mapped_column(Text)
    exp_month: Mapped[int]
    exp_year: Mapped[int]
    fingerprint: Mapped[str | None] = mapped_column(Text)
    is_default: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.app_now())
    removed_at: Mapped[datetime | None]
    detached_at: Mapped[datetime | None]
