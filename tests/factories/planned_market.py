"""A small market for tests: one farm, one product, a square and a shelf."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalogue.categories import lay_out
from marketplace.catalogue.product_input import ProductInput, VariantInput
from marketplace.catalogue.save_product import create_product
from marketplace.farms.open_farm import NewFarm, open_farm
from marketplace.kernel import clock
from marketplace.kernel.database import execute, rows, scalar, transaction
from marketplace.market_days.plan_day import SlotPlan
from marketplace.markets.open_market import open_market
from marketplace.stock.open_day import open_market_day

ZONE = ZoneInfo("Europe/Berlin")

POTATOES = ProductInput(
    name="Kartoffeln",
    category="gemuese",
    storage="kühl",
    origin="Deutschland",
    variants=(VariantInput("Beutel 1 kg", 1000, "g", 230, sku="K1"),),
)


@dataclass
class PlannedMarket:
    """Ids of what there is; `variant` by article number."""

    market_id: int
    farm_id: int
    square_id: int
    shelf_id: int

    def product(
        self, product: ProductInput = POTATOES, *, capacity: int | None = 10, farm_id: int | None = None
    ) -> int:
        """Writes a product down, and that there is `capacity` of it on every weekday; its variant's id."""
        with transaction():
            made = create_product(farm_id or self.farm_id, product)
            execute(
                "INSERT INTO weekly_offer (variant_id, weekday, capacity)"
                " SELECT v.id, w, :capacity FROM variant v CROSS JOIN generate_series(1, 7) w WHERE v.product_id = :id",
                capacity=capacity,
                id=made,
            )
            return int(scalar("SELECT min(id) FROM variant WHERE product_id = :id", id=made))

    def farm(self, code: str, **fields: object) -> int:
        """One farm more."""
        new = NewFarm(code, code.lower(), f"Hof {code}", "Weg 1", "48301", "Nottuln", f"{code}@example.org", "regular")
        with transaction():
            return open_farm(self.market_id, replace(new, **fields), since=date(2024, 1, 1))

    def plans(self, day: date, hour: int = 16) -> list[SlotPlan]:
        """The square and the shelf for two hours."""
        start = datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)
        return [SlotPlan(place, start, start + timedelta(hours=2), 50) for place in (self.square_id, self.shelf_id)]

    def day(self, ahead: int = 3, **lead: float) -> int:
        """Opens the day in `ahead` days, closing a day before its pickup unless told otherwise; its id."""
        day = clock.now().astimezone(ZONE).date() + timedelta(days=ahead)
        slots = self.plans(day)
        closes = slots[0].pickup_from - timedelta(**(lead or {"days": 1}))
        return open_market_day(self.market_id, day, clock.now() - timedelta(days=1), closes, slots)

    def slot(self, day_id: int, place_id: int | None = None) -> int:
        """The slot of a place (the square) on a day."""
        found = rows(
            "SELECT id FROM pickup_slot WHERE market_day_id = :day AND pickup_point_id = :place",
            day=day_id,
            place=place_id or self.square_id,
        )
        return int(found[0].id)

    def offer(self, day_id: int, variant_id: int) -> int | None:
        """The offer of a variant on a day, None when it is not on sale."""
        found = rows("SELECT id FROM offer WHERE market_day_id = :day AND variant_id = :v", day=day_id, v=variant_id)
        return int(found[0].id) if found else None


def set_up() -> PlannedMarket:
    """The market, without products."""
    with transaction():
        lay_out(["Gemüse", "Milchprodukte", "Spirituosen", "Trockenwaren"])
        market_id = open_market("probe", "Probemarkt", legal={"name": "Probemarkt eG"})
        farm_id = open_farm(
            market_id,
            NewFarm("A01", "hof-probe", "Hof Probe", "Weg 1", "48301", "Nottuln", "hof@example.org", "regular"),
            since=date(2024, 1, 1),
        )
        places = [
            rows(
                "INSERT INTO pickup_point (market_id, code, slug, name, postcode, town, kind)"
                " VALUES (:market_id, :code, :slug, :slug, '48301', 'Nottuln', :kind) RETURNING id",
                market_id=market_id,
                code=code,
                slug=slug,
                kind=kind,
            )[0].id
            for code, slug, kind in (("P1", "nottuln-platz", "market_square"), ("P2", "nottuln-regal", "shelf"))
        ]
    return PlannedMarket(market_id, farm_id, *places)


@pytest.fixture
def planned_market(db: SQLAlchemy) -> Iterator[PlannedMarket]:
    """A market, a farm, a square and a shelf."""
    yield set_up()
