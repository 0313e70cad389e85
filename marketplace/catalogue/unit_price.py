"""The Grundpreis: what a kilogram or a litre costs, deposit outside (PAngV § 4)."""

from __future__ import annotations

from marketplace.kernel.money import half_up

BASIS = {"g": "kg", "ml": "l"}


def unit_price(price_cents: int, net_quantity: int, net_unit: str) -> tuple[int | None, str | None]:
    """(cents, "kg" or "l") of a sale unit of `net_quantity` grams or millilitres; (None, None) for pieces."""
    if net_unit not in BASIS or net_quantity <= 0:
        return None, None
    return half_up(price_cents * 1000, net_quantity), BASIS[net_unit]


def usual_price(unit_price_cents: int, net_quantity: int) -> int:
    """What the usual weight (grams) of weighed goods costs, when the price a kilogram is the master."""
    return half_up(unit_price_cents * net_quantity, 1000)
