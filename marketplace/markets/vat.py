"""Which VAT a sale bears: the farm's scheme decides first, then the goods.

§ 12 UStG (7 and 19 %), § 24 UStG (flat rate of farmers: 9.0 %, 8.4 % from 2024-12-06, 7.8 % from 2025-01-01),
§ 19 UStG (small business: none). Drinks outside Anlage 2 and bought or processed goods of a § 24 farm bear the
ordinary rate: such products are not `flat_rate`.
"""

from __future__ import annotations

from datetime import date
from typing import Protocol

from marketplace.kernel.database import execute, rows

# (key, valid_from, rate in basis points, the paragraph)
RATES = (
    ("reduced", date(1983, 7, 1), 700, "§ 12 Abs. 2 UStG"),
    ("standard", date(2007, 1, 1), 1900, "§ 12 Abs. 1 UStG"),
    ("reduced", date(2020, 7, 1), 500, "§ 28 Abs. 2 UStG"),
    ("standard", date(2020, 7, 1), 1600, "§ 28 Abs. 1 UStG"),
    ("reduced", date(2021, 1, 1), 700, "§ 12 Abs. 2 UStG"),
    ("standard", date(2021, 1, 1), 1900, "§ 12 Abs. 1 UStG"),
    ("flat24", date(2023, 1, 1), 900, "§ 24 UStG"),
    ("flat24", date(2024, 12, 6), 840, "§ 24 UStG"),
    ("flat24", date(2025, 1, 1), 780, "§ 24 UStG"),
    ("none", date(1968, 1, 1), 0, "§ 19 UStG"),
)


class Goods(Protocol):
    """What the rule asks of a product: `vat_key` (reduced, standard) and whether a § 24 farm's flat rate fits it."""

    vat_key: str
    flat_rate: bool


def lay_down_rates() -> None:
    """Writes the rates above where they are missing; a rate that somebody corrected stays."""
    for key, valid_from, rate_bp, ground in RATES:
        execute(
            "INSERT INTO vat_rate (key, valid_from, rate_bp, ground) VALUES (:key, :valid_from, :rate_bp, :ground)"
            " ON CONFLICT DO NOTHING",
            key=key,
            valid_from=valid_from,
            rate_bp=rate_bp,
            ground=ground,
        )


def rate_key(goods: Goods, scheme: str) -> str:
    """The key of the rate for goods sold by a farm of `scheme` (regular, paragraph24, paragraph19)."""
    if scheme == "paragraph19":
        return "none"
    if scheme == "paragraph24" and goods.flat_rate:
        return "flat24"
    return goods.vat_key


def rates_on(on_date: date) -> dict[str, int]:
    """The rate in basis points by key, as it holds on a day."""
    found = rows(
        "SELECT DISTINCT ON (key) key, rate_bp FROM vat_rate WHERE valid_from <= :on_date"
        " ORDER BY key, valid_from DESC",
        on_date=on_date,
    )
    return {row.key: row.rate_bp for row in found}


def vat_for(goods: Goods, scheme: str, on_date: date, rates: dict[str, int] | None = None) -> tuple[str, int]:
    """(scheme, rate in basis points) of a sale on a day. Give `rates` (`rates_on`) when many are asked.

    Raises LookupError when the table has no rate for that day: better no sale than a wrong tax.
    """
    known = rates_on(on_date) if rates is None else rates
    key = rate_key(goods, scheme)
    if key not in known:
        raise LookupError(f"no VAT rate {key} on {on_date}")
    return scheme, known[key]
