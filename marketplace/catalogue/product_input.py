"""What a farmer says of a product, and what of it is missing before it may be sold (LMIV Art. 14, PAngV)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from marketplace.catalogue.allergens import ALLERGENS
from marketplace.catalogue.food_information import NEEDED, ON_THE_FARM_ALONE, food_complaints, food_missing
from marketplace.catalogue.unit_price import usual_price
from marketplace.kernel.plain_text import one_line, paragraphs
from marketplace.kernel.words import N_, Words

Errors = dict[str, str | Words]

MOST_CENTS = 100_000_00
MOST_DEPOSIT_CENTS = 10_000_00
MOST_NET = 1_000_000
MOST_PER_CUSTOMER = 999


@dataclass(frozen=True)
class VariantInput:
    """A sale unit. Prices in gross cents; `net_quantity` in `net_unit` (g, ml, pc), the usual weight of weighed goods.

    `unit_price_cents` is asked for weighed goods alone (a kilogram); elsewhere it is computed. `drained_g`: the drained
    weight of goods in liquid, of which the unit price is then taken (PAngV § 5).
    """

    sale_unit: str
    net_quantity: int
    net_unit: str
    price_cents: int | None = None
    unit_price_cents: int | None = None
    deposit_cents: int = 0
    catch_weight: bool = False
    pooled: bool = False
    sku: str = ""
    id: int | None = None
    archived: bool = False
    drained_g: int | None = None
    most_per_customer: int | None = None


@dataclass(frozen=True)
class ProductInput:
    """A product. `state`: draft (not on sale, may be incomplete), live, archived. `season_months` empty: always.

    `nutrition`: the figures of `food_information.NUTRITION`, or None and `nutrition_exempt` says why.
    """

    name: str
    category: str
    variants: tuple[VariantInput, ...]
    description: str = ""
    ingredients: str = ""
    allergens: tuple[str, ...] = ()
    storage: str = ""
    shelf_life_days: int = 0
    origin: str = ""
    label_note: str = ""
    organic: bool = False
    min_age: int = 0
    withdrawal_excluded: bool = True
    is_food: bool = True
    vat_key: str = "reduced"
    flat_rate: bool = False
    season_months: tuple[int, ...] = ()
    lead_time_minutes: int = 0
    nutrition: Mapping[str, int] | None = None
    nutrition_exempt: str = "small_quantities"
    egg_code: str = ""
    husbandry_level: int = 0
    fish_method: str = ""
    fish_area: str = ""
    alcohol_tenths: int = 0
    raw_milk: bool = False
    state: str = "live"
    slug: str = ""


def as_kept(product: ProductInput) -> ProductInput:
    """The product with its texts as they are kept: on one line but for the description, nothing unseen in them."""
    variants = tuple(
        replace(variant, sale_unit=one_line(variant.sale_unit), sku=one_line(variant.sku))
        for variant in product.variants
    )
    return replace(
        product,
        name=one_line(product.name),
        description=paragraphs(product.description),
        ingredients=paragraphs(product.ingredients),
        storage=one_line(product.storage),
        origin=one_line(product.origin),
        label_note=one_line(product.label_note),
        egg_code=one_line(product.egg_code).upper().replace(" ", ""),
        fish_area=one_line(product.fish_area),
        nutrition=None if product.nutrition is None else dict(product.nutrition),
        variants=variants,
    )


def complaints(product: ProductInput, categories: set[str]) -> Errors:
    """What cannot be taken, by field; of a live product also what is missing."""
    errors: Errors = {}
    if not 1 <= len(product.name.strip()) <= 200:
        errors["name"] = N_("Bitte geben Sie einen Namen mit höchstens 200 Zeichen an.")
    if product.category not in categories:
        errors["category"] = N_("Diese Warengruppe gibt es nicht.")
    if unknown := [code for code in product.allergens if code not in ALLERGENS]:
        errors["allergens"] = Words(N_("Unbekanntes Allergen: %(code)s."), {"code": unknown[0][:40]})
    if product.min_age not in (0, 16, 18):
        errors["min_age"] = N_("Ein Mindestalter ist 0, 16 oder 18.")
    if product.vat_key not in ("reduced", "standard"):
        errors["vat_key"] = N_("Diesen Steuersatz gibt es nicht.")
    if product.state not in ("draft", "live", "archived"):
        errors["state"] = N_("Diesen Zustand gibt es nicht.")
    if any(not 1 <= month <= 12 for month in product.season_months):
        errors["season_months"] = N_("Ein Monat liegt zwischen 1 und 12.")
    if not 0 <= product.shelf_life_days <= 36_500:
        errors["shelf_life_days"] = N_("Die Haltbarkeit in Tagen stimmt nicht.")
    if not 0 <= product.lead_time_minutes <= 527_040:
        errors["lead_time_minutes"] = N_("Die Vorlaufzeit liegt zwischen 0 und 366 Tagen.")
    for name, most in (
        ("description", 4000),
        ("ingredients", 4000),
        ("storage", 200),
        ("origin", 200),
        ("label_note", 500),
    ):
        if len(getattr(product, name)) > most:
            errors[name] = Words(N_("Höchstens %(most)s Zeichen."), {"most": most})
    errors.update(food_complaints(product))
    if not product.variants:
        errors["variants"] = N_("Bitte geben Sie mindestens eine Verkaufseinheit an.")
    for index, variant in enumerate(product.variants):
        errors.update({f"variants.{index}.{field}": text for field, text in variant_complaints(variant).items()})
    if product.state == "live":
        errors.update({field: text for field, text in missing(product).items() if field not in errors})
    return errors


def variant_complaints(variant: VariantInput) -> Errors:
    """What cannot be taken of a sale unit."""
    errors: Errors = {}
    if not 1 <= len(variant.sale_unit.strip()) <= 100:
        errors["sale_unit"] = N_("Bitte geben Sie die Verkaufseinheit an, zum Beispiel „Beutel 1 kg“.")
    if variant.net_unit not in ("g", "ml", "pc"):
        errors["net_unit"] = N_("Die Füllmenge steht in g, ml oder Stück.")
    if not 1 <= variant.net_quantity <= MOST_NET:
        errors["net_quantity"] = N_("Bitte geben Sie die Füllmenge an.")
    if not 0 <= variant.deposit_cents <= MOST_DEPOSIT_CENTS:
        errors["deposit_cents"] = N_("Dieses Pfand stimmt nicht.")
    if variant.catch_weight:
        if variant.net_unit != "g":
            errors["net_unit"] = N_("Gewogene Ware steht in Gramm.")
        if variant.unit_price_cents is None or not 1 <= variant.unit_price_cents <= MOST_CENTS:
            errors["unit_price_cents"] = N_("Bitte geben Sie den Preis je Kilogramm an.")
        elif usual_price(variant.unit_price_cents, variant.net_quantity) > MOST_CENTS:
            errors["unit_price_cents"] = N_("Mit dem üblichen Gewicht käme das auf mehr als 100.000 €.")
    elif variant.price_cents is None or not 0 <= variant.price_cents <= MOST_CENTS:
        errors["price_cents"] = N_("Bitte geben Sie einen Preis an.")
    if variant.drained_g is not None and (
        variant.net_unit == "pc" or variant.catch_weight or not 1 <= variant.drained_g <= variant.net_quantity
    ):
        errors["drained_g"] = N_("Das Abtropfgewicht ist kleiner als die Füllmenge in g oder ml.")
    if variant.most_per_customer is not None and not 1 <= variant.most_per_customer <= MOST_PER_CUSTOMER:
        errors["most_per_customer"] = N_("Höchstens so viel je Kundin: eine Zahl ab 1.")
    if len(variant.sku) > 60:
        errors["sku"] = N_("Diese Artikelnummer ist zu lang.")
    return errors


def missing(product: ProductInput) -> Errors:
    """What a customer must be told before ordering and is not there yet.

    Ingredients: not of fresh fruit, vegetables and goods of one ingredient (LMIV Art. 19); allergens are emphasised in
    a list, so goods with allergens need one.
    """
    needed: Errors = {"raw_milk": ON_THE_FARM_ALONE} if product.raw_milk else {}
    if not product.is_food:
        return needed
    if not product.storage.strip():
        needed["storage"] = NEEDED
    if not product.origin.strip():
        needed["origin"] = NEEDED
    if product.allergens and not product.ingredients.strip():
        needed["ingredients"] = NEEDED
    return needed | food_missing(product)
