"""A cell of a table: what somebody typed into it in German, as a value; and a value as it is written into one.

Text that a spreadsheet would take for a formula gets an apostrophe in front (and loses it when it comes back).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from marketplace.kernel.words import N_, Words

FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,12})?")
YES = {"ja", "j", "x", "1", "wahr", "true", "yes", "✓", "✔"}
NO = {"nein", "n", "0", "falsch", "false", "no", "-", "–"}
MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip

NO_NUMBER = N_("„%(typed)s“ ist keine Zahl. Richtig ist zum Beispiel 2,50.")
TOO_FINE = N_("„%(typed)s“ ist zu genau.")
NOT_WHOLE = N_("„%(typed)s“ ist keine ganze Zahl ab 0.")


class Wrong(Exception):
    """A cell that cannot be understood; `words` say why and what would be."""

    def __init__(self, sentence: str, typed: str | None = None, **values: Any) -> None:
        if typed is not None:
            values["typed"] = typed if len(typed) <= 60 else typed[:59] + "…"
        self.words = Words(sentence, values)
        super().__init__(str(self.words))


def defused(text: str) -> str:
    """`text` as no spreadsheet computes it."""
    return "'" + text if FORMULA.match(text) else text


def as_text(cell: str) -> str:
    """The other way round."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def plain(text: str) -> str:
    """Without the spaces around and within that nobody sees, in small letters: what is compared."""
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split()).casefold()


def number(text: str) -> Decimal:
    """A number ≥ 0: `1.234,56`, `2,50 €`, `2.5`. Raises Wrong for anything else, negative ones included."""
    typed = plain(text).removesuffix("€").removesuffix("eur").strip().replace(" ", "").replace("'", "")
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d*)?", typed):
        typed = typed.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d{1,3}(?:,\d{3})+\.\d+", typed):
        typed = typed.replace(",", "")
    else:
        typed = typed.replace(",", ".")
    if not (typed.isascii() and NUMBER.fullmatch(typed)):
        if re.fullmatch(r"[-−]\d.*", typed):
            raise Wrong(N_("„%(typed)s“ ist kleiner als 0."), text)
        raise Wrong(NO_NUMBER, text)
    return Decimal(typed)


def parts(of_one: int) -> Callable[[str], int]:
    """A number in whole parts of one (100: cents)."""

    def read(text: str) -> int:
        value = number(text.strip().removesuffix("%").removesuffix("% vol")) * of_one
        if value != value.to_integral_value():
            raise Wrong(TOO_FINE, text)
        return int(value)

    return read


def whole(text: str) -> int:
    """A whole number from 0 on."""
    try:
        value = number(text)
    except Wrong:
        raise Wrong(NOT_WHOLE, text) from None
    if value != value.to_integral_value():
        raise Wrong(NOT_WHOLE, text)
    return int(value)


def yes_or_no(text: str) -> bool:
    """ja, nein or x."""
    typed = plain(text)
    if typed in YES or typed in NO:
        return typed in YES
    raise Wrong(N_("„%(typed)s“ ist weder ja noch nein."), text)


def one_of(choices: Mapping[Any, str]) -> Callable[[str], Any]:
    """A word of a list, by its name or its key."""
    known = {plain(str(key)): key for key in choices} | {plain(name): key for key, name in choices.items()}

    def read(text: str) -> Any:
        typed = plain(text)
        if typed in known:
            return known[typed]
        named = ", ".join(list(choices.values())[:8]) + (" …" if len(choices) > 8 else "")
        raise Wrong(N_("„%(typed)s“ kennen wir nicht. Möglich ist: %(choices)s."), text, choices=named)

    return read


def some_of(choices: Mapping[str, str]) -> Callable[[str], tuple[str, ...]]:
    """Several words of a list, between commas."""
    read_one = one_of(choices)

    def read(text: str) -> tuple[str, ...]:
        return tuple(sorted({read_one(word) for word in re.split(r"[,;\n]", text) if word.strip()}))

    return read


