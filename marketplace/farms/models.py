"""The farm: who sells, its tax scheme and its bank details, each with dates."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.database import BigId, Model


class Farm(Model):
    """A farm belongs to one market (DECISIONS 11).

    `lead_time_minutes`: its offers close so long before the first pickup of the day, never after the day's cut-off.
    `story` and `farming` (how it farms) stand on its public page; legal form to `certified_at` is what a trader must
    tell before selling (DSA Art. 30, § 22f UStG, PStTG, VerpackG), and is nobody's business but the market's.
    It is told when no more than `low_stock_at` sale units are left (null: not), and when something is sold out.
    """

    __tablename__ = "farm"
    __table_args__ = (
        UniqueConstraint("market_id", "code"),
        UniqueConstraint("id", "market_id"),
        UniqueConstraint("uuid"),
        CheckConstraint("state IN ('draft', 'live', 'paused', 'closed')", name="state"),
        CheckConstraint("lead_time_minutes >= 0", name="lead_time"),
        CheckConstraint("low_stock_at > 0", name="low_stock_at"),
    )

    id: Mapped[BigId]
    uuid: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid())
    market_id: Mapped[int] = mapped_column(ForeignKey("market.id"))
    code: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    legal_name: Mapped[str] = mapped_column(Text, server_default="")
    street: Mapped[str] = mapped_column(Text, server_default="")
    postcode: Mapped[str] = mapped_column(Text, server_default="")
    town: Mapped[str] = mapped_column(Text, server_default="")
    email: Mapped[str] = mapped_column(Text, server_default="")
    phone: Mapped[str] = mapped_column(Text, server_default="")
    lat: Mapped[float | None] = mapped_column(Double)
    lon: Mapped[float | None] = mapped_column(Double)
    focus: Mapped[str] = mapped_column(Text, server_default="")
    organic_code: Mapped[str | None] = mapped_column(Text)
    organic_until: Mapped[date | None]
    story: Mapped[str] = mapped_column(Text, server_default="")
    farming: Mapped[str] = mapped_column(Text, server_default="")
    legal_form: Mapped[str] = mapped_column(Text, server_default="")
    register_number: Mapped[str] = mapped_column(Text, server_default="")
    tax_number: Mapped[str] = mapped_column(Text, server_default="")
    vat_id: Mapped[str] = mapped_column(Text, server_default="")
    owner_birth_date: Mapped[date | None]
    lucid_number: Mapped[str] = mapped_column(Text, server_default="")
    certified_at: Mapped[datetime | None]
    lead_time_minutes: Mapped[int] = mapped_column(server_default="0")
    low_stock_at: Mapped[int | None]
    tells_sold_out: Mapped[bool] = mapped_column(server_default="true")
    state: Mapped[str] = mapped_column(Text, server_default="live")
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class FarmTaxScheme(Model):
    """How a farm is taxed from a date on: regular, paragraph24 (flat rate), paragraph19 (small business)."""

    __tablename__ = "farm_tax_scheme"
    __table_args__ = (CheckConstraint("scheme IN ('regular', 'paragraph24', 'paragraph19')", name="scheme"),)

    farm_id: Mapped[int] = mapped_column(ForeignKey("farm.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    scheme: Mapped[str] = mapped_column(Text)


class FarmBankAccount(Model):
    """Where a farm's money goes. A change is a new row; the newest that is not ended holds."""

    __tablename__ = "farm_bank_account"

    id: Mapped[BigId]
    farm_id: Mapped[int] = mapped_column(ForeignKey("farm.id"), index=True)
    iban: Mapped[str] = mapped_column(Text)
    holder: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.app_now())
    ended_at: Mapped[datetime | None]


class FarmConnectedAccount(Model):
    """The farm's account at the payment provider. `enabled`: it may be paid by transfer."""

    __tablename__ = "farm_connected_account"
    __table_args__ = (UniqueConstraint("provider_ref"),)

    farm_id: Mapped[int] = mapped_column(ForeignKey("farm.id"), primary_key=True)
    provider_ref: Mapped[str] = mapped_column(Text)
    enabled: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(server_default=func.app_now())


class FarmPause(Model):
    """Days, both inclusive, on which a farm offers nothing: a holiday, the peak of a season, an illness."""

    __tablename__ = "farm_pause"
    __table_args__ = (
        CheckConstraint("until_date >= from_date", name="dates"),
        CheckConstraint("reason IN ('holiday', 'season', 'illness', 'other')", name="reason"),
        Index("ix_farm_pause_farm", "farm_id", "from_date"),
    )

    id: Mapped[BigId]
    farm_id: Mapped[int] = mapped_column(ForeignKey("farm.id"))
    from_date: Mapped[date]
    until_date: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.app_now())


class FarmPicture(Model):
    """A picture of the farm on its public page, as it is served. `position`: the lowest stands first."""

    __tablename__ = "farm_picture"

    id: Mapped[BigId]
    farm_id: Mapped[int] = mapped_column(ForeignKey("farm.id"), index=True)
    media_key: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(server_default="0")
    alt: Mapped[str] = mapped_column(Text, server_default="")
