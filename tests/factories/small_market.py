"""A market small enough to count by hand: three farms, five goods, one day, one place, one shelf."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from marketplace.catalogue.models import Category, Product, Variant
from marketplace.farms.models import Farm, FarmBankAccount, FarmConnectedAccount, FarmTaxScheme
from marketplace.kernel import clock
from marketplace.kernel.database import db, transaction
from marketplace.market_days.models import MarketDay, PickupPoint, PickupSlot
from marketplace.markets.models import FeeComponent, Market
from marketplace.markets.vat import lay_down_rates
from marketplace.stock.models import Offer, Stock

LONG_AGO = date(2024, 1, 1)


@dataclass
class SmallMarket:
    """Ids by name. Cents: kale 340 (§ 24), cabbage ca. 1.4 kg at 250/kg, milk 189 + 15 deposit, honey 750 + 30
    (§ 19), korn 1490 (from 18).
    """

    market: int = 0
    day: int = 0
    slot: int = 0
    shelf_slot: int = 0
    farms: dict[str, int] = field(default_factory=dict)
    offers: dict[str, int] = field(default_factory=dict)
    stocks: dict[str, int] = field(default_factory=dict)
    variants: dict[str, int] = field(default_factory=dict)


FARMS = {"field": "paragraph24", "dairy": "regular", "bees": "paragraph19"}
# name, farm, cents, unit price, basis, net, unit, catch weight, deposit, vat key, flat rate, min age
GOODS: tuple[tuple[Any, ...], ...] = (
    ("kale", "field", 340, 680, "kg", 500, "g", False, 0, "reduced", True, 0),
    ("cabbage", "field", 350, 250, "kg", 1400, "g", True, 0, "reduced", True, 0),
    ("milk", "dairy", 189, 189, "l", 1000, "ml", False, 15, "reduced", False, 0),
    ("honey", "bees", 750, 1500, "kg", 500, "g", False, 30, "reduced", False, 0),
    ("korn", "dairy", 1490, 2129, "l", 700, "ml", False, 0, "standard", False, 18),
)


def small_market(
    capacity: int | None = 10, *, slot_capacity: int = 100, days_ahead: int = 3, slug: str = "klein"
) -> SmallMarket:
    """Writes it, with `capacity` units of everything, pickup in `days_ahead` days, cut-off a day before."""
    made = SmallMarket()
    with transaction():
        lay_down_rates()
        if db.session.get(Category, "alles") is None:
            db.session.add(Category(slug="alles", name="Alles", position=1))
        market = Market(slug=slug, name="Kleiner Markt")
        db.session.add(market)
        db.session.flush()
        made.market = market.id
        for component, rate in (("host", 400), ("platform", 400), ("payment", 100)):
            db.session.add(FeeComponent(market_id=market.id, component=component, rate_bp=rate, valid_from=LONG_AGO))
        _farms(made)
        _day(made, slot_capacity, days_ahead)
        _goods(made, capacity)
    return made


def _farms(made: SmallMarket) -> None:
    for number, (name, scheme) in enumerate(FARMS.items(), 1):
        farm = Farm(
            market_id=made.market,
            code=f"F{number:02}",
            slug=name,
            name=f"Hof {name}",
            email=f"{name}@example.org",
            town="Nottuln",
        )
        db.session.add(farm)
        db.session.flush()
        made.farms[name] = farm.id
        db.session.add(FarmTaxScheme(farm_id=farm.id, valid_from=LONG_AGO, scheme=scheme))
        db.session.add(
            FarmBankAccount(
                farm_id=farm.id,
                iban="DE02120300000000202051",
                holder=farm.name,
                created_at=clock.now() - timedelta(days=100),
            )
        )


def connect_farms(made: SmallMarket, prefix: str = "acct_test") -> None:
    """Gives every farm an enabled account at the provider, named by `prefix` and its id."""
    with transaction():
        for farm_id in made.farms.values():
            db.session.add(FarmConnectedAccount(farm_id=farm_id, provider_ref=f"{prefix}{farm_id}", enabled=True))


def _day(made: SmallMarket, slot_capacity: int, days_ahead: int) -> None:
    now = clock.now().replace(microsecond=0)
    pickup: datetime = now + timedelta(days=days_ahead)
    day = MarketDay(
        market_id=made.market,
        date=pickup.date(),
        orders_open_at=now - timedelta(days=7),
        orders_close_at=pickup - timedelta(days=1),
    )
    db.session.add(day)
    db.session.flush()
    made.day = day.id
    for number, kind in enumerate(("market_square", "shelf"), 1):
        point = PickupPoint(
            market_id=made.market,
            code=f"P{number:02}",
            slug=f"platz-{number}",
            name=f"Platz {number}",
            postcode="48301",
            town="Nottuln",
            kind=kind,
        )
        db.session.add(point)
        db.session.flush()
        slot = PickupSlot(
            market_id=made.market,
            market_day_id=day.id,
            pickup_point_id=point.id,
            pickup_from=pickup,
            pickup_until=pickup + timedelta(hours=2),
            capacity=slot_capacity,
        )
        db.session.add(slot)
        db.session.flush()
        if kind == "shelf":
            made.shelf_slot = slot.id
        else:
            made.slot = slot.id


def _goods(made: SmallMarket, capacity: int | None) -> None:
    close = db.session.get(MarketDay, made.day).orders_close_at  # type: ignore[union-attr]
    for name, farm, cents, unit, basis, net, net_unit, weighed, deposit, vat, flat, age in GOODS:
        farm_id = made.farms[farm]
        product = Product(
            market_id=made.market,
            farm_id=farm_id,
            slug=name,
            name=name.capitalize(),
            category="alles",
            vat_key=vat,
            flat_rate=flat,
            min_age=age,
            season_months=list(range(1, 13)),
            state="live",
        )
        db.session.add(product)
        db.session.flush()
        variant = Variant(
            product_id=product.id,
            farm_id=farm_id,
            sku=name,
            sale_unit="Stück",
            net_quantity=net,
            net_unit=net_unit,
            catch_weight=weighed,
            price_cents=cents,
            unit_price_cents=unit,
            unit_price_basis=basis,
            deposit_cents=deposit,
        )
        db.session.add(variant)
        db.session.flush()
        stock = Stock(farm_id=farm_id, variant_id=variant.id, market_day_id=made.day, capacity=capacity)
        db.session.add(stock)
        db.session.flush()
        offer = Offer(
            market_id=made.market,
            market_day_id=made.day,
            farm_id=farm_id,
            variant_id=variant.id,
            stock_id=stock.id,
            price_cents=cents,
            unit_price_cents=unit,
            closes_at=close,
        )
        db.session.add(offer)
        db.session.flush()
        made.variants[name], made.stocks[name], made.offers[name] = variant.id, stock.id, offer.id
