"""Where and when: pickup points, their weekly pattern, market days and slots."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import (
    CheckConstraint,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.database import BigId, Model


class PickupPoint(Model):
    """A place of handover. `kind`: market_square, farm, shelf, shop. A shelf is unattended: no age limit is checked."""

    __tablename__ = "pickup_point"
    __table_args__ = (
        UniqueConstraint("market_id", "code"),
        UniqueConstraint("id", "market_id"),
        CheckConstraint("kind IN ('market_square', 'farm', 'shelf', 'shop')", name="kind"),
    )

    id: Mapped[BigId]
    market_id: Mapped[int] = mapped_column(ForeignKey("market.id"))
    code: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    street: Mapped[str] = mapped_column(Text, server_default="")
    postcode: Mapped[str] = mapped_column(Text)
    town: Mapped[str] = mapped_column(Text)
    lat: Mapped[float | None] = mapped_column(Double)
    lon: Mapped[float | None] = mapped_column(Double)
    kind: Mapped[str] = mapped_column(Text, server_default="market_square")
    note: Mapped[str] = mapped_column(Text, server_default="")
    active: Mapped[bool] = mapped_column(server_default="true")


class WeeklySlot(Model):
    """The pattern from which market days come by themselves. `weekday` 1 = Monday; times are the market's wall clock.

    Orders close `closes_days_before` days before the pickup date at `closes_at`; they open `opens_days_before` days
    before it.
    """

    __tablename__ = "weekly_slot"
    __table_args__ = (
        UniqueConstraint("pickup_point_id", "weekday", "pickup_from"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("pickup_from < pickup_until", name="window"),
    )

    id: Mapped[BigId]
    pickup_point_id: Mapped[int] = mapped_column(ForeignKey("pickup_point.id"))
    weekday: Mapped[int] = mapped_column(SmallInteger)
    pickup_from: Mapped[time]
    pickup_until: Mapped[time]
    capacity: Mapped[int]
    opens_days_before: Mapped[int] = mapped_column(SmallInteger, server_default="14")
    closes_days_before: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    closes_at: Mapped[time]


class MarketDay(Model):
    """One date of a market. `closed_at`: when its cut-off was worked on; `cancelled_at`: when it fell out."""

    __tablename__ = "market_day"
    __table_args__ = (
        UniqueConstraint("market_id", "date"),
        UniqueConstraint("id", "market_id"),
        CheckConstraint("orders_open_at < orders_close_at", name="window"),
        Index("ix_market_day_open", "orders_close_at", postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[BigId]
    market_id: Mapped[int] = mapped_column(ForeignKey("market.id"))
    date: Mapped[date]
    orders_open_at: Mapped[datetime]
    orders_close_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class PickupSlot(Model):
    """A window at a place. `booked` counts live orders, never above `capacity`; `last_number` the numbers given out."""

    __tablename__ = "pickup_slot"
    __table_args__ = (
        UniqueConstraint("market_day_id", "pickup_point_id", "pickup_from"),
        UniqueConstraint("id", "market_day_id"),
        ForeignKeyConstraint(["market_day_id", "market_id"], ["market_day.id", "market_day.market_id"]),
        ForeignKeyConstraint(["pickup_point_id", "market_id"], ["pickup_point.id", "pickup_point.market_id"]),
        CheckConstraint("booked >= 0 AND booked <= capacity", name="capacity"),
        CheckConstraint("pickup_from < pickup_until", name="window"),
    )

    id: Mapped[BigId]
    market_id: Mapped[int]
    market_day_id: Mapped[int] = mapped_column(index=True)
    pickup_point_id: Mapped[int]
    pickup_from: Mapped[datetime]
    pickup_until: Mapped[datetime]
    capacity: Mapped[int]
    booked: Mapped[int] = mapped_column(server_default="0")
    last_number: Mapped[int] = mapped_column(server_default="0")
    cancelled_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
