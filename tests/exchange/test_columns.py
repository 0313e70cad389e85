"""Every column says back what it was told; every field of a product has its column."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.catalogue.allergens import ALLERGENS
from marketplace.catalogue.food_information import EXEMPTIONS, FISH_METHODS, NUTRITION
from marketplace.catalogue.product_input import ProductInput, VariantInput
from marketplace.exchange.cells import as_text
from marketplace.exchange.columns import COLUMNS, STATES, UNITS, VAT
from marketplace.exchange.differences import in_words
from marketplace.providers.spreadsheet_reader import as_typed

texts = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=30).filter(
    str.strip
)
whole, cents = st.integers(0, 100_000), st.integers(0, 10_000_000)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "net_quantity": whole.map(lambda value: (Decimal(value), None)),
    "net_unit": st.sampled_from(list(UNITS)).map(lambda unit: (unit, 1)),
    "drained_g": whole, "most_per_customer": whole,
    "price_cents": cents, "unit_price_cents": cents, "deposit_cents": cents,
    "state": st.sampled_from(list(STATES)), "vat_key": st.sampled_from(list(VAT)),
    "allergens": st.sets(st.sampled_from(list(ALLERGENS)), min_size=1).map(lambda found: tuple(sorted(found))),
    "season_months": st.sets(st.integers(1, 12), min_size=1).map(lambda found: tuple(sorted(found))),
    "shelf_life_days": whole, "lead_time_minutes": whole, "min_age": st.sampled_from([0, 16, 18]),
    "husbandry_level": st.integers(0, 5), "alcohol_tenths": st.integers(0, 1000),
    "nutrition_exempt": st.sampled_from(list(EXEMPTIONS)), "fish_method": st.sampled_from(list(FISH_METHODS)),
    **{f"nutrition.{key}": whole for key in NUTRITION},
}  # fmt: skip
BOOLEANS = {column.key for column in COLUMNS if column.choices == ("ja", "nein")}


def test_every_field_has_a_column() -> None:
    """What is added to a product must be thought of here too."""
    keys = {column.key.partition(".")[0] for column in COLUMNS}
    said = {field.name for kind in (ProductInput, VariantInput) for field in fields(kind)}
    assert keys == said - {"id", "slug", "variants"}
    heads = [column.head for column in COLUMNS]
    assert len(heads) == len(set(heads))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_written_is_read_again(data: st.DataObject) -> None:
    for column in COLUMNS:
        value = data.draw(VALUES.get(column.key, st.booleans() if column.key in BOOLEANS else texts))
        plain = value[0] if column.key in ("net_quantity", "net_unit") else value
        cell = column.write(plain)
        typed = [in_words(cell)]
        if isinstance(cell, Decimal | int):
            typed.append(as_typed(float(cell)))  # as it comes out of a workbook
        for text in typed:
            read = as_text(text) if column.key == "category" else column.read(text)
            assert read == value, (column.head, text)
