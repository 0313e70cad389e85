"""What lies in the basket, seen against the chosen slot: one statement for the slot and all lines.

Nothing is dropped silently: a line that the day cannot serve stays, with the reason as `trouble`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from itertools import groupby
from typing import Any

from marketplace.basket.owner import IS_OWN, Owner
from marketplace.kernel.database import rows
from marketplace.market_days.slots import VIEW, SlotView

# Why a line cannot be ordered as it stands. `few`: there is some, but less than wanted, for all or for one customer.
NOT_OFFERED, SOLD_OUT, FEW, CLOSED, AGE, OTHER_MARKET = (
    "not_offered",
    "sold_out",
    "few",
    "closed",
    "age",
    "other_market",
)


@dataclass(frozen=True)
class Line:
    """`quantity` sale units. Cents: `price_cents` a unit; `amount_cents`, `deposit_cents` of the whole line.

    `available`: units left on that day, None when not limited (or no slot is chosen). `most_per_customer`: units that
    one customer gets on a day, None when not limited. `trouble`: see above, or "".
    """

    variant_id: int
    product_id: int
    product_slug: str
    name: str
    farm_id: int
    farm_name: str
    farm_slug: str
    sale_unit: str
    quantity: int
    price_cents: int
    unit_price_cents: int | None
    unit_price_basis: str | None
    unit_deposit_cents: int
    catch_weight: bool
    min_age: int
    withdrawal_excluded: bool
    picture: str | None
    offer_id: int | None
    available: int | None
    most_per_customer: int | None
    closes_at: datetime | None
    trouble: str

    @property
    def amount_cents(self) -> int:
        return self.price_cents * self.quantity

    @property
    def deposit_cents(self) -> int:
        return self.unit_deposit_cents * self.quantity

    @property
    def at_most(self) -> int | None:
        """Units that can be ordered: what is left, and what one customer gets. None when not limited."""
        return min((most for most in (self.available, self.most_per_customer) if most is not None), default=None)

    @property
    def is_out(self) -> bool:
        """Nothing of it can be ordered for this slot."""
        return self.trouble not in ("", FEW)


@dataclass(frozen=True)
class FarmGroup:
    """The lines of one farm; `closes_at` is the earliest cut-off among those that can be ordered."""

    farm_id: int
    farm_name: str
    farm_slug: str
    lines: tuple[Line, ...]

    @property
    def closes_at(self) -> datetime | None:
        return min((line.closes_at for line in self.lines if line.closes_at and not line.is_out), default=None)


@dataclass(frozen=True)
class Contents:
    """The basket of a visitor. Sums count what can be ordered; what is out stays listed, outside of them."""

    slot: SlotView | None
    lines: tuple[Line, ...]

    @property
    def orderable(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.is_out)

    @property
    def out(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.is_out)

    @property
    def few(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.trouble == FEW)

    @property
    def units(self) -> int:
        """Sale units of what can be ordered."""
        return sum(line.quantity for line in self.orderable)

    @property
    def goods_cents(self) -> int:
        return sum(line.amount_cents for line in self.orderable)

    @property
    def deposit_cents(self) -> int:
        return sum(line.deposit_cents for line in self.orderable)

    @property
    def total_cents(self) -> int:
        """Goods and deposit, cents."""
        return self.goods_cents + self.deposit_cents

    @property
    def is_weighed(self) -> bool:
        """Some of it is weighed: sums are said with "ca."."""
        return any(line.catch_weight for line in self.orderable)

    @property
    def min_age(self) -> int:
        return max((line.min_age for line in self.orderable), default=0)

    def quantity_of(self, variant_id: int) -> int:
        return next((line.quantity for line in self.lines if line.variant_id == variant_id), 0)

    def farms(self, *, orderable_only: bool = False) -> tuple[FarmGroup, ...]:
        """By farm, in the order of their names."""
        kept = self.orderable if orderable_only else self.lines
        grouped = groupby(kept, key=lambda line: (line.farm_id, line.farm_name, line.farm_slug))
        return tuple(FarmGroup(*farm, tuple(lines)) for farm, lines in grouped)


CONTENTS = f"""
WITH own AS (SELECT b.id, b.slot_id FROM basket b WHERE {IS_OWN}),
slot AS ({VIEW} WHERE s.id = coalesce(CAST(:slot_id AS bigint), (SELECT slot_id FROM own)))
SELECT slot.*, l.variant_id, p.id AS product_id, p.slug AS product_slug, p.name, f.id AS farm_id, f.name AS farm_name,
       f.slug AS farm_slug, v.sale_unit, l.quantity, coalesce(o.price_cents, v.price_cents) AS price_cents,
       CASE WHEN o.id IS NULL THEN v.unit_price_cents ELSE o.unit_price_cents END AS unit_price_cents,
       v.unit_price_basis, v.deposit_cents AS unit_deposit_cents, v.catch_weight, p.min_age, p.withdrawal_excluded,
       (SELECT media_key FROM picture c WHERE c.product_id = p.id ORDER BY c.position, c.id LIMIT 1) AS picture,
       o.id AS offer_id, greatest(0, k.capacity - k.reserved - k.sold) AS available, v.most_per_customer, o.closes_at,
       CASE WHEN slot.id IS NULL THEN ''
            WHEN p.market_id <> slot.market_id THEN '{OTHER_MARKET}'
            WHEN o.id IS NULL OR o.paused OR p.state <> 'live' OR v.archived OR f.state <> 'live' THEN '{NOT_OFFERED}'
            WHEN p.min_age > 0 AND slot.unattended THEN '{AGE}'
            WHEN o.closes_at <= app_now() OR slot.state <> 'open' THEN '{CLOSED}'
            WHEN k.capacity - k.reserved - k.sold <= 0 THEN '{SOLD_OUT}'
            WHEN least(k.capacity - k.reserved - k.sold, v.most_per_customer) < l.quantity THEN '{FEW}'
            ELSE '' END AS trouble
FROM (VALUES (1)) AS once (row)
LEFT JOIN slot ON true
LEFT JOIN (own JOIN basket_line l ON l.basket_id = own.id JOIN variant v ON v.id = l.variant_id
           JOIN product p ON p.id = v.product_id JOIN farm f ON f.id = v.farm_id) ON true
LEFT JOIN offer o ON o.market_day_id = slot.market_day_id AND o.variant_id = l.variant_id
LEFT JOIN stock k ON k.id = o.stock_id
ORDER BY f.name, f.id, l.added_at, l.variant_id
"""  # noqa: S608 - put together of constants

SLOT_FIELDS = tuple(field.name for field in fields(SlotView))
LINE_FIELDS = tuple(field.name for field in fields(Line))


def contents(owner: Owner, slot_id: int | None) -> Contents:
    """The owner's basket for a slot; without one for the slot that the basket remembers, else for none."""
    found = rows(CONTENTS, slot_id=slot_id, **owner.values)
    first = found[0]._mapping
    slot = SlotView(**{name: first[name] for name in SLOT_FIELDS}) if first["id"] is not None else None
    return Contents(slot, tuple(_line(row._mapping) for row in found if row.variant_id is not None))


def _line(row: Any) -> Line:
    return Line(**{name: row[name] for name in LINE_FIELDS})
