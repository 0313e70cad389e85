"""The fourteen allergens of food law and their kinds (LMIV, Annex II), and the groups a customer avoids."""

from __future__ import annotations

from collections.abc import Iterable

from marketplace.kernel.words import N_

# code -> German name, as it stands in a list of ingredients. A kind is named `group_kind`.
ALLERGENS: dict[str, str] = {
    "gluten": N_("glutenhaltiges Getreide"),
    "gluten_wheat": N_("Weizen"),
    "gluten_rye": N_("Roggen"),
    "gluten_barley": N_("Gerste"),
    "gluten_oats": N_("Hafer"),
    "gluten_spelt": N_("Dinkel"),
    "gluten_khorasan": N_("Khorasan-Weizen"),
    "crustaceans": N_("Krebstiere"),
    "egg": N_("Ei"),
    "fish": N_("Fisch"),
    "peanut": N_("Erdnuss"),
    "soy": N_("Soja"),
    "milk": N_("Milch"),
    "nuts": N_("Schalenfrüchte"),
    "nuts_almond": N_("Mandel"),
    "nuts_hazelnut": N_("Haselnuss"),
    "nuts_walnut": N_("Walnuss"),
    "nuts_cashew": N_("Cashew"),
    "nuts_pecan": N_("Pekannuss"),
    "nuts_brazil": N_("Paranuss"),
    "nuts_pistachio": N_("Pistazie"),
    "nuts_macadamia": N_("Macadamianuss"),
    "celery": N_("Sellerie"),
    "mustard": N_("Senf"),
    "sesame": N_("Sesam"),
    "sulphites": N_("Schwefeldioxid und Sulfite"),
    "lupin": N_("Lupinen"),
    "molluscs": N_("Weichtiere"),
}

# The fourteen, in the order of Annex II: what a filter offers.
GROUPS = (
    "gluten", "crustaceans", "egg", "fish", "peanut", "soy", "milk", "nuts",
    "celery", "mustard", "sesame", "sulphites", "lupin", "molluscs",
)  # fmt: skip


def allergen_name(code: str) -> str:
    """The German name (a msgid) of an allergen; an unknown code is its own name."""
    return ALLERGENS.get(code, code)


def covered_by(codes: Iterable[str]) -> list[str]:
    """All codes that are meant when someone avoids `codes`: a group covers its kinds, a kind its unnamed group.

    Who avoids wheat must not get goods that say no more than "gluten".
    """
    meant: set[str] = set()
    for code in codes:
        group = code.split("_", 1)[0]
        meant |= {code, group} if "_" in code else {known for known in ALLERGENS if known.split("_", 1)[0] == code}
    return sorted(meant)
