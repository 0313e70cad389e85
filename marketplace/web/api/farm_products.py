"""A farm's products over the API."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import url_for

from marketplace.catalogue.product_input import ProductInput, VariantInput, missing
from marketplace.catalogue.products import OwnProduct, own_product, own_products
from marketplace.catalogue.save_product import change_product, create_product
from marketplace.kernel.errors import NotFound
from marketplace.kernel.ids import id_from_text
from marketplace.kernel.words import N_
from marketplace.web.access import allow, current_actor, farm_member
from marketplace.web.api.farm_asked import farm_asked
from marketplace.web.api.fields import Fields, body
from marketplace.web.api.frame import api
from marketplace.web.api.paging import page_asked

NEW = ProductInput(name="", category="", variants=())
NEW_VARIANT = VariantInput(sale_unit="", net_quantity=0, net_unit="")


@api.get("/farm/products")
@allow(farm_member)
def farm_products() -> Any:
    """The products of one's farms, drafts and archived ones included."""
    page = page_asked(id=int)
    found = own_products(current_actor().farm_ids, after=page.after[0] if page.after else 0, limit=page.limit + 1)
    return page.answer(found, product_json, lambda own: (own.product.id,))


@api.get("/farm/products/<product>")
@allow(farm_member)
def farm_product(product: str) -> Any:
    return product_json(_own(product))


@api.post("/farm/products")
@allow(farm_member)
def new_farm_product() -> Any:
    """A new product; without a `state` it goes live at once when nothing is missing, else it is a draft."""
    with body() as given:
        farm_id = farm_asked(given)
        wanted = product_asked(given, NEW, [])
    if "state" not in given:
        wanted = replace(wanted, state="draft" if missing(wanted) else "live")
    made = own_product([farm_id], create_product(farm_id, wanted))
    place = url_for("api.farm_product", product=str(made.product.id))
    return product_json(made), 201, {"Location": place}


@api.patch("/farm/products/<product>")
@allow(farm_member)
def change_farm_product(product: str) -> Any:
    """Changes what is named. Of `variants`: those with an id are changed, those without are new, others stay."""
    own = _own(product)
    before = own.as_input()
    with body() as given:
        wanted = product_asked(given, before, list(before.variants))
    change_product(own.product.farm_id, own.product.id, wanted)
    return product_json(_own(product))


def _own(product: str) -> OwnProduct:
    number = id_from_text(product)
    if number is None:
        raise NotFound()
    return own_product(current_actor().farm_ids, number)


def product_asked(given: Fields, before: ProductInput, variants: list[VariantInput]) -> ProductInput:
    """`before` with what was given; the domain says what of it cannot be taken."""
    wanted = replace(
        before,
        name=given.text("name", before.name, most=200),
        category=given.text("category", before.category, most=100),
        description=given.text("description", before.description),
        ingredients=given.text("ingredients", before.ingredients),
        allergens=given.texts("allergens", before.allergens),
        storage=given.text("storage", before.storage, most=200),
        shelf_life_days=given.whole("shelf_life_days", before.shelf_life_days),
        origin=given.text("origin", before.origin, most=200),
        label_note=given.text("label_note", before.label_note, most=500),
        organic=given.flag("organic", before.organic),
        min_age=given.whole("min_age", before.min_age),
        withdrawal_excluded=given.flag("withdrawal_excluded", before.withdrawal_excluded),
        is_food=given.flag("is_food", before.is_food),
        vat_key=given.text("vat_key", before.vat_key, most=20),
        flat_rate=given.flag("flat_rate", before.flat_rate),
        season_months=given.wholes("season_months", before.season_months),
        lead_time_minutes=given.whole("lead_time_minutes", before.lead_time_minutes),
        state=given.text("state", before.state, most=20),
    )
    if "variants" in given:
        for item in given.objects("variants", most=50):
            put_variant(item, variants)
    return replace(wanted, variants=tuple(variants))


def put_variant(given: Fields, variants: list[VariantInput]) -> None:
    """A sale unit takes the place of the one with its id, or is added."""
    number = given.id("id", None)
    places = [place for place, variant in enumerate(variants) if number is not None and variant.id == number]
    if number is not None and not places:
        given.note("id", N_("Diese Verkaufseinheit gibt es nicht."))
        return
    before = variants[places[0]] if places else NEW_VARIANT
    wanted = replace(
        before,
        sku=given.text("sku", before.sku, most=60),
        sale_unit=given.text("sale_unit", before.sale_unit, most=100),
        net_quantity=given.whole("net_quantity", before.net_quantity),
        net_unit=given.text("net_unit", before.net_unit, most=2),
        catch_weight=given.flag("catch_weight", before.catch_weight),
        price_cents=given.whole("price_cents", before.price_cents),
        unit_price_cents=given.whole("unit_price_cents", before.unit_price_cents),
        deposit_cents=given.whole("deposit_cents", before.deposit_cents),
        pooled=given.flag("pooled", before.pooled),
        archived=given.flag("archived", before.archived),
    )
    if places:
        variants[places[0]] = wanted
    else:
        variants.append(wanted)


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
        "state": product.state,
        "missing": sorted(missing(own.as_input())),
        "variants": [
            {
                "id": str(variant.id),
                "sku": variant.sku,
                "sale_unit": variant.sale_unit,
                "net_quantity": variant.net_quantity,
                "net_unit": variant.net_unit,
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
