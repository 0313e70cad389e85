"""A farm's products over the API."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from flask import url_for
from pydantic import BaseModel, Field

from marketplace.catalogue.product_input import ProductInput, VariantInput, missing
from marketplace.catalogue.products import OwnProduct, own_product, own_products
from marketplace.catalogue.save_product import create_product
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.ids import MAX_ID, id_from_text
from marketplace.kernel.words import N_
from marketplace.stock.change_goods import change_goods
from marketplace.web.access import allow, current_actor, farm_member
from marketplace.web.api.farm_asked import farm_asked
from marketplace.web.api.frame import api, described, taken
from marketplace.web.api.kinds import IdText
from marketplace.web.api.paging import PAGE_ARGUMENTS, page_asked

Number = Annotated[int, Field(ge=-MAX_ID, le=MAX_ID)]  # whether it fits is the domain's word

NEW = ProductInput(name="", category="", variants=())
NEW_VARIANT = VariantInput(sale_unit="", net_quantity=0, net_unit="")


class VariantGiven(BaseModel):
    """A sale unit; with an `id` the one that is there is changed."""

    id: IdText | None = None
    sku: str = Field("", max_length=60)
    sale_unit: str = Field("", max_length=100)
    net_quantity: Number = 0
    net_unit: str = Field("", max_length=2)
    catch_weight: bool = False
    price_cents: Number | None = None
    unit_price_cents: Number | None = None
    deposit_cents: Number = 0
    pooled: bool = False
    archived: bool = False
    drained_g: Number | None = None
    most_per_customer: Number | None = None


class ProductGiven(BaseModel):
    """A product, or what changes of it. `farm` when one belongs to several."""

    farm: IdText | None = None
    name: str = Field("", max_length=200)
    category: str = Field("", max_length=100)
    description: str = Field("", max_length=4000)
    ingredients: str = Field("", max_length=4000)
    allergens: list[str] = Field([], max_length=50)
    storage: str = Field("", max_length=200)
    shelf_life_days: Number = 0
    origin: str = Field("", max_length=200)
    label_note: str = Field("", max_length=500)
    organic: bool = False
    min_age: Number = 0
    withdrawal_excluded: bool = True
    is_food: bool = True
    vat_key: str = Field("reduced", max_length=20)
    flat_rate: bool = False
    season_months: list[Number] = Field([], max_length=12)
    lead_time_minutes: Number = 0
    nutrition: dict[str, Number] | None = Field(None, max_length=20)
    nutrition_exempt: str = Field("small_quantities", max_length=40)
    egg_code: str = Field("", max_length=20)
    husbandry_level: Number = 0
    fish_method: str = Field("", max_length=20)
    fish_area: str = Field("", max_length=200)
    alcohol_tenths: Number = 0
    raw_milk: bool = False
    state: str = Field("", max_length=20)
    variants: list[VariantGiven] = Field([], max_length=50)


@api.get("/farm/products")
@allow(farm_member)
@described(is_list=True, arguments=PAGE_ARGUMENTS)
def farm_products() -> Any:
    """The products of one's farms, drafts and archived ones included."""
    page = page_asked(id=int)
    found = own_products(current_actor().farm_ids, after=page.after[0] if page.after else 0, limit=page.limit + 1)
    return page.answer(found, product_json, lambda own: (own.product.id,))


@api.get("/farm/products/<product>")
@allow(farm_member)
def farm_product(product: str) -> Any:
    """One product of one's farms."""
    return product_json(_own(product))


@api.post("/farm/products")
@allow(farm_member)
@described(takes=ProductGiven, status=201, refuses=("validation", "conflict"))
def new_farm_product() -> Any:
    """A new product; without a `state` it goes live at once when nothing is missing, else it is a draft."""
    asked = taken(ProductGiven)
    farm_id = farm_asked(asked.farm)
    wanted = put_product(asked, NEW)
    if not asked.state:
        wanted = replace(wanted, state="draft" if missing(wanted) else "live")
    made = own_product([farm_id], create_product(farm_id, wanted))
    place = url_for("api.farm_product", product=str(made.product.id))
    return product_json(made), 201, {"Location": place}


