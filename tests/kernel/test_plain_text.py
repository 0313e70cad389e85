"""Texts as they are kept: nothing in them that nobody sees."""

from __future__ import annotations

import pytest

from marketplace.kernel.plain_text import one_line, paragraphs


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Möhren", "Möhren"),
        ("Mo\u0308hren", "Möhren"),
        ("  Bio \t Möhren\r\nBcc: x@example.org ", "Bio Möhren Bcc: x@example.org"),
        ("Rüben\u202egnp.exe", "Rübengnp.exe"),
        ("\u200b\ufeff\x07\x1b[31m", "[31m"),
        ("\u200b\u2066\u2069\u200d", ""),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("👩\u200d🌾 Hof", "👩\u200d🌾 Hof"),
        ("", ""),
    ],
)
def test_one_line(typed: str, kept: str) -> None:
    assert one_line(typed) == kept
    assert one_line(kept) == kept


def test_paragraphs() -> None:
    assert paragraphs("\n\n Frisch \r\n\r\nvom\u202e  Feld\x07\n") == "Frisch\n\nvom Feld"
    assert paragraphs(" \u200b\n\t") == ""
