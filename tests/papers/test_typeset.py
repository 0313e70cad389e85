"""Papers: what people wrote stands there as they wrote it, and nothing of it is markup (I36)."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pytest

from marketplace.kernel.errors import TryLater
from marketplace.papers.printable import printable
from marketplace.papers.typeset import _PRESSES, typeset

HOSTILE = [
    "#panic()",
    "$x^2$",
    "a \\ b \\u{41}",
    "@label <b> *fett* _schräg_ `code`",
    "= Kopf",
    "// kein Kommentar",
    '#import "/etc/passwd"',
    "https://example.org ~ -- --- ... 'x' \"y\"",
    "Łukasz Ünal Çelik Ærø",
]


def words_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    return " ".join(text.replace("\u00ad", "").split())


def label(**more: Any) -> dict[str, Any]:
    return {
        "number": "47",
        "name": "Heinz",
        "product": "Rotkohl",
        "unit": "Kopf",
        "count": "2",
        "weight": "2.745 g",
        "age": "",
        "foot": ["Hof Brink · Do, 26.11. · M-4712", "Stiftsplatz"],
        **more,
    }


def labels(*made: dict[str, Any], sheet: bool = False) -> bytes:
    return typeset("labels", {"title": "Etiketten", "sheet": sheet, "none": "Keine Etiketten", "labels": list(made)})


def harvest(*names: str) -> bytes:
    rows = [{"name": name, "unit": "Stück", "quantity": "3", "weight": ""} for name in names]
    frame = {"title": "Ernteliste, Donnerstag", "head": "Hof Brink · Ernteliste", "foot": "Stand 25.11.2026"}
    return typeset("harvest_list", {**frame, "notes": [], "columns": ["", "Artikel", "Menge", "Gewicht"], "rows": rows})


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_is_never_markup(hostile: str) -> None:
    said = words_of(harvest(hostile))
    assert hostile in said.replace("\u2019", "'").replace("\u201d", '"').replace("\u201c", '"')


def test_what_turns_lines_or_has_no_shape_is_left_out() -> None:
    assert printable("Kohl\u202egnal\u2066x\u200b 😀\ufe0f \x00\x1b[31m\ud800") == "Kohlgnalx [31m"
    assert printable(" a\t\n b ") == "a b"
    assert printable("20 °C © ½ m²") == "20 °C © ½ m²"
    said = words_of(harvest("Kohl\u202egnal 😀 frisch"))
    assert "Kohlgnal frisch" in said


def test_every_page_says_whose_it_is_and_how_many_there_are() -> None:
    document = pypdfium2.PdfDocument(harvest(*[f"Artikel {number}" for number in range(120)]))
    pages = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    assert len(pages) > 2
    for number, said in enumerate(pages, 1):
        assert "Hof Brink · Ernteliste" in said and "Stand 25.11.2026" in said
        assert f"Seite {number} von {len(pages)}" in said
        assert "Artikel Menge Gewicht" in said, "the head of the table stands on every page"


def test_papers_are_tagged_and_say_their_language() -> None:
    made = harvest("Rotkohl")
    document = pypdfium2.PdfDocument(made)
    assert document.is_tagged()
    assert document.get_metadata_value("Title") == "Ernteliste, Donnerstag"
    assert b"pdfuaid" in made and b"(de-DE)" in made


def test_a_label_a_page_on_the_roll_and_24_on_a_sheet() -> None:
    roll = pypdfium2.PdfDocument(labels(label(), label(number="48", age="Ausweis prüfen: ab 16")))
    assert [tuple(round(side / 72 * 25.4) for side in page.get_size()) for page in roll] == [(62, 40), (62, 40)]
    assert "Ausweis prüfen: ab 16" in " ".join(roll[1].get_textpage().get_text_range().split())
    sheet = pypdfium2.PdfDocument(labels(*[label()] * 25, sheet=True))
    assert [tuple(round(side / 72 * 25.4) for side in page.get_size()) for page in sheet] == [(210, 297)] * 2
    assert sheet[0].get_textpage().get_text_range().count("Rotkohl") == 24


def test_a_long_name_stays_on_its_label() -> None:
    long = label(product="Kartoffeln " * 30, unit="Beutel " * 30, name="Maximiliane-Alexandra-Theresia")
    assert len(pypdfium2.PdfDocument(labels(long, label()))) == 2
    assert len(pypdfium2.PdfDocument(labels(*[long] * 24, sheet=True))) == 1


def test_no_labels_is_a_page_that_says_so() -> None:
    assert "Keine Etiketten" in words_of(labels())


def test_a_template_is_named_and_not_a_path() -> None:
    for name in ("../house", "/etc/passwd", "labels.typ", ""):
        with pytest.raises(ValueError):
            typeset(name, {})
    with pytest.raises(RuntimeError):
        typeset("nowhere", {})


def test_whoever_finds_the_presses_busy_is_asked_to_come_again() -> None:
    with _PRESSES, _PRESSES, pytest.raises(TryLater):
        typeset("labels", {"title": "", "sheet": False, "none": "", "labels": []}, wait_seconds=0)
    assert labels(label())[:5] == b"%PDF-"
