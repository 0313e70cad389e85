"""How names sort and how they stand in addresses."""

from __future__ import annotations

import pytest

from marketplace.catalogue.names import slug, sort_key


def test_umlauts_sort_as_their_letter():
    names = ["Zwiebeln", "Apfel", "Äpfel", "Aprikose", "öl", "Obst", "Süße", "Süssholz"]
    assert sorted(names, key=sort_key) == ["Apfel", "Äpfel", "Aprikose", "Obst", "öl", "Süße", "Süssholz", "Zwiebeln"]


def test_decomposed_letters_sort_the_same():
    assert sort_key("A\u0308pfel") == sort_key("Äpfel") == "apfel"


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Wein & Cidre", "wein-und-cidre"),
        ("Frische Vollmilch 3,8 %", "frische-vollmilch-3-8"),
        ("Entrecôte dry aged", "entrecote-dry-aged"),
        ("Süßer Stuten", "suesser-stuten"),
        ("###", "x"),
        ("../../etc", "etc"),
    ],
)
def test_slugs(name, address):
    assert slug(name) == address
