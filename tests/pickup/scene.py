"""A small market to pack and hand over in: two farms, two places, one day, goods of each kind."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from marketplace.catalogue.categories import lay_out
from marketplace.catalogue.product_input import ProductInput, VariantInput
from marketplace.catalogue.save_product import create_product
from marketplace.checkout.place_order import place_order
from marketplace.checkout.request import OrderRequest
from marketplace.farms.open_farm import NewFarm, open_farm
from marketplace.kernel import clock
from marketplace.kernel.database import execute, rows, scalar, transaction
from marketplace.market_days.plan_day import SlotPlan
from marketplace.market_days.wall_clock import local_date
from marketplace.markets.open_market import open_market
from marketplace.orders.models import Order
from marketplace.payments.gateway import PaymentView
from marketplace.payments.rows import payment_of
from marketplace.payments.settle import Seen, merge
from marketplace.pickup.hosts import Host
from marketplace.stock.open_day import open_market_day

ZONE = "Europe/Berlin"
GOODS = {
    # sku: (farm, name, sale unit, net, unit, cents, cents a kilo when weighed, deposit, age)
    "potatoes": ("brink", "Kartoffeln", "Beutel 2,5 kg", 2500, "g", 450, None, 0, 0),
    "cabbage": ("brink", "Rotkohl", "Kopf ca. 1,4 kg", 1400, "g", None, 250, 0, 0),
    "milk": ("weide", "Frischmilch", "Flasche 1 l", 1000, "ml", 189, None, 15, 0),
    "beer": ("weide", "Landbier", "Flasche 0,5 l", 500, "ml", 195, None, 8, 16),
}


@dataclass
class Scene:
    """Ids of what stands there; `pickup_from` of the day's slots in UTC."""

    market_id: int
    farms: dict[str, int]
    points: dict[str, int]
    slots: dict[str, int]
    day_id: int
    day: date
    closes: datetime
    pickup_from: datetime
    pickup_until: datetime
    offers: dict[str, int]
    keys: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def host(self) -> Host:
        """Somebody who serves the whole market."""
        return Host(market_ids=frozenset({self.market_id}))

    def order(
        self, *, at: str = "markt", method: str = "pay_at_pickup", name: str = "Martina Voß", **goods: int
    ) -> Order:
        """An order of these goods; by card it awaits its payment (`authorize` pays)."""
        number = next(self.keys)
        return place_order(
            OrderRequest(
                slot_id=self.slots[at],
                lines=tuple((self.offers[sku], quantity) for sku, quantity in goods.items()),
                name=name,
                email=f"kundin{number}@example.org",
                checkout_scope="test",
                checkout_key=f"key-{number}",
                birth_date=date(1980, 5, 1),
                payment_method=method,
            )
        )

    def authorize(self, order: Order) -> None:
        """The customer's card holds the money."""
        payment = payment_of(order.id)
        assert payment is not None
        merge(payment.id, Seen(None, _view(payment.id, payment.amount_cents, held=payment.amount_cents)))

    def capture(self, order: Order) -> None:
        """The provider has captured what we decided to capture."""
        payment = payment_of(order.id)
        assert payment is not None and payment.capture_cents is not None
        merge(payment.id, Seen(None, _view(payment.id, payment.amount_cents, received=payment.capture_cents)))

    def close(self) -> None:
        """It is a second after the cut-off."""
        move_clock(self.closes + timedelta(seconds=1))

    def begin_pickup(self) -> None:
        move_clock(self.pickup_from + timedelta(seconds=1))

    def end_pickup(self) -> None:
        move_clock(self.pickup_until + timedelta(seconds=1))

    def line(self, order: Order, sku: str) -> int:
        """The id of the line of these goods."""
        return int(
            scalar("SELECT id FROM order_line WHERE order_id = :id AND sku = :sku", id=order.id, sku=sku)
        )


