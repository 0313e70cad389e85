"""What a packed line comes to: by the scale, or by the piece, never above what was agreed to be held for it."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.kernel.money import Cents, weighed_amount
from marketplace.orders.models import OrderLine


@dataclass(frozen=True)
class PackedAmount:
    """Cents of a whole line as packed: `amount_cents` with deposit, `deposit_cents` the deposit in it."""

    amount_cents: Cents
    deposit_cents: Cents


def packed_amount(line: OrderLine, packed_quantity: int, weight_g: int | None) -> PackedAmount:
    """The cents of `packed_quantity` sale units, of `weight_g` grams if the line is weighed.

    Weighed: half-up of grams x price a kilogram / 1000, at most the line's share of the hold; a heavier piece is
    recorded, not charged (DECISIONS 14). Without grams: at its usual weight. What the office took off stays off.
    """
    deposit = packed_quantity * line.unit_deposit_cents
    if line.catch_weight and packed_quantity and weight_g is not None:
        if line.unit_price_cents is None:
            raise ValueError("a weighed line needs its price a kilogram")
        share = line.hold_cents - line.quantity * line.unit_deposit_cents
        goods = min(weighed_amount(weight_g, line.unit_price_cents), share)
    else:
        goods = packed_quantity * line.price_cents
    return PackedAmount(Cents(max(0, goods + deposit - line.lowered_cents)), Cents(deposit))


def amount_as_ordered(line: OrderLine) -> PackedAmount:
    """The cents of a line that nobody touched: it counts as packed as ordered, weighed goods at their usual weight."""
    deposit = line.quantity * line.unit_deposit_cents
    return PackedAmount(Cents(max(0, line.ordered_cents - line.lowered_cents)), Cents(deposit))
