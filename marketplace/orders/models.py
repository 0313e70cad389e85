"""Orders and their lines: snapshots of what was agreed; packing results are written once."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.kernel.database import BigId, Model


class Order(Model):
    """`total_cents` as ordered, deposits included; `owed_cents` the sum of the lines' amounts as packed.

    `payment_state` mirrors the order's decisive payment (`none` without one). `checkout_scope` and `checkout_key`
    make a second submit of the same form or request find this order (I5); `checkout_print` is the hash of what was
    submitted. `token_seed` makes the order's link (kernel/ids.derived_token).
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("uuid"),
        UniqueConstraint("checkout_scope", "checkout_key"),
        UniqueConstraint("slot_id", "pickup_code"),
        UniqueConstraint("slot_id", "pickup_number"),
        ForeignKeyConstraint(["slot_id", "market_day_id"], ["pickup_slot.id", "pickup_slot.market_day_id"]),
        ForeignKeyConstraint(["market_day_id", "market_id"], ["market_day.id", "market_day.market_id"]),
        CheckConstraint("total_cents >= 0 AND owed_cents >= 0 AND owed_cents <= hold_cents", name="amounts"),
        CheckConstraint("hold_cents >= total_cents", name="hold"),
        CheckConstraint("payment_method IN ('card', 'sepa_debit', 'pay_at_pickup')", name="payment_method"),
        Index("ix_orders_awaiting", "expires_at", postgresql_where=text("state = 'awaiting_payment'")),
        Index("ix_orders_day_state", "market_day_id", "state"),
        Index("ix_orders_email", "email_key"),
    )

    id: Mapped[BigId]
    uuid: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid())
    number: Mapped[str] = mapped_column(Text)
    market_id: Mapped[int]
    market_day_id: Mapped[int]
    slot_id: Mapped[int] = mapped_column(index=True)
    pickup_number: Mapped[int]
    pickup_code: Mapped[str] = mapped_column(Text)
    token_seed: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    customer_name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    email_key: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text, server_default="")
    birth_date: Mapped[date | None]
    min_age: Mapped[int] = mapped_column(server_default="0")
    language: Mapped[str] = mapped_column(Text, server_default="de")
    payment_method: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    payment_state: Mapped[str] = mapped_column(Text, server_default="none")
    total_cents: Mapped[int]
    deposit_cents: Mapped[int]
    owed_cents: Mapped[int]
    hold_cents: Mapped[int]
    placed_at: Mapped[datetime] = mapped_column(server_default=func.app_now())
    expires_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    age_checked_at: Mapped[datetime | None]
    packed_by_default: Mapped[bool] = mapped_column(server_default="false")
    checkout_scope: Mapped[str] = mapped_column(Text)
    checkout_key: Mapped[str] = mapped_column(Text)
    checkout_print: Mapped[bytes] = mapped_column(LargeBinary)
    lines: Mapped[list[OrderLine]] = relationship(order_by="OrderLine.id")


class OrderLine(Model):
    """`price_cents` a sale unit; `deposit_cents` and `amount_cents` (with deposit, as packed) the whole line.

    `hold_cents`: the most the line may come to (ordered amount, with tolerance for weighed goods, and deposit).
    `lowered_cents`: taken off the amount by the office before anything was captured; packing takes it off too.
    `refunded_*`: given back after capture; the amount stays as packed.
    """

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "offer_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("packed_quantity IS NULL OR packed_quantity BETWEEN 0 AND quantity", name="packed"),
        CheckConstraint("amount_cents BETWEEN 0 AND hold_cents", name="amount"),
        CheckConstraint("lowered_cents >= 0 AND refunded_cents >= 0", name="less"),
        CheckConstraint("refunded_quantity BETWEEN 0 AND quantity", name="refunded"),
        CheckConstraint("state IN ('open', 'packed', 'short', 'cancelled')", name="state"),
        Index("ix_order_line_farm", "farm_id", "order_id"),
    )

    id: Mapped[BigId]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    farm_id: Mapped[int] = mapped_column(ForeignKey("farm.id"))
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"))
    name: Mapped[str] = mapped_column(Text)
    sku: Mapped[str] = mapped_column(Text)
    sale_unit: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int]
    price_cents: Mapped[int]
    unit_price_cents: Mapped[int | None]
    unit_price_basis: Mapped[str | None] = mapped_column(Text)
    net_quantity: Mapped[int]
    net_unit: Mapped[str] = mapped_column(Text)
    catch_weight: Mapped[bool]
    unit_deposit_cents: Mapped[int]
    vat_scheme: Mapped[str] = mapped_column(Text)
    vat_bp: Mapped[int]
    min_age: Mapped[int] = mapped_column(server_default="0")
    ordered_cents: Mapped[int]
    hold_cents: Mapped[int]
    packed_quantity: Mapped[int | None]
    weight_g: Mapped[int | None]
    deposit_cents: Mapped[int]
    amount_cents: Mapped[int]
    lowered_cents: Mapped[int] = mapped_column(server_default="0")
    refunded_quantity: Mapped[int] = mapped_column(server_default="0")
    refunded_cents: Mapped[int] = mapped_column(server_default="0")
    state: Mapped[str] = mapped_column(Text, server_default="open")
    reason: Mapped[str] = mapped_column(Text, server_default="")


class OrderHistory(Model):
    """Every step of an order, written by a trigger; append-only."""

    __tablename__ = "order_history"

    id: Mapped[BigId]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    at: Mapped[datetime]
    from_state: Mapped[str | None] = mapped_column(Text)
    to_state: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