def months(text: str) -> tuple[int, ...]:
    """`Mai, Juni`, `5, 6`, `Mai bis September` or `11-2`; `ganzjährig` is none."""
    if plain(text) in ("ganzjährig", "immer"):
        return ()
    found: set[int] = set()
    for part in re.split(r"[,;\n]", text):
        if not part.strip():
            continue
        ends = [_month(word, text) for word in re.split(r"\s+bis\s+|[-–—]", part.strip())]
        if len(ends) > 2:
            raise Wrong(
                N_("„%(typed)s“ sind keine Monate. Richtig ist zum Beispiel Mai, Juni oder Mai bis Juli."), text
            )
        month = ends[0]
        found.add(month)
        while month != ends[-1]:
            month = month % 12 + 1
            found.add(month)
    return tuple(sorted(found))


def _month(word: str, text: str) -> int:
    typed = plain(word).rstrip(".")
    for place, name in enumerate(MONTHS, 1):
        if typed == str(place) or (len(typed) >= 3 and plain(name).startswith(typed)) or typed == f"0{place}":
            return place
    raise Wrong(N_("„%(typed)s“ sind keine Monate. Richtig ist zum Beispiel Mai, Juni oder Mai bis Juli."), text)


def day(text: str) -> date:
    """`26.11.2026`, `26.11.26` or `2026-11-26`."""
    found = re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})", text.strip())
    try:
        if found:
            year = int(found[3])
            return date(year if year > 99 else 2000 + year, int(found[2]), int(found[1]))
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Wrong(N_("„%(typed)s“ ist kein Datum. Richtig ist zum Beispiel 26.11.2026."), text) from None


UNITS = {
    "g": ("g", 1), "gramm": ("g", 1), "kg": ("g", 1000), "kilo": ("g", 1000), "kilogramm": ("g", 1000),
    "ml": ("ml", 1), "l": ("ml", 1000), "liter": ("ml", 1000), "cl": ("ml", 10),
    "stück": ("pc", 1), "stk": ("pc", 1), "st": ("pc", 1), "pc": ("pc", 1), "stueck": ("pc", 1),
}  # fmt: skip


def unit(text: str) -> tuple[str, int]:
    """(g, ml or pc; how many of them it is): `kg` is 1000 g."""
    typed = plain(text).rstrip(".")
    if typed not in UNITS:
        raise Wrong(N_("„%(typed)s“ kennen wir nicht. Möglich ist: %(choices)s."), text, choices="g, kg, ml, l, Stück")
    return UNITS[typed]


def measure(text: str) -> tuple[Decimal, tuple[str, int] | None]:
    """A number, and the unit that stands behind it: `1,5 kg`, `750 ml`, `6`."""
    found = re.fullmatch(r"([\d.,'\s]*\d)\s*([^\W\d_]+\.?)?", text.replace("\u00a0", " ").strip())
    if not found:
        raise Wrong(N_("„%(typed)s“ ist keine Menge. Richtig ist zum Beispiel 1,5 kg oder 6 Stück."), text)
    return number(found[1]), unit(found[2]) if found[2] else None


MINUTES = {"min": 1, "minuten": 1, "h": 60, "std": 60, "stunde": 60, "stunden": 60, "tag": 1440, "tage": 1440}


def minutes(text: str) -> int:
    """`90`, `36 Stunden`, `2 Tage`."""
    found = re.fullmatch(r"([\d.,]+)\s*([a-z]+)?\.?", plain(text))
    if not found or (found[2] and found[2] not in MINUTES):
        raise Wrong(N_("„%(typed)s“ ist keine Dauer. Richtig ist zum Beispiel 2 Tage."), text)
    value = number(found[1]) * MINUTES[found[2] or "min"]
    if value != value.to_integral_value():
        raise Wrong(TOO_FINE, text)
    return int(value)
