"""A farm's products as it looks after them: drafts and archived ones included."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.catalogue.models import Product, Variant
from marketplace.catalogue.product_input import ProductInput, VariantInput
from marketplace.kernel.database import db
from marketplace.kernel.errors import NotFound


@dataclass(frozen=True)
class OwnProduct:
    """A product and its sale units, archived ones last."""

    product: Product
    variants: Sequence[Variant]

    def as_input(self) -> ProductInput:
        """What its farmer would have to say to get just this."""
        plain = {name: getattr(self.product, name) for name in ProductInput.__dataclass_fields__ if name != "variants"}
        plain["allergens"] = tuple(self.product.allergens)
        plain["season_months"] = tuple(self.product.season_months)
        names = VariantInput.__dataclass_fields__
        variants = tuple(VariantInput(**{name: getattr(variant, name) for name in names}) for variant in self.variants)
        return ProductInput(variants=variants, **plain)


def own_products(farm_ids: Iterable[int], *, after: int = 0, limit: int = 50) -> list[OwnProduct]:
    """The products of these farms by id; `after` is the last id that was seen."""
    query = (
        select(Product)
        .where(Product.farm_id.in_(sorted(farm_ids)), Product.id > after)
        .order_by(Product.id)
        .limit(limit)
    )
    return _with_variants(list(db.session.scalars(query)))


def own_product(farm_ids: Iterable[int], product_id: int) -> OwnProduct:
    """One product of these farms; foreign and unknown ones are NotFound."""
    found = _with_variants(
        list(db.session.scalars(select(Product).where(Product.farm_id.in_(sorted(farm_ids)), Product.id == product_id)))
    )
    if not found:
        raise NotFound()
    return found[0]


def _with_variants(products: list[Product]) -> list[OwnProduct]:
    variants: dict[int, list[Variant]] = {product.id: [] for product in products}
    query = select(Variant).where(Variant.product_id.in_(variants)).order_by(Variant.archived, Variant.id)
    for variant in db.session.scalars(query):
        variants[variant.product_id].append(variant)
    return [OwnProduct(product, variants[product.id]) for product in products]
