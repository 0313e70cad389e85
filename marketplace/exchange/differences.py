"""Two states of a product beside each other, field by field, as they stand in the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from marketplace.catalogue.product_input import ProductInput, VariantInput
from marketplace.exchange.columns import COLUMNS, Cell, Column


def as_comparable(product: ProductInput) -> ProductInput:
    """The product without what is computed: the price of weighed goods, the unit price of others."""
    variants = tuple(
        replace(variant, price_cents=None) if variant.catch_weight else replace(variant, unit_price_cents=None)
        for variant in product.variants
    )
    return replace(
        product,
        variants=variants,
        allergens=tuple(sorted(set(product.allergens))),
        season_months=tuple(sorted(set(product.season_months))),
    )


def value_of(column: Column, product: ProductInput, variant: VariantInput) -> Any:
    """The value of a column for one sale unit."""
    if column.of_variant:
        return getattr(variant, column.key)
    group, _, name = column.key.partition(".")
    return (getattr(product, group) or {}).get(name) if name else getattr(product, group)


def cell_of(column: Column, product: ProductInput, variant: VariantInput, categories: Mapping[str, str]) -> Cell:
    """As it stands in the table; categories by their name."""
    value = value_of(column, product, variant)
    if column.key == "category":
        return categories.get(value, value)
    return column.write(value)


def in_words(cell: Cell) -> str:
    """A cell as somebody would type it."""
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", ",")
    return str(cell)


def differences(
    before: ProductInput | None, after: ProductInput, place: int, is_first: bool, categories: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """(head, before, after) of a line; what is the product's own is said with its first line. New: what they say."""
    old = before.variants[place] if before is not None and place < len(before.variants) else None
    found = []
    for column in COLUMNS:
        if not column.of_variant and not is_first:
            continue
        now = in_words(cell_of(column, after, after.variants[place], categories))
        was = ""
        if before is not None and (old is not None or not column.of_variant):
            was = in_words(cell_of(column, before, old or after.variants[place], categories))
            if value_of(column, before, old or after.variants[place]) == value_of(column, after, after.variants[place]):
                continue
        elif value_of(column, after, after.variants[place]) in (column.empty, "", None):
            continue
        found.append((column.head, was[:200], now[:200]))
    return found
