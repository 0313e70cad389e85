"""A farm's products, and its stock of a day, as tables: the same columns that come back in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.catalogue.categories import all_categories
from marketplace.exchange.columns import COLUMNS, Cell, text
from marketplace.exchange.differences import as_comparable, cell_of
from marketplace.exchange.plan_products import shelf_of
from marketplace.exchange.plan_stock import STOCK_HEADS, UNLIMITED, cents, goods_of_day


@dataclass(frozen=True)
class Table:
    """Heads, rows, and the words that are allowed by head. Texts are defused already; numbers are numbers."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    allowed: Sequence[tuple[str, str, Sequence[str]]] = ()  # (head, what to know, words)


def products_table(farm_id: int) -> Table:
    """All products of a farm, a line a sale unit, archived ones too."""
    shelf = shelf_of(farm_id)
    rows = []
    for own in sorted(shelf.products.values(), key=lambda it: (it.product.sort_key, it.product.id)):
        product = as_comparable(own.as_input())
        rows += [[cell_of(column, product, variant, shelf.names) for column in COLUMNS] for variant in product.variants]
    return Table("Produkte", [column.head for column in COLUMNS], rows, legend())


def products_template() -> Table:
    """The heads and one line as an example: a draft, so that nothing is sold by mistake."""
    return Table("Produkte", [column.head for column in COLUMNS], [[column.example for column in COLUMNS]], legend())


def legend() -> list[tuple[str, str, Sequence[str]]]:
    """What may stand in which column."""
    shelves = [shelf.name for shelf in all_categories()]
    return [
        (column.head, column.note, shelves if column.key == "category" else column.choices)
        for column in COLUMNS
        if column.note or column.choices or column.key == "category"
    ]


def stock_table(farm_id: int, market_day_id: int) -> Table:
    """What is on sale on the day and what could be: an empty amount is not on sale."""
    rows: list[list[Cell]] = []
    for row in goods_of_day(farm_id, market_day_id):
        offered = row.offer_id is not None
        amount: Cell = "" if not offered else UNLIMITED if row.capacity is None else row.capacity
        price = cents(row.price_cents if offered else row.usual_cents)
        paused = "" if not offered else "ja" if row.paused else "nein"
        rows.append(
            [
                text(row.sku),
                f"{row.date:%d.%m.%Y}",
                text(row.name),
                text(row.sale_unit),
                row.taken or 0,
                amount,
                price,
                paused,
            ]
        )
    return Table("Bestand", list(STOCK_HEADS.values()), rows)
