"""Whatever bytes somebody uploads: rows come out, or a sentence that says why not. Nothing else."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.exchange import cells
from marketplace.exchange.sheet import MOST_BYTES, Unreadable
from marketplace.providers import spreadsheet_reader
from marketplace.providers.spreadsheets import SENTENCES, ProcessReader, kind_of
from tests.exchange.conftest import workbook

READER = ProcessReader()
GERMAN = "Artikelnummer;Produkt\r\nA1;Äpfel & Öl, süß\r\n"
SHEET = "xl/worksheets/sheet1.xml"


def refused(content: bytes, name: str) -> str:
    with pytest.raises(Unreadable) as caught:
        READER.read(content, name)
    return str(caught.value.words)


def repacked(content: bytes, changes: dict[str, bytes | None], **options: Any) -> bytes:
    """The archive with other members: None takes one out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            if member.filename not in changes:
                new.writestr(member.filename, old.read(member))
        for name, data in changes.items():
            if data is not None:
                new.writestr(name, data)
    return out.getvalue()


def part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


PLAIN = workbook(["Artikelnummer", "Produkt"], ["A1", "Äpfel"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_encodings_and_separators(encoding: str, separator: str) -> None:
    text = f'Artikelnummer{separator}Produkt\r\n\r\nA1{separator}"Äpfel; süß, „rot“"\r\n'
    sheet = spreadsheet_reader.read_csv(text.encode(encoding, "replace"))
    assert sheet["rows"] == [[1, ["Artikelnummer", "Produkt"]], [3, ["A1", "Äpfel; süß, „rot“"]]]


def test_the_line_with_which_excel_names_its_separator() -> None:
    assert spreadsheet_reader.read_csv(b"sep=|\r\na|b\r\n")["rows"] == [[1, ["a", "b"]]]


def test_a_workbook_is_read_as_somebody_would_type_it() -> None:
    import datetime

    book = workbook(
        ["SKU", "x"], [4711, 2.3], [True, datetime.date(2026, 11, 26)], [1250.5, 1e-7], [None, None], ["ä", "=1"]
    )
    sheet = READER.read(book, "a.xlsx")
    assert sheet.rows[1:4] == (
        (2, ("4711", "2,3")),
        (3, ("ja", "26.11.2026")),
        (4, ("1250,5", "0,0000001")),
    )
    assert sheet.formulas == ((6, 1),), "computed cells are named"
    assert sheet.rows[4] == (6, ("ä",)), "what was never computed is empty"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.csv", "leer"),
        (b"\xef\xbb\xbf \r\n", "a.csv", "leer"),
        (b"x" * (MOST_BYTES + 1), "a.csv", "größer als 5 MB"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "a.xls", "alte Excel-Format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "a.xlsx", "Kennwort"),
        (PLAIN, "a.xlsm", "Makros"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 60, "a.xlsx", "Bild"),
        (b"\xff\xd8\xff\xe0 JFIF", "a.csv", "Bild"),
        (b"%PDF-1.7", "a.csv", "PDF"),
        (PLAIN, "a.csv", "heißt .csv"),
        (GERMAN.encode(), "a.xlsx", "heißt .xlsx"),
        (GERMAN.encode(), "a.exe", "XLSX (Excel ab 2007"),
        (b"a;b\x00\x01\x02;c", "a.csv", "Steuerzeichen"),
        (b"a;b\r\n\x81\x8d;c", "a.csv", "Zeichen dieser Datei"),
        (b'a;b\r\n"offen;c\r\n', "a.csv", "Anführungszeichen"),
        (b"a\r\n" * 20_001, "a.csv", "mehr als 5000 ausgefüllte"),
        (b"a\r\n" + b"\r\n" * 20_001, "a.csv", "mehr als 20.000 Zeilen"),
        (b";".join([b"x"] * 101), "a.csv", "mehr als 100 Spalten"),
        (b"a;" + b"x" * 8_001, "a.csv", "zu lang"),
        (b"PK\x03\x04" + b"\0" * 300, "a.xlsx", "lässt sich nicht lesen"),
        (PLAIN + b"<?php echo 1;", "a.xlsx", "mehr als eine Tabelle"),
        (b"GIF89a" + PLAIN, "a.xlsx", "Bild"),
        (repacked(PLAIN, {"xl/vbaProject.bin": b"x"}), "a.xlsx", "Makros"),
        (repacked(PLAIN, {"xl/workbook.xml": None}), "a.xlsx", "keine Excel-Tabelle"),
    ],
)  # fmt: skip
def test_what_is_no_table_gets_a_sentence(content: bytes, name: str, words: str) -> None:
    assert words in refused(content, name)


def test_bombs_of_xml_and_of_archives() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + part(PLAIN, SHEET)
    assert refused(repacked(PLAIN, {SHEET: bomb}), "a.xlsx") == SENTENCES["xml"]
    assert refused(repacked(PLAIN, {"xl/media/a.bin": b"\0" * (65 * 1024 * 1024)}), "a.xlsx") == SENTENCES["bomb"]
    many = {f"xl/{number}.bin": b"" for number in range(501)}
    assert refused(repacked(PLAIN, many), "a.xlsx") == SENTENCES["bomb"]


def test_an_archive_that_lies_about_its_sizes() -> None:
    honest = repacked(PLAIN, {"xl/media/a.bin": b"\0" * 100_000})
    lying = honest.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != honest
    assert refused(lying, "a.xlsx") == SENTENCES["broken"]


def test_a_million_empty_rows() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Artikelnummer"])
    out = io.BytesIO()
    book.save(out)
    empty = b"".join(b'<row r="%d"/>' % number for number in range(2, 1_000_000))
    sheet = part(out.getvalue(), SHEET).replace(b"</sheetData>", empty + b"</sheetData>")
    assert refused(repacked(out.getvalue(), {SHEET: sheet}), "a.xlsx") == SENTENCES["lines"]


def test_links_to_other_files_are_said() -> None:
    linked = repacked(PLAIN, {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"})
    assert READER.read(linked, "a.xlsx").linked


def answer(kind: str, content: bytes, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The child's own main, in this process and without its limits: hypothesis asks hundreds of times."""
    out = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        patch.setattr("sys.stdout", out)
        patch.setattr("sys.argv", ["reader", kind])
        patch.setitem(__import__("sys").modules, "resource", None)
        assert spreadsheet_reader.main() == 0
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIET
@given(content=st.binary(max_size=400) | st.text(alphabet=';,\t"\r\n=+aä1', max_size=80).map(str.encode))
def test_any_bytes_are_rows_or_a_sentence(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("csv", "xlsx"):
        found = answer(kind, content, monkeypatch)
        assert found.get("error") in SENTENCES if "error" in found else all(len(row) == 2 for row in found["rows"])


@QUIET
@given(place=st.integers(0, len(PLAIN) - 1), byte=st.integers(0, 255))
def test_a_broken_workbook_is_rows_or_a_sentence(place: int, byte: int, monkeypatch: pytest.MonkeyPatch) -> None:
    found = answer("xlsx", PLAIN[:place] + bytes([byte]) + PLAIN[place + 1 :], monkeypatch)
    assert "rows" in found or found["error"] in SENTENCES


@QUIET
@given(content=st.binary(max_size=40), name=st.text(max_size=12))
def test_any_name_is_a_kind_or_a_sentence(content: bytes, name: str) -> None:
    try:
        assert kind_of(content, name) in ("csv", "xlsx")
    except Unreadable as unreadable:
        assert str(unreadable.words)


READS = [cells.number, cells.whole, cells.parts(100), cells.yes_or_no, cells.months, cells.day, cells.unit,
         cells.measure, cells.minutes, cells.one_of({"a": "A"}), cells.some_of({"a": "A"})]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=30) | st.from_regex(r"[-+]?[\d.,' ]{0,14}( ?(kg|€|g|l|Tage))?", fullmatch=True))
def test_any_cell_is_a_value_or_a_sentence(text: str) -> None:
    for read in READS:
        try:
            read(text)
        except cells.Wrong as wrong:
            assert str(wrong.words)


@given(text=st.text(alphabet="'=+-@\t\rab＝", max_size=8))
def test_formulas_are_defused_and_come_back(text: str) -> None:
    cell = cells.defused(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    assert cells.as_text(cell) == text


@pytest.mark.parametrize(
    ("text", "cents"),
    [("2,50 €", 250), ("1.234,56", 123456), ("2.5", 250), ("1.234", 123400), ("1,234.50", 123450),
     ("3", 300), ("0,1", 10)],
)  # fmt: skip
def test_prices_as_people_type_them(text: str, cents: int) -> None:
    assert cells.parts(100)(text) == cents


def test_one_text_in_every_cell_is_refused_before_it_fills_the_memory() -> None:
    """Eight kilobytes that would be four hundred million letters, in the reader and in whoever asked it."""
    line = "<row>" + '<c t="s"><v>0</v></c>' * 100 + "</row>"
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    said = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    bomb = repacked(
        PLAIN,
        {
            SHEET: f"<worksheet {space}><sheetData>{line * 500}</sheetData></worksheet>".encode(),
            "xl/sharedStrings.xml": f"<sst {space}><si><t>{'x' * 7_900}</t></si></sst>".encode(),
            "[Content_Types].xml": part(PLAIN, "[Content_Types].xml").replace(b"</Types>", said.encode()),
        },
    )
    assert len(bomb) < 10_000
    assert "10 Millionen Zeichen" in refused(bomb, "liste.xlsx")
