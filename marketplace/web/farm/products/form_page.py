"""Writing down a product: one form in steps, a preview of its card, and what the law still wants."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from marketplace.catalogue.allergens import ALLERGENS
from marketplace.catalogue.categories import all_categories
from marketplace.catalogue.food_information import EXEMPTIONS, FISH_METHODS, HUSBANDRY, NUTRITION
from marketplace.catalogue.pictures import PRODUCT_PICTURES
from marketplace.catalogue.product_input import ProductInput, VariantInput, as_kept, complaints, missing
from marketplace.catalogue.products import own_product
from marketplace.catalogue.save_product import create_product, prices_of
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.stock.change_goods import change_goods
from marketplace.web.access import allow, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.products.form import EMPTY_UNIT, MOST_UNITS, field_of, read, values_of
from marketplace.web.farm.visit import FarmHere, farm_here
from marketplace.web.farm.words import said

NEW = ProductInput(name="", category="", variants=(EMPTY_UNIT,), state="draft")
LIVE, DRAFT = "live", "draft"


@blueprint.get("/<int:farm_id>/produkte/neu")
@allow(farm_member)
def new_product(farm_id: int) -> str:
    """An empty form."""
    return _page(farm_here(farm_id), None, NEW)


@blueprint.post("/<int:farm_id>/produkte/neu")
@allow(farm_member)
def make_product(farm_id: int) -> str | Response | tuple[str, int]:
    """`tun`: live publishes, draft keeps it aside."""
    return _save(farm_here(farm_id), None, replace(NEW, variants=()))


@blueprint.get("/<int:farm_id>/produkte/<int:product_id>")
@allow(farm_member)
def product(farm_id: int, product_id: int) -> str:
    """The form of a product that is there."""
    farm = farm_here(farm_id)
    return _page(farm, product_id, own_product([farm.id], product_id).as_input())


@blueprint.post("/<int:farm_id>/produkte/<int:product_id>")
@allow(farm_member)
def save_product(farm_id: int, product_id: int) -> str | Response | tuple[str, int]:
    """Saves the whole form; what cannot be taken is said at its field, and nothing is saved."""
    farm = farm_here(farm_id)
    return _save(farm, product_id, own_product([farm.id], product_id).as_input())


@blueprint.post("/<int:farm_id>/produkte/vorschau")
@allow(farm_member)
def preview_product(farm_id: int) -> str:
    """The card as the shop would show it, and what is missing; for the page's script."""
    farm = farm_here(farm_id)
    typed, _errors = read(request.form, replace(NEW, variants=()))
    return render_template("farm/products/preview.html", **_preview(farm, None, typed))


def _save(farm: FarmHere, product_id: int | None, before: ProductInput) -> str | Response | tuple[str, int]:
    typed, errors = read(request.form, before)
    wish = request.form.get("tun", "")
    typed = replace(typed, state=wish if wish in (LIVE, DRAFT) else before.state)
    if wish == "einheit":  # one more sale unit: nothing is saved yet
        return _page(farm, product_id, replace(typed, variants=(*typed.variants, EMPTY_UNIT)), errors)
    if not errors:
        try:
            return _done(farm, product_id, typed)
        except Invalid as refusal:
            errors = {field_of(name): said(words) for name, words in refusal.errors.items()}
        except Conflict as refusal:
            errors = {"v-0-nummer": said(refusal.detail)}
    return _page(farm, product_id, typed, errors), 422


def _done(farm: FarmHere, product_id: int | None, product: ProductInput) -> Response:
    if product_id is None:
        product_id = create_product(farm.id, product)
    else:
        change_goods(farm.id, product_id, product)
    if product.state == LIVE:
        flash(_("Im Verkauf. Wie viel es gibt, sagen Sie unter „Bestand“."), "ok")
    else:
        flash(_("Gespeichert, als Entwurf."), "ok")
    return redirect(url_for("farm.product", farm_id=farm.id, product_id=product_id), 303)  # type: ignore[return-value]


def _page(farm: FarmHere, product_id: int | None, product: ProductInput, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "farm/products/form.html",
        product_id=product_id,
        errors=errors or {},
        categories=[(one.slug, one.name) for one in all_categories()],
        allergens=[(code, _(name)) for code, name in ALLERGENS.items()],
        nutrition_names={name: _(words) for name, words in NUTRITION.items()},
        exemptions=[(code, _(words)) for code, words in EXEMPTIONS.items()],
        husbandry=[(str(level), f"{level} · {_(words)}") for level, words in HUSBANDRY.items()],
        fish_methods=[(code, _(words)) for code, words in FISH_METHODS.items()],
        months=sorted(get_locale().months["stand-alone"]["wide"].items()),
        may_add=len(product.variants) < MOST_UNITS,
        **values_of(product),
        **_preview(farm, product_id, product),
    )


def _preview(farm: FarmHere, product_id: int | None, product: ProductInput) -> dict[str, Any]:
    """The card of the first sale unit that can be shown, and what is missing before going live."""
    kept = as_kept(product)
    unit = next((unit for unit in kept.variants if _can_be_shown(unit)), None)
    known = {one.slug for one in all_categories()}
    needed = missing(kept) | complaints(replace(kept, state=DRAFT), known)
    pictures = PRODUCT_PICTURES.own(farm.id, product_id) if product_id is not None else []
    return {
        "card": _card(farm, kept, unit, pictures[0].media_key if pictures else None) if unit else None,
        "needed": {field_of(name): (name, said_of(words)) for name, words in needed.items()},
        "pictures": pictures,
    }


def said_of(words: Any) -> str:
    """A complaint of the domain in the reader's language, with values or without."""
    return _(words) if isinstance(words, str) else said(words)


def _can_be_shown(unit: VariantInput) -> bool:
    price = unit.unit_price_cents if unit.catch_weight else unit.price_cents
    return bool(not unit.archived and unit.sale_unit and price and unit.net_quantity)


def _card(farm: FarmHere, product: ProductInput, unit: VariantInput, picture: str | None) -> dict[str, Any]:
    price, per_basis, basis = prices_of(unit)
    return {
        "name": product.name or _("Name des Produkts"),
        "url": "#vorschau",
        "farm": farm.name,
        "sale_unit": unit.sale_unit,
        "price_cents": price,
        "unit_price_cents": per_basis,
        "unit_price_basis": basis,
        "catch_weight": unit.catch_weight,
        "deposit_cents": unit.deposit_cents,
        "organic": product.organic,
        "min_age": product.min_age,
        "allergens": [_(ALLERGENS[code]) for code in product.allergens if code in ALLERGENS],
        "picture": f"/bilder/{picture}" if picture else None,
    }
