"""The form of a product: what stands in its fields, and what was typed into them as the domain understands it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from werkzeug.datastructures import MultiDict

from marketplace.catalogue.food_information import NUTRITION
from marketplace.catalogue.product_input import ProductInput, VariantInput
from marketplace.kernel.ids import id_from_text
from marketplace.web.farm.products.typed import Typed, shown

HOURS = 60
MOST_UNITS = 20
# The domain's fields, and the ids of the form's.
FIELDS = {
    "name": "name", "category": "gruppe", "description": "beschreibung", "ingredients": "zutaten",
    "allergens": "allergene", "storage": "aufbewahren", "shelf_life_days": "haltbar", "origin": "herkunft",
    "label_note": "hinweis", "min_age": "alter", "season_months": "saison", "lead_time_minutes": "vorlauf",
    "vat_key": "steuer", "nutrition": "naehrwert-energy_kj", "nutrition_exempt": "naehrwert-grund",
    "egg_code": "eier", "husbandry_level": "haltung", "fish_method": "fisch-art", "fish_area": "fisch-gebiet",
    "alcohol_tenths": "alkohol", "raw_milk": "rohmilch", "variants": "v-0-einheit", "state": "name",
}  # fmt: skip
UNIT_FIELDS = {
    "sale_unit": "einheit", "net_quantity": "menge", "net_unit": "masseinheit", "price_cents": "preis",
    "unit_price_cents": "preis", "deposit_cents": "pfand", "sku": "nummer", "drained_g": "abtropf",
    "most_per_customer": "hoechstens",
}  # fmt: skip
EMPTY_UNIT = VariantInput(sale_unit="", net_quantity=0, net_unit="g")


def field_of(domain: str) -> str:
    """The id of the form's field that a field of the domain stands in: `variants.1.sku` is `v-1-nummer`."""
    head, *rest = domain.split(".")
    if head == "variants" and len(rest) == 2:
        return f"v-{rest[0]}-{UNIT_FIELDS.get(rest[1], 'einheit')}"
    if head == "nutrition" and rest:
        return f"naehrwert-{rest[0]}"
    return FIELDS.get(head, "name")


def read(fields: MultiDict[str, str], before: ProductInput) -> tuple[ProductInput, dict[str, str]]:
    """(the product as typed, what could not be read by field). Sale units not in the form stay as they were."""
    typed = Typed(fields)
    product = replace(
        before,
        name=typed.text("name"),
        category=typed.text("gruppe"),
        description=typed.text("beschreibung"),
        ingredients=typed.text("zutaten"),
        allergens=tuple(fields.getlist("allergene")),
        storage=typed.text("aufbewahren"),
        shelf_life_days=typed.whole("haltbar") or 0,
        origin=typed.text("herkunft"),
        label_note=typed.text("hinweis"),
        organic=typed.ticked("bio"),
        min_age=typed.whole("alter") or 0,
        withdrawal_excluded=typed.ticked("widerruf"),
        is_food=typed.ticked("lebensmittel"),
        vat_key=typed.text("steuer") or "reduced",
        flat_rate=typed.ticked("pauschal"),
        season_months=tuple(int(month) for month in fields.getlist("saison") if month.isdigit() and len(month) < 3),
        lead_time_minutes=(typed.whole("vorlauf") or 0) * HOURS,
        nutrition=_nutrition(typed),
        nutrition_exempt=typed.text("naehrwert-grund"),
        egg_code=typed.text("eier"),
        husbandry_level=typed.whole("haltung") or 0,
        fish_method=typed.text("fisch-art"),
        fish_area=typed.text("fisch-gebiet"),
        alcohol_tenths=typed.parts("alkohol", 10, "% vol") or 0,
        raw_milk=typed.ticked("rohmilch"),
        variants=_units(typed, before.variants),
    )
    return product, typed.errors


def _nutrition(typed: Typed) -> dict[str, int] | None:
    """The seven figures, None when none was typed; a figure left out is missing, and said to be."""
    figures = {
        name: typed.whole(f"naehrwert-{name}") if name == "energy_kj" else typed.parts(f"naehrwert-{name}", 100, "g")
        for name in NUTRITION
    }
    told = {name: value for name, value in figures.items() if value is not None}
    return told or None


def _units(typed: Typed, before: Sequence[VariantInput]) -> tuple[VariantInput, ...]:
    known = {unit.id: unit for unit in before}
    found: list[VariantInput] = []
    seen: set[int] = set()
    for index in range(MOST_UNITS):
        where = f"v-{index}-"
        number = id_from_text(typed.text(where + "id"))
        if not typed.text(where + "einheit") and number is None:
            continue
        kept = known.get(number)
        if kept is not None and kept.id is not None:
            seen.add(kept.id)
        found.append(_unit(typed, where, kept or replace(EMPTY_UNIT, id=number)))
    return (*found, *(unit for unit in before if unit.id not in seen))


def _unit(typed: Typed, where: str, kept: VariantInput) -> VariantInput:
    price = typed.parts(where + "preis", 100)
    weighed = typed.ticked(where + "gewogen")
    return replace(
        kept,
        sale_unit=typed.text(where + "einheit"),
        net_quantity=typed.whole(where + "menge") or 0,
        net_unit=typed.text(where + "masseinheit") or "g",
        catch_weight=weighed,
        price_cents=None if weighed else price,
        unit_price_cents=price if weighed else None,
        deposit_cents=typed.parts(where + "pfand", 100) or 0,
        pooled=typed.ticked(where + "vorrat"),
        sku=typed.text(where + "nummer"),
        archived=typed.ticked(where + "weg"),
        drained_g=typed.whole(where + "abtropf"),
        most_per_customer=typed.whole(where + "hoechstens"),
    )


def values_of(product: ProductInput) -> dict[str, Any]:
    """What stands in the fields of the form for a product."""
    return {
        "product": product,
        "lead_hours": product.lead_time_minutes // HOURS or "",
        "alcohol": shown(product.alcohol_tenths, 10) if product.alcohol_tenths else "",
        "nutrition": {name: _figure(product.nutrition, name) for name in NUTRITION},
        "units": [_unit_values(unit) for unit in product.variants or (EMPTY_UNIT,)],
    }


def _figure(nutrition: Mapping[str, int] | None, name: str) -> str:
    value = (nutrition or {}).get(name)
    if value is None:
        return ""
    return str(value) if name == "energy_kj" else shown(value, 100).rstrip("0").rstrip(",")


def _unit_values(unit: VariantInput) -> dict[str, Any]:
    price = unit.unit_price_cents if unit.catch_weight else unit.price_cents
    return {
        "id": unit.id or "",
        "einheit": unit.sale_unit,
        "menge": unit.net_quantity or "",
        "masseinheit": unit.net_unit,
        "gewogen": unit.catch_weight,
        "preis": shown(price, 100),
        "pfand": shown(unit.deposit_cents, 100) if unit.deposit_cents else "",
        "vorrat": unit.pooled,
        "nummer": unit.sku,
        "abtropf": unit.drained_g or "",
        "hoechstens": unit.most_per_customer or "",
        "weg": unit.archived,
    }
