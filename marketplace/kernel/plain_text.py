"""What people typed or pasted, as it is kept: NFC, without characters that nobody sees.

Control characters break lines of mails and tables, and marks of direction (U+202E) turn a text into another one.
"""

from __future__ import annotations

import unicodedata

# Within an emoji they join what is one picture; elsewhere they do no harm.
JOINERS = "\u200c\u200d"
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")


def one_line(text: str) -> str:
    """`text` on one line: every run of white space is one space, none at the ends; empty when nothing can be seen."""
    return " ".join(_seen(" ".join(text.split())).split()).strip(JOINERS)


def paragraphs(text: str) -> str:
    """`text` with its lines kept, each of them as `one_line`; no empty lines at the ends."""
    return "\n".join(one_line(line) for line in text.splitlines()).strip("\n")


def _seen(text: str) -> str:
    kept = (letter for letter in text if letter in JOINERS or unicodedata.category(letter) not in UNSEEN)
    return unicodedata.normalize("NFC", "".join(kept))
