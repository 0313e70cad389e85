"""The regional market: its settings with dates, its fees, the tax rates in force."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.database import BigId, Model


class Market(Model):
    """One market of the region. `legal` holds what the imprint shows: name, street, postcode, town, e-mail, phone."""

    __tablename__ = "market"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("sales_model IN ('agency', 'commission')", name="sales_model"),
    )

    id: Mapped[BigId]
    slug: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    timezone: Mapped[str] = mapped_column(Text, server_default="Europe/Berlin")
    sales_model: Mapped[str] = mapped_column(Text, server_default="agency")
    legal: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class MarketSetting(Model):
    """A setting of a market from a date on; the latest that has begun holds."""

    __tablename__ = "market_setting"
    __table_args__ = (UniqueConstraint("market_id", "key", "valid_from"),)

    id: Mapped[BigId]
    market_id: Mapped[int] = mapped_column(ForeignKey("market.id"))
    key: Mapped[str] = mapped_column(Text)
    value: Mapped[Any] = mapped_column(JSONB)
    valid_from: Mapped[date]


class FeeComponent(Model):
    """A part of the commission (host, platform, payment): `rate_bp` of gross less refunds, from a date on."""

    __tablename__ = "fee_component"
    __table_args__ = (
        UniqueConstraint("market_id", "component", "valid_from"),
        CheckConstraint("rate_bp BETWEEN 0 AND 10000", name="rate"),
    )

    id: Mapped[BigId]
    market_id: Mapped[int] = mapped_column(ForeignKey("market.id"))
    component: Mapped[str] = mapped_column(Text)
    rate_bp: Mapped[int]
    valid_from: Mapped[date]


class VatRate(Model):
    """A rate by key (reduced, standard, flat24, none) from a date on, in basis points. `ground`: the paragraph."""

    __tablename__ = "vat_rate"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    rate_bp: Mapped[int]
    ground: Mapped[str] = mapped_column(Text, server_default="")
