"""How much there is of what, and for whom some of it is kept. The counters guard, the reservations explain them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.database import BigId, Model


class Stock(Model):
    """One narrow row a variant and market day, or one for all days (`market_day_id` null: a pool). Whole sale units.

    `capacity` null: not limited. 0 ≤ reserved + sold ≤ capacity at every commit (I1).
    """

    __tablename__ = "stock"
    __table_args__ = (
        UniqueConstraint("id", "farm_id"),
        UniqueConstraint("variant_id", "market_day_id", postgresql_nulls_not_distinct=True),
        ForeignKeyConstraint(["variant_id", "farm_id"], ["variant.id", "variant.farm_id"]),
        CheckConstraint("reserved >= 0 AND sold >= 0", name="not_negative"),
        CheckConstraint("capacity IS NULL OR reserved + sold <= capacity", name="not_oversold"),
        CheckConstraint("capacity IS NULL OR capacity BETWEEN 0 AND 1000000", name="capacity"),
    )

    id: Mapped[BigId]
    farm_id: Mapped[int]
    variant_id: Mapped[int]
    market_day_id: Mapped[int | None] = mapped_column(ForeignKey("market_day.id"), index=True)
    capacity: Mapped[int | None]
    reserved: Mapped[int] = mapped_column(server_default="0")
    sold: Mapped[int] = mapped_column(server_default="0")


class Offer(Model):
    """A variant on sale for a market day, at this day's price, until `closes_at`.

    `pause_id`: the farm's pause that paused it, so that its end lets it stand again. `rests`: the usual week or the
    season that paused it, so that it stands again with them; null when somebody paused it.
    """

    __tablename__ = "offer"
    __table_args__ = (
        UniqueConstraint("market_day_id", "variant_id"),
        ForeignKeyConstraint(["variant_id", "farm_id"], ["variant.id", "variant.farm_id"]),
        ForeignKeyConstraint(["stock_id", "farm_id"], ["stock.id", "stock.farm_id"]),
        ForeignKeyConstraint(["market_day_id", "market_id"], ["market_day.id", "market_day.market_id"]),
        ForeignKeyConstraint(["farm_id", "market_id"], ["farm.id", "farm.market_id"]),
        CheckConstraint("price_cents BETWEEN 0 AND 100000000", name="price"),
        CheckConstraint("rests IN ('week', 'season')", name="rests"),
        Index("ix_offer_farm_day", "farm_id", "market_day_id"),
    )

    id: Mapped[BigId]
    market_id: Mapped[int]
    market_day_id: Mapped[int]
    farm_id: Mapped[int]
    variant_id: Mapped[int] = mapped_column(index=True)
    stock_id: Mapped[int] = mapped_column(index=True)
    price_cents: Mapped[int]
    unit_price_cents: Mapped[int | None]
    closes_at: Mapped[datetime]
    paused: Mapped[bool] = mapped_column(server_default="false")
    pause_id: Mapped[int | None] = mapped_column(ForeignKey("farm_pause.id", ondelete="SET NULL"), index=True)
    rests: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class WeeklyOffer(Model):
    """What a farm usually has on a weekday (1 = Monday): new market days fill themselves from it."""

    __tablename__ = "weekly_offer"
    __table_args__ = (CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),)

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    capacity: Mapped[int | None]


class StockChange(Model):
    """One thing a farmer did to the stock of a day, with what stood there before: it can be taken back.

    `before`: {offer id: [capacity or null, paused, price, unit price in cents, and the same four as it left them]}.
    """

    __tablename__ = "stock_change"
    __table_args__ = (Index("ix_stock_change_farm", "farm_id", "id"),)

    id: Mapped[BigId]
    farm_id: Mapped[int] = mapped_column(ForeignKey("farm.id"))
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"))
    what: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, list[int | bool | None]]] = mapped_column(JSONB)
    made_by: Mapped[str] = mapped_column(Text, server_default="")
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    undone_at: Mapped[datetime | None]


class Reservation(Model):
    """Units kept for an order: `live` while it awaits payment, then `consumed` (sold) or `released` (I3)."""

    __tablename__ = "reservation"
    __table_args__ = (
        UniqueConstraint("order_id", "offer_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("state IN ('live', 'consumed', 'released')", name="state"),
        Index("ix_reservation_live", "stock_id", postgresql_where=text("state = 'live'")),
    )

    id: Mapped[BigId]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"), index=True)
    stock_id: Mapped[int] = mapped_column(ForeignKey("stock.id"))
    quantity: Mapped[int]
    state: Mapped[str] = mapped_column(Text, server_default="live")
    expires_at: Mapped[datetime | None]


class MissedDemand(Model):
    """How often somebody wanted more of an offer than was left, a row a day of the market's calendar. No word of whom.

    `times`: each visitor once an offer and hour. `units`: whole sale units that could not be had.
    """

    __tablename__ = "missed_demand"
    __table_args__ = (
        CheckConstraint("times > 0 AND units > 0", name="counts"),
        Index("ix_missed_demand_farm", "farm_id", "day"),
    )

    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    farm_id: Mapped[int] = mapped_column(ForeignKey("farm.id"))
    times: Mapped[int]
    units: Mapped[int]
