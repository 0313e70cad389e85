"""The words of food law: allergens set off in the list of ingredients, quantities and dates as a shopper reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from marketplace.catalogue.food_information import ALCOHOL_FROM_TENTHS, NUTRITION, STRENGTH, kilocalories
from marketplace.web.look.filters import weight

MARKED = re.compile(r"\*([^*\n]{1,60})\*")

# How an allergen shows itself in German lists of ingredients; what stands in a word is set off inside it (Kuh*milch*).
SIGNS = {
    "milk": r"milch|molke|rahm|sahne|butter|käse|joghurt|quark|laktose",
    "egg": r"\bei(?:er|gelb|weiß|klar)?\b|vollei|(?<=hühner)ei(?:er)?|(?<=freiland)eier|(?<=bio-)eier",
    "gluten": r"gluten|weizen|roggen|gersten?|hafer|dinkel|emmer|einkorn|khorasan",
    "gluten_wheat": r"weizen|weißmehl",
    "gluten_rye": r"roggen",
    "gluten_barley": r"gersten?",
    "gluten_oats": r"hafer",
    "gluten_spelt": r"dinkel|grünkern",
    "gluten_khorasan": r"khorasan",
    "crustaceans": r"garnelen?|krebs\w*|krabben?",
    "fish": r"fisch|forellen?|lachs|karpfen|aal\b",
    "peanut": r"erdnuss|erdnüsse",
    "soy": r"soja",
    "nuts": r"mandeln?|haselnuss|haselnüsse|walnuss|walnüsse|cashew\w*|pistazien?|nüsse",
    "nuts_almond": r"mandeln?",
    "nuts_hazelnut": r"haselnuss|haselnüsse",
    "nuts_walnut": r"walnuss|walnüsse",
    "nuts_cashew": r"cashew\w*",
    "nuts_pecan": r"pekannuss|pekannüsse",
    "nuts_brazil": r"paranuss|paranüsse",
    "nuts_pistachio": r"pistazien?",
    "nuts_macadamia": r"macadamia\w*",
    "celery": r"sellerie",
    "mustard": r"senf",
    "sesame": r"sesam",
    "sulphites": r"sulfite?n?|schwefeldioxid|schwefel",
    "lupin": r"lupinen?",
    "molluscs": r"muscheln?|schnecken?|tintenfisch",
}


def emphasised(ingredients: str, allergens: Iterable[str]) -> Markup:
    """The list of ingredients with the allergens in bold (LMIV Art. 21). The text itself is data.

    Where its writer marked them (`*Weizen*`) those are; without marks the usual words of the product's allergens.
    """
    if MARKED.search(ingredients):
        return Markup("").join(
            Markup("<b>{}</b>").format(part) if place % 2 else escape(part)
            for place, part in enumerate(MARKED.split(ingredients))
        )
    signs = [SIGNS[code] for code in allergens if code in SIGNS]
    if not signs:
        return escape(ingredients)
    parts, end = [], 0
    for found in re.finditer("|".join(signs), ingredients, re.IGNORECASE):
        parts.append(escape(ingredients[end : found.start()]) + Markup("<b>{}</b>").format(found[0]))
        end = found.end()
    return Markup("").join([*parts, escape(ingredients[end:])])


def net_quantity(quantity: int, unit: str, weighed: bool) -> str:
    """`500 g`, `ca. 1,4 kg`, `0,75 l`, `6 Stück`; grams and millilitres are whole numbers."""
    if unit == "pc":
        return ngettext("%(num)d Stück", "%(num)d Stück", quantity)
    if unit == "ml":
        litres = f"{quantity / 1000:.3f}".rstrip("0").rstrip(".").replace(".", _(","))
        return f"{litres}\u00a0l" if quantity >= 100 else f"{quantity}\u00a0ml"
    said = weight(quantity)
    return _("ca. %(weight)s", weight=said) if weighed else said


def unbroken(name: str) -> str:
    """A name whose numbers stay with their units at the end of a line (`3,8 %`, `2,5 kg`)."""
    return re.sub(r"(\d) (?=(?:%|kg|g|l|ml|vol|cl)\b|%)", "\\1\u00a0", name).replace("%\u0020vol", "%\u00a0vol")


def alcohol(name: str, tenths: int = 0) -> str:
    """The strength (0.1 % vol), or what a name carries (`Korn 32 % vol`); "" without (LMIV Art. 28: above 1.2 %)."""
    if tenths > ALCOHOL_FROM_TENTHS:
        return f"{_decimal(tenths, 10)}\u00a0%\u00a0vol"
    found = STRENGTH.search(name)
    return found[0] if found else ""


def nutrition_rows(nutrition: Mapping[str, int]) -> list[tuple[str, str]]:
    """The seven figures per 100 g or ml, as they stand on a label: both units of energy, grams with their decimals."""
    rows = []
    for name, words in NUTRITION.items():
        value = nutrition.get(name, 0)
        said = f"{_decimal(value, 100)}\u00a0g"
        if name == "energy_kj":
            said = f"{value}\u00a0kJ / {kilocalories(value)}\u00a0kcal"
        rows.append((_(words), said))
    return rows


def _decimal(parts: int, of_one: int) -> str:
    whole, rest = divmod(parts, of_one)
    digits = str(rest).rjust(len(str(of_one)) - 1, "0").rstrip("0")
    return f"{whole}{_(',')}{digits}" if digits else str(whole)
