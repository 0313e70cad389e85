"""A farmer writes down a product, or changes it. Prices keep their history."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update

from marketplace.catalogue.categories import all_categories
from marketplace.catalogue.models import PriceChange, Product, Variant
from marketplace.catalogue.names import slug, sort_key
from marketplace.catalogue.product_input import ProductInput, VariantInput, as_kept, complaints
from marketplace.catalogue.unit_price import unit_price, usual_price
from marketplace.farms.models import Farm
from marketplace.kernel.database import command, db, execute, rows
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.words import N_

COLUMNS = [
    name for name in ProductInput.__dataclass_fields__ if name not in ("variants", "slug", "allergens", "season_months")
]

WHAT_IT_IS = ("net_quantity", "net_unit", "drained_g", "catch_weight")


@command
def create_product(farm_id: int, product: ProductInput, *, categories: set[str] | None = None) -> int:
    """A new product with its variants; its id. Raises Invalid with every field that is wrong or missing.

    `categories`: the known shelves, when many products are made at once.
    """
    product = as_kept(product)
    refuse_faults(product, categories)
    farm = db.session.execute(
        select(Farm.market_id, Farm.code).where(Farm.id == farm_id).with_for_update(key_share=True)
    ).one_or_none()
    if farm is None:
        raise NotFound()
    made = db.session.scalar(
        insert(Product)
        .values(
            farm_id=farm_id,
            market_id=farm.market_id,
            slug=free_slug(farm.market_id, product.slug or slug(product.name)),
            **columns_of(product),
        )
        .returning(Product.id)
    )
    assert made is not None
    for variant in product.variants:
        add_variant(made, farm_id, variant, farm.code)
    return int(made)


@command
def change_product(farm_id: int, product_id: int, product: ProductInput) -> None:
    """The product is as `product` says from now on.

    Variants with an id are changed, others added, missing ones archived. Orders keep what was agreed. Another farm's
    product is NotFound, an unknown variant Invalid.
    """
    product = as_kept(product)
    refuse_faults(product, None)
    found = db.session.execute(
        select(Product.id, Farm.code).join(Farm, Farm.id == Product.farm_id)
        .where(Product.id == product_id, Product.farm_id == farm_id).with_for_update(of=Product)
    ).one_or_none()  # fmt: skip
    if found is None:
        raise NotFound()
    db.session.execute(update(Product).where(Product.id == product_id).values(**columns_of(product)))
    kept = {row.id: row for row in db.session.scalars(select(Variant).where(Variant.product_id == product_id))}
    named = [variant.id for variant in product.variants if variant.id is not None]
    if any(number not in kept for number in named) or len(set(named)) != len(named):
        raise Invalid({"variants": N_("Diese Verkaufseinheit gibt es nicht.")})
    _hold_orders(kept, product)
    for variant in product.variants:
        if variant.id is None:
            add_variant(product_id, farm_id, variant, found.code)
        else:
            change_variant(kept[variant.id], variant)
    for number in kept.keys() - set(named):
        db.session.execute(update(Variant).where(Variant.id == number).values(archived=True))
    db.session.expire_all()


def refuse_faults(product: ProductInput, categories: set[str] | None) -> None:
    known = {category.slug for category in all_categories()} if categories is None else categories
    if errors := complaints(product, known):
        raise Invalid(errors)


def columns_of(product: ProductInput) -> dict[str, Any]:
    """The product's own columns."""
    values: dict[str, Any] = {name: getattr(product, name) for name in COLUMNS}
    values["sort_key"] = sort_key(product.name)
    values["allergens"] = sorted(set(product.allergens))
    values["season_months"] = sorted(set(product.season_months))
    return values


def prices_of(variant: VariantInput) -> tuple[int, int | None, str | None]:
    """(price of a sale unit, Grundpreis, its basis), all in cents."""
    if variant.catch_weight:
        assert variant.unit_price_cents is not None
        return usual_price(variant.unit_price_cents, variant.net_quantity), variant.unit_price_cents, "kg"
    assert variant.price_cents is not None
    if variant.drained_g is not None:
        return variant.price_cents, *unit_price(variant.price_cents, variant.drained_g, "g")
    return variant.price_cents, *unit_price(variant.price_cents, variant.net_quantity, variant.net_unit)


def values_of(variant: VariantInput) -> dict[str, Any]:
    price, per_basis, basis = prices_of(variant)
    return {
        "sale_unit": variant.sale_unit,
        "net_quantity": variant.net_quantity,
        "net_unit": variant.net_unit,
        "drained_g": variant.drained_g,
        "most_per_customer": variant.most_per_customer,
        "catch_weight": variant.catch_weight,
        "price_cents": price,
        "unit_price_cents": per_basis,
        "unit_price_basis": basis,
        "deposit_cents": variant.deposit_cents,
        "pooled": variant.pooled,
        "archived": variant.archived,
    }


