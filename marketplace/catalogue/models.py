"""Products as food law wants them described, their variants and prices, their pictures."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.database import BigId, Model


class Category(Model):
    """A shelf of the shop; `position` is its place in the row."""

    __tablename__ = "category"

    slug: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    position: Mapped[int]


class Product(Model):
    """What a farm makes. `season_months`: 1–12, all twelve when always. `sort_key`: German order without ICU.

    `nutrition`: per 100 g or ml, see `food_information.Nutrition`; else `nutrition_exempt` is the reason why none is
    wanted. `alcohol_tenths`: 0.1 % vol. `husbandry_level`: 1–5, 0 when not said. Raw milk is never live.

    `lead_time_minutes`: goods that are made to order (a goose) close so long before the first pickup of the day; the
    longer of this and the farm's own lead time holds.
    """

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("id", "farm_id"),
        UniqueConstraint("market_id", "slug"),
        ForeignKeyConstraint(["farm_id", "market_id"], ["farm.id", "farm.market_id"]),
        CheckConstraint("vat_key IN ('reduced', 'standard')", name="vat_key"),
        CheckConstraint("state IN ('draft', 'live', 'archived')", name="state"),
        CheckConstraint("min_age IN (0, 16, 18)", name="min_age"),
        CheckConstraint("lead_time_minutes BETWEEN 0 AND 527040", name="lead_time"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name"),
        CheckConstraint("husbandry_level BETWEEN 0 AND 5", name="husbandry_level"),
        CheckConstraint("alcohol_tenths BETWEEN 0 AND 1000", name="alcohol"),
        CheckConstraint("NOT (raw_milk AND state = 'live')", name="raw_milk"),
        Index("ix_product_search", "search", postgresql_using="gin"),
        Index("ix_product_name_parts", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
    )

    id: Mapped[BigId]
    market_id: Mapped[int] = mapped_column(ForeignKey("market.id"))
    farm_id: Mapped[int] = mapped_column(ForeignKey("farm.id"), index=True)
    slug: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text, server_default="")
    category: Mapped[str] = mapped_column(ForeignKey("category.slug"))
    description: Mapped[str] = mapped_column(Text, server_default="")
    ingredients: Mapped[str] = mapped_column(Text, server_default="")
    allergens: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    storage: Mapped[str] = mapped_column(Text, server_default="")
    shelf_life_days: Mapped[int] = mapped_column(server_default="0")
    origin: Mapped[str] = mapped_column(Text, server_default="")
    label_note: Mapped[str] = mapped_column(Text, server_default="")
    organic: Mapped[bool] = mapped_column(server_default="false")
    min_age: Mapped[int] = mapped_column(server_default="0")
    withdrawal_excluded: Mapped[bool] = mapped_column(server_default="true")
    is_food: Mapped[bool] = mapped_column(server_default="true")
    vat_key: Mapped[str] = mapped_column(Text, server_default="reduced")
    flat_rate: Mapped[bool] = mapped_column(server_default="false")
    season_months: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default="{}")
    lead_time_minutes: Mapped[int] = mapped_column(server_default="0")
    nutrition: Mapped[dict[str, int] | None] = mapped_column(JSONB(none_as_null=True))
    nutrition_exempt: Mapped[str] = mapped_column(Text, server_default="")
    egg_code: Mapped[str] = mapped_column(Text, server_default="")
    husbandry_level: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    fish_method: Mapped[str] = mapped_column(Text, server_default="")
    fish_area: Mapped[str] = mapped_column(Text, server_default="")
    alcohol_tenths: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    raw_milk: Mapped[bool] = mapped_column(server_default="false")
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed("to_tsvector('german', name || ' ' || description || ' ' || ingredients)", persisted=True),
        deferred=True,
    )


class Variant(Model):
    """A sale unit of a product. Prices are gross cents; `unit_price_cents` the Grundpreis a kg or l, without deposit.

    `catch_weight`: the price a kilogram is the master, `price_cents` what the usual weight costs. `pooled`: its stock
    lasts over market days (jam, wine, flour). `drained_g`: drained weight of goods in liquid, null when none.
    `most_per_customer`: sale units that one customer gets on a market day, null when not limited (DECISIONS 19).
    """

    __tablename__ = "variant"
    __table_args__ = (
        UniqueConstraint("id", "farm_id"),
        UniqueConstraint("farm_id", "sku"),
        ForeignKeyConstraint(["product_id", "farm_id"], ["product.id", "product.farm_id"]),
        CheckConstraint("price_cents BETWEEN 0 AND 100000000", name="price"),
        CheckConstraint("deposit_cents BETWEEN 0 AND 1000000", name="deposit"),
        CheckConstraint("unit_price_basis IN ('kg', 'l')", name="basis"),
        CheckConstraint(
            "NOT catch_weight OR (unit_price_cents IS NOT NULL AND unit_price_basis = 'kg')", name="weight"
        ),
        CheckConstraint("net_unit IN ('g', 'ml', 'pc')", name="net_unit"),
        CheckConstraint("drained_g > 0", name="drained"),
        CheckConstraint("most_per_customer > 0", name="most_per_customer"),
    )

    id: Mapped[BigId]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    farm_id: Mapped[int] = mapped_column(ForeignKey("farm.id"))
    sku: Mapped[str] = mapped_column(Text)
    sale_unit: Mapped[str] = mapped_column(Text)
    net_quantity: Mapped[int]
    net_unit: Mapped[str] = mapped_column(Text)
    drained_g: Mapped[int | None]
    most_per_customer: Mapped[int | None]
    catch_weight: Mapped[bool] = mapped_column(server_default="false")
    price_cents: Mapped[int]
    unit_price_cents: Mapped[int | None]
    unit_price_basis: Mapped[str | None] = mapped_column(Text)
    deposit_cents: Mapped[int] = mapped_column(server_default="0")
    pooled: Mapped[bool] = mapped_column(server_default="false")
    archived: Mapped[bool] = mapped_column(server_default="false")


class PriceChange(Model):
    """Price history, kept: what a variant cost from when on."""

    __tablename__ = "price_change"

    id: Mapped[BigId]
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), index=True)
    price_cents: Mapped[int]
    unit_price_cents: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(server_default=func.app_now())


class Picture(Model):
    """A picture of a product as it is served: never the uploaded bytes. `media_key` names it in the media store."""

    __tablename__ = "picture"

    id: Mapped[BigId]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    media_key: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(server_default="0")
    alt: Mapped[str] = mapped_column(Text, server_default="")