def _view(payment_id: int, amount: int, *, held: int = 0, received: int = 0) -> PaymentView:
    return PaymentView(
        ref=f"pi_{payment_id}",
        status="succeeded" if received else "requires_capture",
        amount_cents=amount,
        capturable_cents=held,
        received_cents=received,
        currency="eur",
        order_number=None,
        payment_id=str(payment_id),
        charge_ref=f"ch_{payment_id}",
        capture_before=None,
        balance=None,
    )


def move_clock(to: datetime) -> None:
    """Business time is `to` from now on, in SQL and in Python."""
    with transaction():
        execute(
            "INSERT INTO clock_shift (id, moved_by) VALUES (1, :by) ON CONFLICT (id) DO UPDATE SET moved_by = :by",
            by=to - clock.machine_now(),
        )
    clock.forget()


def put_clock_back() -> None:
    """Business time is the machine's again: orders can be placed."""
    with transaction():
        execute("DELETE FROM clock_shift")
    clock.forget()


def set_up() -> Scene:
    """Builds the scene in an empty database."""
    market_id = open_market("dorfmarkt", "Dorfmarkt", legal={"name": "Dorfmarkt e. V."})
    farms = {slug: _farm(market_id, slug, name) for slug, name in (("brink", "Hof Brinkmöller"), ("weide", "Weidehof"))}
    with transaction():
        points = {code: _point(market_id, code) for code in ("markt", "hofladen")}
    (category,) = lay_out(["Gemüse"]).values()
    variants = {sku: _product(farms[goods[0]], category, sku) for sku, goods in GOODS.items()}
    now = clock.now()
    begins = (now + timedelta(hours=26)).replace(minute=0, second=0, microsecond=0)
    ends, closes = begins + timedelta(hours=2), begins - timedelta(hours=20)
    day = local_date(begins, ZONE)
    with transaction():
        for variant_id in variants.values():
            execute(
                "INSERT INTO weekly_offer (variant_id, weekday, capacity) VALUES (:id, :weekday, 50)",
                id=variant_id,
                weekday=day.isoweekday(),
            )
    day_id = open_market_day(
        market_id,
        day,
        now - timedelta(days=2),
        closes,
        [SlotPlan(point_id, begins, ends, 60) for point_id in points.values()],
    )
    found = rows("SELECT id, pickup_point_id FROM pickup_slot WHERE market_day_id = :id", id=day_id)
    slots = {code: next(row.id for row in found if row.pickup_point_id == point) for code, point in points.items()}
    offers = {row.sku: row.id for row in rows("SELECT o.id, v.sku FROM offer o JOIN variant v ON v.id = o.variant_id")}
    return Scene(market_id, farms, points, slots, day_id, day, closes, begins, ends, offers)


def _farm(market_id: int, slug: str, name: str) -> int:
    return open_farm(
        market_id,
        NewFarm(slug.upper(), slug, name, "Feldweg 1", "48301", "Nottuln", f"{slug}@example.org", "regular"),
        since=date(2020, 1, 1),
    )


def _point(market_id: int, code: str) -> int:
    made = rows(
        "INSERT INTO pickup_point (market_id, code, slug, name, postcode, town)"
        " VALUES (:market_id, :code, :code, :name, '48301', 'Nottuln') RETURNING id",
        market_id=market_id,
        code=code,
        name=code.capitalize(),
    )
    return int(made[0].id)


def _product(farm_id: int, category: str, sku: str) -> int:
    _, name, sale_unit, net, unit, cents, kilo_cents, deposit, age = GOODS[sku]
    product_id = create_product(
        farm_id,
        ProductInput(
            name=name,
            category=category,
            description=name,
            ingredients=name,
            storage="kühl",
            shelf_life_days=5,
            origin="Deutschland",
            min_age=age,
            variants=(
                VariantInput(
                    sku=sku,
                    sale_unit=sale_unit,
                    net_quantity=net,
                    net_unit=unit,
                    price_cents=cents,
                    unit_price_cents=kilo_cents,
                    deposit_cents=deposit,
                    catch_weight=kilo_cents is not None,
                ),
            ),
        ),
    )
    return int(scalar("SELECT id FROM variant WHERE product_id = :id", id=product_id))
