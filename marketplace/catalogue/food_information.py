"""What food law wants said of some goods: nutrition or why none, eggs, fish, alcohol (LMIV, VO 1379/2013)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from marketplace.kernel.words import N_, Words

Errors = dict[str, str | Words]

# The seven figures of LMIV Art. 30, per 100 g or 100 ml: kilojoules, and hundredths of a gram for the rest.
NUTRITION = {
    "energy_kj": N_("Energie"),
    "fat_cg": N_("Fett"),
    "saturates_cg": N_("davon gesättigte Fettsäuren"),
    "carbohydrate_cg": N_("Kohlenhydrate"),
    "sugars_cg": N_("davon Zucker"),
    "protein_cg": N_("Eiweiß"),
    "salt_cg": N_("Salz"),
}
MOST_CG = 100_00
MOST_KJ = 3_800  # pure fat has 3,700

# Why a product needs no nutrition declaration.
EXEMPTIONS = {
    "unprocessed": N_("unverarbeitet, aus einer einzigen Zutat (LMIV Anhang V Nr. 1)"),
    "matured": N_("nur gereift, aus einer einzigen Zutat (LMIV Anhang V Nr. 2)"),
    "herbs_spices": N_("Kräuter, Gewürze oder deren Mischungen (LMIV Anhang V Nr. 4)"),
    "tea_coffee": N_("Tee, Kräutertee oder Kaffee (LMIV Anhang V Nr. 8 und 9)"),
    "vinegar": N_("Gärungsessig (LMIV Anhang V Nr. 10)"),
    "small_package": N_("Verpackung kleiner als 25 cm² (LMIV Anhang V Nr. 18)"),
    "small_quantities": N_("handwerklich hergestellt, kleine Mengen, selbst abgegeben (LMIV Anhang V Nr. 19)"),
    "alcohol": N_("Getränk mit mehr als 1,2 % vol Alkohol (LMIV Art. 16 Abs. 4)"),
}

HUSBANDRY = {
    1: N_("Stall"),
    2: N_("Stall + Platz"),
    3: N_("Frischluftstall"),
    4: N_("Auslauf/Weide"),
    5: N_("Bio"),
}
FISH_METHODS = {
    "farmed": N_("Aquakultur"),
    "caught_sea": N_("Fang im Meer"),
    "caught_inland": N_("Fang im Binnengewässer"),
}
EGG_CODE = re.compile(r"[0-3]-[A-Z]{2}-\d{5,8}")
EGGS, FISH = "eier", "fisch"  # slugs of the shelves whose goods the rules are about
ALCOHOL_FROM_TENTHS = 12  # LMIV Art. 9 (1) k: above 1.2 % vol
STRENGTH = re.compile(r"\d{1,2}(?:,\d)?\s*%\s*vol")
NEEDED = N_("Diese Angabe fehlt.")
ON_THE_FARM_ALONE = N_("Rohmilch darf nur auf dem Hof selbst abgegeben werden (§ 17 Tier-LMHV), nicht hier.")


def nutrition_complaints(nutrition: Mapping[str, int]) -> Errors:
    """What cannot be right: unknown figures, more than there is in 100 g, a part larger than its whole."""
    errors: Errors = {}
    if set(nutrition) != set(NUTRITION):
        return {"nutrition": N_("Bitte geben Sie alle sieben Nährwerte an, oder keinen und den Grund.")}
    for name, value in nutrition.items():
        most = MOST_KJ if name == "energy_kj" else MOST_CG
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            errors[f"nutrition.{name}"] = N_("Dieser Wert kann nicht stimmen.")
    if errors:
        return errors
    if nutrition["saturates_cg"] > nutrition["fat_cg"]:
        errors["nutrition.saturates_cg"] = N_("Das ist mehr als das Fett insgesamt.")
    if nutrition["sugars_cg"] > nutrition["carbohydrate_cg"]:
        errors["nutrition.sugars_cg"] = N_("Das ist mehr als die Kohlenhydrate insgesamt.")
    if sum(nutrition[name] for name in ("fat_cg", "carbohydrate_cg", "protein_cg", "salt_cg")) > MOST_CG:
        errors["nutrition"] = N_("Zusammen sind das mehr als 100 g in 100 g.")
    return errors


def kilocalories(energy_kj: int) -> int:
    """Kilocalories of kilojoules, as they stand beside each other (LMIV Annex XV, 1 kcal = 4.184 kJ)."""
    return (energy_kj * 1000 + 2092) // 4184


def food_complaints(product: object) -> Errors:
    """What cannot be taken of these statements; `product` is a `ProductInput`."""
    given = product.__dict__
    errors: Errors = {}
    if given["nutrition"] is not None:
        errors.update(nutrition_complaints(given["nutrition"]))
    if given["nutrition_exempt"] and given["nutrition_exempt"] not in EXEMPTIONS:
        errors["nutrition_exempt"] = N_("Diesen Grund gibt es nicht.")
    if given["egg_code"] and not EGG_CODE.fullmatch(given["egg_code"]):
        errors["egg_code"] = N_("Ein Erzeugercode sieht so aus: 1-DE-0512345.")
    if given["husbandry_level"] not in (0, *HUSBANDRY):
        errors["husbandry_level"] = N_("Diese Haltungsform gibt es nicht.")
    if given["fish_method"] and given["fish_method"] not in FISH_METHODS:
        errors["fish_method"] = N_("Diese Herkunft von Fisch gibt es nicht.")
    if len(given["fish_area"]) > 200:
        errors["fish_area"] = Words(N_("Höchstens %(most)s Zeichen."), {"most": 200})
    if not 0 <= given["alcohol_tenths"] <= 1000:
        errors["alcohol_tenths"] = N_("Der Alkoholgehalt liegt zwischen 0 und 100 % vol.")
    return errors


def food_missing(product: object) -> Errors:
    """What a customer must be told before ordering and is not there yet; `product` is a `ProductInput` of a food."""
    given = product.__dict__
    needed: Errors = {}
    if given["nutrition"] is None and not given["nutrition_exempt"]:
        needed["nutrition_exempt"] = N_("Bitte geben Sie die Nährwerte an, oder warum keine nötig sind.")
    if given["category"] == EGGS and not given["egg_code"]:
        needed["egg_code"] = NEEDED
    if given["category"] == FISH and not given["fish_method"]:
        needed["fish_method"] = NEEDED
    if given["category"] == FISH and not given["fish_area"].strip():
        needed["fish_area"] = NEEDED
    says_strength = given["alcohol_tenths"] > ALCOHOL_FROM_TENTHS or STRENGTH.search(given["name"])
    if given["min_age"] and given["nutrition_exempt"] == "alcohol" and not says_strength:
        needed["alcohol_tenths"] = NEEDED
    return needed