def add_variant(product_id: int, farm_id: int, variant: VariantInput, farm_code: str) -> int:
    """A new sale unit and the first row of its price history. An article number that the farm has already: Conflict."""
    values = values_of(variant)
    sku = variant.sku or next_sku(farm_id, farm_code)
    _refuse_taken(farm_id, sku)
    made = db.session.scalar(
        insert(Variant).values(product_id=product_id, farm_id=farm_id, sku=sku, **values).returning(Variant.id)
    )
    assert made is not None
    note_price(made, values)
    return int(made)


def _refuse_taken(farm_id: int, sku: str) -> None:
    taken = db.session.scalar(select(Variant.id).where(Variant.farm_id == farm_id, Variant.sku == sku))
    if taken is not None:
        raise Conflict(N_("Die Artikelnummer %(sku)s ist schon vergeben."), sku=sku)


def change_variant(kept: Variant, variant: VariantInput) -> None:
    """Whether stock lasts over days is settled with the first market day; the price may change at any time.

    A new price is that of the market days opened from then on; what is on sale follows at once when the unit itself
    becomes another one.
    """
    values = values_of(variant)
    if values["pooled"] != kept.pooled and rows("SELECT 1 FROM stock WHERE variant_id = :id LIMIT 1", id=kept.id):
        raise Conflict(N_("Ob der Vorrat über mehrere Markttage reicht, lässt sich nicht mehr ändern."))
    if (values["price_cents"], values["unit_price_cents"]) != (kept.price_cents, kept.unit_price_cents):
        note_price(kept.id, values)
    if variant.sku and variant.sku != kept.sku:
        _refuse_taken(kept.farm_id, variant.sku)
        values["sku"] = variant.sku
    becomes_another = is_another_unit(kept, variant)
    db.session.execute(update(Variant).where(Variant.id == kept.id).values(**values))
    if becomes_another:
        _follow_on_sale(kept.id, values)


def _hold_orders(kept: dict[int, Variant], product: ProductInput) -> None:
    """Stock of units that become other ones, in id order (docs/locks.md): nobody orders while they do."""
    others = [unit.id for unit in product.variants if unit.id is not None and is_another_unit(kept[unit.id], unit)]
    if others:
        rows("SELECT id FROM stock WHERE variant_id = ANY(:ids) ORDER BY id FOR UPDATE", ids=others)


def is_another_unit(kept: Any, variant: VariantInput) -> bool:
    """Is something else sold than before: another weight, drained weight, or by the scale?"""
    return any(getattr(kept, name) != getattr(variant, name) for name in WHAT_IT_IS)


def _follow_on_sale(variant_id: int, values: dict[str, Any]) -> None:
    """What can be ordered already gets the price of what it is now; a price of the day was one for something else."""
    execute(
        "UPDATE offer SET price_cents = :price, unit_price_cents = :unit_price, updated_at = clock_timestamp()"
        " WHERE variant_id = :id AND closes_at > app_now()",
        price=values["price_cents"],
        unit_price=values["unit_price_cents"],
        id=variant_id,
    )


@command
def change_price(farm_id: int, variant_id: int, cents: int) -> None:
    """From the next market day that is opened on the variant costs `cents` (weighed goods: a kilogram)."""
    kept = db.session.scalar(
        select(Variant).where(Variant.id == variant_id, Variant.farm_id == farm_id).with_for_update()
    )
    if kept is None:
        raise NotFound()
    said = VariantInput(
        kept.sale_unit, kept.net_quantity, kept.net_unit, cents, cents, kept.deposit_cents, kept.catch_weight,
        kept.pooled, kept.sku, kept.id, kept.archived, kept.drained_g,
        kept.most_per_customer,
    )  # fmt: skip
    if not isinstance(cents, int) or not 1 <= cents <= 100_000_00:
        raise Invalid({"price_cents": N_("Bitte geben Sie einen Preis an.")})
    change_variant(kept, said)
    db.session.expire_all()


def note_price(variant_id: int, values: dict[str, Any]) -> None:
    db.session.execute(
        insert(PriceChange).values(
            variant_id=variant_id, price_cents=values["price_cents"], unit_price_cents=values["unit_price_cents"]
        )
    )


def free_slug(market_id: int, wanted: str) -> str:
    """`wanted`, with a number behind it when the market has it already."""
    taken = set(
        db.session.scalars(select(Product.slug).where(Product.market_id == market_id, Product.slug.like(wanted + "%")))
    )
    number, found = 1, wanted
    while found in taken:
        number += 1
        found = f"{wanted}-{number}"
    return found


def next_sku(farm_id: int, farm_code: str) -> str:
    """The farm's next article number; the farm's row is locked by the caller's product."""
    used = set(db.session.scalars(select(Variant.sku).where(Variant.farm_id == farm_id)))
    number = len(used) + 1
    while f"{farm_code}-{number:02d}" in used:
        number += 1
    return f"{farm_code}-{number:02d}"
