"""Grams as somebody types them with cold fingers: `1320`, `1.320`, `1 320 g`, `1,5 kg`."""

from __future__ import annotations

import re
from decimal import Decimal

KILOGRAMS = re.compile(r"(?P<whole>\d{1,4})(?:[.,](?P<part>\d{1,3}))?kg")
COMMA = re.compile(r"(?P<whole>\d{1,4}),(?P<part>\d{1,3})")
GRAMS = re.compile(r"(?:\d{1,7}|\d{1,3}(?:[.']\d{3}){1,2})g?")


def grams_typed(text: str) -> int | None:
    """Whole grams; None for an empty field. ValueError for what is no weight.

    A point before three digits separates thousands (`1.250` is 1250 g), a comma always means kilograms (`1,5` is
    1500 g), `kg` says so for both.
    """
    typed = "".join(text.split()).lower().removesuffix(".")
    if not typed:
        return None
    if not typed.isascii():
        raise ValueError(text)
    if found := KILOGRAMS.fullmatch(typed) or COMMA.fullmatch(typed):
        return int(Decimal(f"{found['whole']}.{found['part'] or 0}") * 1000)
    if GRAMS.fullmatch(typed):
        return int(re.sub(r"\D", "", typed))
    raise ValueError(text)