@api.patch("/farm/products/<product>")
@allow(farm_member)
@described(takes=ProductGiven, refuses=("validation", "conflict", "not-found"))
def change_farm_product(product: str) -> Any:
    """Changes what is named. Of `variants`: those with an id are changed, those without are new, others stay."""
    own = _own(product)
    change_goods(own.product.farm_id, own.product.id, put_product(taken(ProductGiven), own.as_input()))
    return product_json(_own(product))


def _own(product: str) -> OwnProduct:
    number = id_from_text(product)
    if number is None:
        raise NotFound()
    return own_product(current_actor().farm_ids, number)


def put_product(asked: ProductGiven, before: ProductInput) -> ProductInput:
    """`before` with what was given; the domain says what of it cannot be taken."""
    given = asked.model_dump(include=asked.model_fields_set - {"farm", "variants"})
    for name in ("allergens", "season_months"):
        if name in given:
            given[name] = tuple(given[name])
    variants = list(before.variants)
    for index, variant in enumerate(asked.variants):
        put_variant(variant, variants, f"variants.{index}.id")
    return replace(before, **given, variants=tuple(variants))


def put_variant(asked: VariantGiven, variants: list[VariantInput], field: str) -> None:
    """A sale unit takes the place of the one with its id, or is added."""
    given = asked.model_dump(include=asked.model_fields_set - {"id"})
    if asked.id is None:
        variants.append(replace(NEW_VARIANT, **given))
        return
    number = id_from_text(asked.id)
    for place, variant in enumerate(variants):
        if variant.id is not None and variant.id == number:
            variants[place] = replace(variant, **given)
            return
    raise Invalid({field: N_("Diese Verkaufseinheit gibt es nicht.")})


def product_json(own: OwnProduct) -> dict[str, Any]:
    product = own.product
    return {
        "id": str(product.id),
        "farm": str(product.farm_id),
        "slug": product.slug,
        "name": product.name,
        "category": product.category,
        "description": product.description,
        "ingredients": product.ingredients,
        "allergens": list(product.allergens),
        "storage": product.storage,
        "shelf_life_days": product.shelf_life_days,
        "origin": product.origin,
        "label_note": product.label_note,
        "organic": product.organic,
        "min_age": product.min_age,
        "withdrawal_excluded": product.withdrawal_excluded,
        "is_food": product.is_food,
        "vat_key": product.vat_key,
        "flat_rate": product.flat_rate,
        "season_months": list(product.season_months),
        "lead_time_minutes": product.lead_time_minutes,
        "nutrition": product.nutrition,
        "nutrition_exempt": product.nutrition_exempt,
        "egg_code": product.egg_code,
        "husbandry_level": product.husbandry_level,
        "fish_method": product.fish_method,
        "fish_area": product.fish_area,
        "alcohol_tenths": product.alcohol_tenths,
        "raw_milk": product.raw_milk,
        "state": product.state,
        "missing": sorted(missing(own.as_input())),
        "variants": [
            {
                "id": str(variant.id),
                "sku": variant.sku,
                "sale_unit": variant.sale_unit,
                "net_quantity": variant.net_quantity,
                "net_unit": variant.net_unit,
                "drained_g": variant.drained_g,
                "most_per_customer": variant.most_per_customer,
                "catch_weight": variant.catch_weight,
                "price_cents": variant.price_cents,
                "unit_price_cents": variant.unit_price_cents,
                "unit_price_basis": variant.unit_price_basis,
                "deposit_cents": variant.deposit_cents,
                "pooled": variant.pooled,
                "archived": variant.archived,
            }
            for variant in own.variants
        ],
    }
