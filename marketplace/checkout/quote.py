"""What an order would cost: read from the offers of the slot's day, never from the client (I30)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marketplace.checkout.debit import debit_is_possible
from marketplace.farms.tax import schemes_on
from marketplace.kernel import clock
from marketplace.kernel.database import rows
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.money import with_tolerance
from marketplace.kernel.words import N_
from marketplace.markets.settings import setting
from marketplace.markets.vat import rate_key, rates_on

MOST_UNITS = 999
MOST_CENTS = 99_999_999


@dataclass(frozen=True)
class QuotedLine:
    """One offer with its sums, cents: `ordered_cents` with deposit, `hold_cents` the most it may come to."""

    offer_id: int
    stock_id: int
    farm_id: int
    quantity: int
    name: str
    sku: str
    sale_unit: str
    price_cents: int
    unit_price_cents: int | None
    unit_price_basis: str | None
    net_quantity: int
    net_unit: str
    catch_weight: bool
    unit_deposit_cents: int
    vat_scheme: str
    vat_bp: int
    min_age: int
    most_per_customer: int | None
    ordered_cents: int
    deposit_cents: int
    hold_cents: int


@dataclass(frozen=True)
class QuotedSlot:
    """The slot that was chosen. `unattended`: a shelf, where nobody can check an age."""

    id: int
    market_id: int
    market_day_id: int
    date: date
    pickup_from: datetime
    pickup_until: datetime
    orders_close_at: datetime
    timezone: str
    unattended: bool

    @property
    def debit_possible(self) -> bool:
        """Can a SEPA debit be through before the cut-off?"""
        return debit_is_possible(clock.now(), self.orders_close_at, self.timezone)


@dataclass(frozen=True)
class Quote:
    """`total_cents` as ordered; `hold_cents` what a card is asked to hold; `min_age` of the strictest line."""

    slot: QuotedSlot
    lines: tuple[QuotedLine, ...]
    total_cents: int
    deposit_cents: int
    hold_cents: int
    min_age: int


SLOT = """
SELECT s.id, s.market_id, s.market_day_id, d.date, s.pickup_from, s.pickup_until, d.orders_close_at,
       m.timezone, p.kind = 'shelf' AS unattended
FROM pickup_slot s JOIN market_day d ON d.id = s.market_day_id JOIN pickup_point p ON p.id = s.pickup_point_id
JOIN market m ON m.id = s.market_id
WHERE s.id = :slot_id
"""

OFFERS = """
SELECT o.id, o.stock_id, o.farm_id, o.price_cents, o.unit_price_cents, v.unit_price_basis, v.sku, v.sale_unit,
       v.net_quantity, v.net_unit, v.catch_weight, v.deposit_cents, p.name, p.min_age, p.vat_key, p.flat_rate,
       v.most_per_customer
FROM offer o JOIN variant v ON v.id = o.variant_id JOIN product p ON p.id = v.product_id JOIN farm f ON f.id = o.farm_id
WHERE o.id = ANY(:offers) AND o.market_day_id = :market_day_id
  AND p.state = 'live' AND NOT v.archived AND f.state = 'live'
"""


def quote(slot_id: int, units: Mapping[int, int]) -> Quote:
    """The quote for `units` sale units by offer id. NotFound: slot; Invalid: offer of another day, quantity."""
    found = rows(SLOT, slot_id=slot_id)
    if not found:
        raise NotFound()
    slot = QuotedSlot(**found[0]._mapping)
    if not units:
        raise Invalid({"lines": N_("Der Korb ist leer.")})
    if any(not 1 <= quantity <= MOST_UNITS for quantity in units.values()):
        raise Invalid({"lines": N_("Die Menge muss zwischen 1 und 999 liegen.")})
    offers = {row.id: row for row in rows(OFFERS, offers=list(units), market_day_id=slot.market_day_id)}
    if len(offers) != len(units):
        raise Invalid({"lines": N_("Dieses Angebot gibt es an diesem Markttag nicht.")})
    schemes = schemes_on((row.farm_id for row in offers.values()), slot.date)
    rates = rates_on(slot.date)
    weighed = any(row.catch_weight for row in offers.values())
    tolerance = int(setting(slot.market_id, "catch_weight_tolerance_bp", on_date=slot.date)) if weighed else 0
    lines = tuple(_line(offers[offer_id], quantity, schemes, rates, tolerance) for offer_id, quantity in units.items())
    total = sum(line.ordered_cents for line in lines)
    hold = sum(line.hold_cents for line in lines)
    if hold > MOST_CENTS:
        raise Invalid({"lines": N_("So viel auf einmal geht nicht. Bitte teilen Sie die Bestellung.")})
    return Quote(
        slot, lines, total, sum(line.deposit_cents for line in lines), hold, max(line.min_age for line in lines)
    )


def _line(row: Any, quantity: int, schemes: dict[int, str], rates: dict[str, int], tolerance_bp: int) -> QuotedLine:
    goods = row.price_cents * quantity
    deposit = row.deposit_cents * quantity
    scheme = schemes[row.farm_id]
    return QuotedLine(
        offer_id=row.id,
        stock_id=row.stock_id,
        farm_id=row.farm_id,
        quantity=quantity,
        name=row.name,
        sku=row.sku,
        sale_unit=row.sale_unit,
        price_cents=row.price_cents,
        unit_price_cents=row.unit_price_cents,
        unit_price_basis=row.unit_price_basis,
        net_quantity=row.net_quantity,
        net_unit=row.net_unit,
        catch_weight=row.catch_weight,
        unit_deposit_cents=row.deposit_cents,
        vat_scheme=scheme,
        vat_bp=rates[rate_key(row, scheme)],
        min_age=row.min_age,
        most_per_customer=row.most_per_customer,
        ordered_cents=goods + deposit,
        deposit_cents=deposit,
        hold_cents=(with_tolerance(goods, tolerance_bp) if row.catch_weight else goods) + deposit,
    )
