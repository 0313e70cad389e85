"""The columns of the table of products: German heads, how cells are read and written, what an empty one means."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from marketplace.catalogue.allergens import ALLERGENS
from marketplace.catalogue.food_information import EXEMPTIONS, FISH_METHODS, HUSBANDRY, NUTRITION
from marketplace.exchange import cells

Cell = str | int | Decimal
STATES = {"draft": "Entwurf", "live": "im Verkauf", "archived": "archiviert"}
VAT = {"reduced": "ermäßigt", "standard": "Regelsatz"}
UNITS = {"g": "g", "ml": "ml", "pc": "Stück"}
AGES = {0: "0", 16: "16", 18: "18"}
HUSBANDRY_LEVELS = {0: "0"} | {level: f"{level} {name}" for level, name in HUSBANDRY.items()}
KEPT = object()  # an empty cell leaves what there is


@dataclass(frozen=True)
class Column:
    """`key`: the field of ProductInput (or `nutrition.x`), with `of_variant` of VariantInput. `note`: in the legend."""

    key: str
    head: str
    read: Callable[[str], Any]
    write: Callable[[Any], Cell]
    empty: Any = ""
    of_variant: bool = False
    note: str = ""
    also: Sequence[str] = ()
    choices: Sequence[str] = field(default=())
    example: Cell = ""


def text(value: Any) -> str:
    return cells.defused(str(value))


def ja(value: Any) -> str:
    return "ja" if value else "nein"


def of(count: int) -> Callable[[Any], Cell]:
    """Parts of one as a number: 250, 100 → 2.50."""
    places = len(str(count)) - 1
    return lambda value: "" if value is None else Decimal(value).scaleb(-places)


def named(choices: Any) -> Callable[[Any], Cell]:
    return lambda value: "" if value == "" else choices.get(value, str(value))


def listed(choices: Any) -> Callable[[Any], Cell]:
    return lambda values: ", ".join(choices.get(value, str(value)) for value in values)


def _text(key: str, head: str, note: str = "", **more: Any) -> Column:
    return Column(key, head, cells.as_text, text, "", note=note, **more)


def _choice(key: str, head: str, choices: Any, empty: Any, note: str = "", **more: Any) -> Column:
    write = named(choices) if not isinstance(empty, int) else lambda value: value
    return Column(key, head, cells.one_of(choices), write, empty, note=note, choices=tuple(choices.values()), **more)


def _yes(key: str, head: str, empty: bool = False, note: str = "", **more: Any) -> Column:
    return Column(key, head, cells.yes_or_no, ja, empty, note=note, choices=("ja", "nein"), **more)


VARIANT_COLUMNS = (
    Column("sku", "Artikelnummer", cells.as_text, text, "", True, "Woran wir die Zeile erkennen. Jede nur einmal.",
           ("Artikelnr", "Art.-Nr.", "SKU"), example="MUSTER-01"),
    Column("sale_unit", "Verkaufseinheit", cells.as_text, text, "", True, "So steht sie im Laden.", ("Gebinde",),
           example="Beutel 2,5 kg"),
    Column("net_quantity", "Füllmenge", cells.measure, lambda value: value, None, True,
           "Zahl in der Einheit daneben, oder mit Einheit: 1,5 kg. Bei gewogener Ware das übliche Gewicht.",
           ("Menge je Einheit",),
           example=2500),
    Column("net_unit", "Einheit", cells.unit, named(UNITS), None, True, "", ("Maßeinheit",),
           tuple(UNITS.values()), "g"),
    Column("drained_g", "Abtropfgewicht (g)", cells.whole, lambda value: "" if value is None else value, None, True),
    _yes("catch_weight", "Gewogene Ware", of_variant=True,
         note="Der Preis gilt je Kilogramm, abgerechnet wird nach Gewicht.",
         example="nein"),
    Column("price_cents", "Preis (€)", cells.parts(100), of(100), None, True,
           "Je Verkaufseinheit, mit Steuer, ohne Pfand.",
           ("Verkaufspreis",), example=Decimal("4.50")),
    Column("unit_price_cents", "Kilopreis (€)", cells.parts(100), of(100), None, True, "Nur bei gewogener Ware.",
           ("Preis je kg",)),
    Column("deposit_cents", "Pfand (€)", cells.parts(100), of(100), 0, True),
    _yes("pooled", "Vorrat über Tage", of_variant=True, note="Ein Vorrat für alle Markttage: Honig, Wein, Mehl."),
    Column("most_per_customer", "Höchstens je Kunde", cells.whole,
           lambda value: "" if value is None else value, None, True,
           "Verkaufseinheiten je Markttag. Leer: nicht begrenzt."),
    _yes("archived", "Einheit archiviert", of_variant=True),
)  # fmt: skip

PRODUCT_COLUMNS = (
    _text("name", "Produkt", "Zeilen mit demselben Namen sind Verkaufseinheiten desselben Produkts.",
          also=("Name", "Bezeichnung"),
          example="Kartoffeln Linda"),
    Column("category", "Warengruppe", cells.as_text, text, "", example="Gemüse"),
    Column("state", "Stand", cells.one_of(STATES), named(STATES), KEPT, note="Leer: wie bisher; bei Neuem Entwurf.",
           choices=tuple(STATES.values()), also=("Status",), example="Entwurf"),
    _text("description", "Beschreibung", example="Festkochend, aus eigenem Anbau."),
    Column("vat_key", "Steuersatz", cells.one_of(VAT), named(VAT), "reduced", choices=tuple(VAT.values()),
           also=("MwSt", "USt"), example="ermäßigt"),
    _yes("flat_rate", "Durchschnittssatz § 24"),
    _yes("is_food", "Lebensmittel", True, "Leer heißt ja.", example="ja"),
    _text("ingredients", "Zutaten"),
    Column("allergens", "Allergene", cells.some_of(ALLERGENS), listed(ALLERGENS), (), note="Mit Komma getrennt.",
           choices=tuple(ALLERGENS.values())),
    _text("storage", "Aufbewahrung", example="kühl und dunkel"),
    Column("shelf_life_days", "Haltbar (Tage)", cells.whole, lambda value: value, 0, example=30),
    _text("origin", "Herkunft", example="Deutschland, Münsterland"),
    _text("label_note", "Hinweis auf dem Etikett"),
    *(
        Column(f"nutrition.{key}", f"{name[0].upper()}{name[1:]} ({'kJ' if key == 'energy_kj' else 'g'} je 100)",
               cells.whole if key == "energy_kj" else cells.parts(100),
               (lambda value: "" if value is None else value) if key == "energy_kj" else of(100), None,
               note="Alle sieben Nährwerte oder keinen und den Grund.")
        for key, name in NUTRITION.items()
    ),
    _choice("nutrition_exempt", "Warum keine Nährwerte", EXEMPTIONS, "", example=EXEMPTIONS["unprocessed"]),
    _yes("organic", "Bio"),
    _text("egg_code", "Erzeugercode", "Auf dem Ei: 1-DE-0512345."),
    _choice("husbandry_level", "Haltungsform", HUSBANDRY_LEVELS, 0),
    _choice("fish_method", "Fisch: Herkunft", FISH_METHODS, ""),
    _text("fish_area", "Fisch: Gebiet"),
    Column("alcohol_tenths", "Alkohol (% vol)", cells.parts(10), of(10), 0),
    _choice("min_age", "Mindestalter", AGES, 0),
    _yes("raw_milk", "Rohmilch"),
    _yes("withdrawal_excluded", "Kein Widerruf", True, "Verderbliche Ware. Leer heißt ja."),
    Column("season_months", "Saison", cells.months,
           lambda values: ", ".join(cells.MONTHS[month - 1] for month in values),
           (), note="Monate, zum Beispiel Mai bis Juli. Leer: das ganze Jahr.", choices=cells.MONTHS),
    Column("lead_time_minutes", "Vorlauf (Minuten)", cells.minutes, lambda value: value, 0, note="Auch: 2 Tage."),
)  # fmt: skip

COLUMNS = (VARIANT_COLUMNS[0], PRODUCT_COLUMNS[0], *VARIANT_COLUMNS[1:], *PRODUCT_COLUMNS[1:])
HEADS = {column.key: column.head for column in COLUMNS}


def same_head(head: str) -> str:
    """What of a head is compared: letters and digits, without what stands in brackets."""
    return re.sub(r"[^\w%§]", "", re.sub(r"\(.*?\)", "", cells.plain(head)))
