"""How names are sorted and how they become part of an address."""

from __future__ import annotations

import re
import unicodedata

# DIN 5007-1: umlauts sort as their letter, ß as ss.
_SORTED_AS = str.maketrans({"ä": "a", "ö": "o", "ü": "u"})
_WRITTEN_AS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "&": " und "})


def sort_key(name: str) -> str:
    """German dictionary order for a database that sorts by bytes: "Äpfel" between "Apfel" and "Aprikose"."""
    return unicodedata.normalize("NFC", name).casefold().translate(_SORTED_AS).strip()


def slug(name: str) -> str:
    """A name as it stands in an address: "Wein & Cidre" → "wein-und-cidre". Never empty."""
    folded = unicodedata.normalize("NFC", name).casefold().translate(_WRITTEN_AS)
    plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or "x"
