"""Text of people as it may stand on paper: no control characters, nothing that turns the line around, no pictures."""

from __future__ import annotations

import unicodedata

# Signs below are part of ordinary writing (°, ©); above, our fonts have no shape for a symbol or an emoji.
FIRST_PICTURE = 0x2100


def printable(text: str) -> str:
    """One line without control, format and private characters (bidi marks and zero-width joiners among them), and
    without symbols that the fonts do not have. Spaces of any kind become one space.
    """
    return " ".join("".join(letter for letter in text if _may_stand(letter)).split())


def _may_stand(letter: str) -> bool:
    kind = unicodedata.category(letter)
    if letter.isspace():
        return True
    if kind[0] == "C" or 0xFE00 <= ord(letter) <= 0xFE0F:
        return False
    return not (kind in ("So", "Sk") and ord(letter) >= FIRST_PICTURE)
