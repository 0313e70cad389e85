"""Whole cents and nothing else: rounding, splitting, VAT.

Every amount in this house is an `int` of euro cents, every rate an `int` of basis points (7 % = 700).
There is no float here, and a Decimal only where text is read (see `cents_from_text`).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import NewType

Cents = NewType("Cents", int)

BASIS_POINTS = 10_000


def half_up(numerator: int, denominator: int) -> int:
    """`numerator / denominator`, rounded to the nearest whole number, halves away from zero.

    Commercial rounding ("kaufmännisch", DIN 1333). Refuses a denominator that is not positive.
    """
    if denominator <= 0:
        raise ValueError("denominator must be positive")
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def percent_of(amount: int, rate_bp: int) -> Cents:
    """`rate_bp` basis points of `amount` cents, rounded half-up once."""
    return Cents(half_up(amount * rate_bp, BASIS_POINTS))


def vat_in_gross(gross: int, rate_bp: int) -> Cents:
    """The VAT in cents that a gross amount contains: half-up of gross · r / (100 + r).

    Rule: once a rate and document, never a line (RELIABILITY 2.8; § 14 (4) UStG).
    """
    return Cents(half_up(gross * rate_bp, BASIS_POINTS + rate_bp))


def split(total: int, weights: Sequence[int]) -> list[Cents]:
    """`total` cents in shares as `weights`, by largest remainder: the shares always add up to `total`.

    Ties go to the earlier share. All weights zero: the first share takes all. Refuses no weights and negative ones.
    """
    if not weights:
        raise ValueError("nothing to split over")
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight is negative")
    whole = sum(weights)
    if whole == 0:
        return [Cents(total)] + [Cents(0)] * (len(weights) - 1)
    sign = -1 if total < 0 else 1
    floors = [abs(total) * weight // whole for weight in weights]
    remainders = [abs(total) * weight % whole for weight in weights]
    missing = abs(total) - sum(floors)
    for index in sorted(range(len(weights)), key=lambda i: (-remainders[i], i))[:missing]:
        floors[index] += 1
    return [Cents(sign * share) for share in floors]


def weighed_amount(weight_g: int, unit_price_cents: int) -> Cents:
    """What weighed goods cost: half-up of grams · cents a kilogram / 1000."""
    return Cents(half_up(weight_g * unit_price_cents, 1000))


def with_tolerance(amount: int, tolerance_bp: int) -> Cents:
    """`amount` cents plus a tolerance, rounded up, so that the hold is never a cent short."""
    return Cents(amount + -(-amount * tolerance_bp // BASIS_POINTS))


def cents_from_text(text: str) -> Cents:
    """Cents of a written amount of euros: "4,50", "4.50", "1.284,60", "3". Raises ValueError for anything else."""
    cleaned = text.strip().replace(" ", "").replace("\u00a0", "").removesuffix("€")
    if "," in cleaned:
        cleaned = cleaned.replace(".", "").replace(",", ".")
    try:
        amount = Decimal(cleaned) * 100
    except InvalidOperation:
        raise ValueError(f"not an amount: {text!r}") from None
    if not amount.is_finite() or amount != amount.to_integral_value() or abs(amount) > 100_000_000_00:
        raise ValueError(f"not an amount of whole cents: {text!r}")
    return Cents(int(amount))
