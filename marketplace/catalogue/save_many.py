"""Many products at once, in a handful of statements: what `create_product` and `change_product` write one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update

from marketplace.catalogue.models import PriceChange, Product, Variant
from marketplace.catalogue.names import slug
from marketplace.catalogue.product_input import ProductInput, as_kept
from marketplace.catalogue.save_product import (
    WHAT_IT_IS,
    change_product,
    columns_of,
    create_product,
    is_another_unit,
    refuse_faults,
    values_of,
)
from marketplace.farms.models import Farm
from marketplace.kernel.database import command, db
from marketplace.kernel.errors import NotFound

Wanted = Sequence[tuple[int | None, ProductInput]]


@command
def save_products(farm_id: int, wanted: Wanted, categories: set[str]) -> None:
    """Each product (with its id, or None for a new one) is as it is said. Refuses what the two commands refuse.

    Their own statements are used where more than plain writing is asked: units without a number, new units of a product
    that is there, stock that is to last over days from now on, units that become other ones.
    """
    market_id = db.session.scalar(select(Farm.market_id).where(Farm.id == farm_id).with_for_update(key_share=True))
    if market_id is None:
        raise NotFound()
    kept = _variants_of(farm_id, [number for number, _ in wanted if number is not None])
    new: list[ProductInput] = []
    changed: list[tuple[int, ProductInput]] = []
    for number, said in wanted:
        product = as_kept(said)
        if number is None:
            refuse_faults(product, categories)
            new.append(product)
        elif _only_writes(product, kept.get(number, {})):
            refuse_faults(product, categories)
            changed.append((number, product))
        else:
            change_product(farm_id, number, product)
    plain = [product for product in new if _can_be_made(product)]
    _make(farm_id, market_id, plain)
    _change(changed, kept)
    for product in new:
        if product not in plain:
            create_product(farm_id, product, categories=categories)
    db.session.expire_all()


def _variants_of(farm_id: int, numbers: list[int]) -> dict[int, dict[int, Any]]:
    """The units of the products as they are, by product and id; the products are locked. Foreign ones have none."""
    db.session.execute(
        select(Product.id)
        .where(Product.id.in_(numbers), Product.farm_id == farm_id)
        .order_by(Product.id)
        .with_for_update()
    )
    found: dict[int, dict[int, Any]] = {}
    columns = (Variant.id, Variant.product_id, Variant.pooled, Variant.price_cents, Variant.unit_price_cents)
    query = select(*columns, *(getattr(Variant, name) for name in WHAT_IT_IS)).where(
        Variant.product_id.in_(numbers), Variant.farm_id == farm_id
    )
    for row in db.session.execute(query):
        found.setdefault(row.product_id, {})[row.id] = row
    return found


def _only_writes(product: ProductInput, kept: dict[int, Any]) -> bool:
    named = {variant.id: variant for variant in product.variants}
    return (
        bool(kept)
        and set(named) == set(kept)
        and all(named[number].pooled == kept[number].pooled for number in kept)
        and not any(is_another_unit(kept[number], named[number]) for number in kept)
    )


def _can_be_made(product: ProductInput) -> bool:
    return all(variant.sku for variant in product.variants)


def _make(farm_id: int, market_id: int, products: list[ProductInput]) -> None:
    if not products:
        return
    taken = set(db.session.scalars(select(Product.slug).where(Product.market_id == market_id)))
    lines = []
    for product in products:
        lines.append({
            "farm_id": farm_id, "market_id": market_id, "slug": _free(product.slug or slug(product.name), taken),
            **columns_of(product),
        })  # fmt: skip
    made = db.session.scalars(insert(Product).returning(Product.id, sort_by_parameter_order=True), lines).all()
    units = [
        {"product_id": number, "farm_id": farm_id, "sku": variant.sku, **values_of(variant)}
        for number, product in zip(made, products, strict=True)
        for variant in product.variants
    ]
    numbers = db.session.scalars(insert(Variant).returning(Variant.id, sort_by_parameter_order=True), units).all()
    _note_prices(list(zip(numbers, units, strict=True)))


def _change(changed: list[tuple[int, ProductInput]], kept: dict[int, dict[int, Any]]) -> None:
    if not changed:
        return
    db.session.execute(update(Product), [{"id": number, **columns_of(product)} for number, product in changed])
    units = [{"id": variant.id, **values_of(variant)} for _, product in changed for variant in product.variants]
    before = {number: row for rows in kept.values() for number, row in rows.items()}
    dearer = [
        (unit["id"], unit)
        for unit in units
        if (unit["price_cents"], unit["unit_price_cents"])
        != (before[unit["id"]].price_cents, before[unit["id"]].unit_price_cents)
    ]
    db.session.execute(update(Variant), units)
    _note_prices(dearer)


def _note_prices(prices: list[tuple[int, dict[str, Any]]]) -> None:
    if prices:
        db.session.execute(insert(PriceChange), [
            {"variant_id": number, "price_cents": unit["price_cents"], "unit_price_cents": unit["unit_price_cents"]}
            for number, unit in prices
        ])  # fmt: skip


def _free(wanted: str, taken: set[str]) -> str:
    number, found = 1, wanted
    while found in taken:
        number += 1
        found = f"{wanted}-{number}"
    taken.add(found)
    return found
