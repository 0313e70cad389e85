"""Reading uploaded tables: a look at the first bytes, then a program of its own with little memory and time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from marketplace.exchange.sheet import MOST_BYTES, MOST_ROWS, Sheet, Unreadable
from marketplace.kernel.words import N_, Words

READER = Path(__file__).with_name("spreadsheet_reader.py")
SECONDS = 30

TAKEN = N_("Angenommen werden Tabellen als XLSX (Excel ab 2007, LibreOffice) oder CSV.")
SENTENCES = {
    "encoding": N_("Die Zeichen dieser Datei sind nicht lesbar. Bitte speichern Sie sie als „CSV UTF-8“ oder XLSX."),
    "binary": N_(
        "Das ist keine Texttabelle: Es stehen Steuerzeichen darin. Bitte speichern Sie sie als CSV oder XLSX."
    ),
    "quotes": N_("In Zeile %(line)s steht ein Anführungszeichen, das nicht zu Ende geht, oder eine Zelle ist zu lang."),
    "lines": N_(
        "Die Tabelle hat mehr als 20.000 Zeilen. Bitte löschen Sie die leeren Zeilen am Ende und speichern Sie neu."
    ),
    "columns": N_("Zeile %(line)s hat mehr als 100 Spalten. Bitte nehmen Sie unsere Vorlage."),
    "letters": N_("In Zeile %(line)s steht eine Zelle mit mehr als 8.000 Zeichen."),
    "rows": N_("Die Tabelle hat mehr als %(rows)s ausgefüllte Zeilen. Bitte teilen Sie sie auf."),
    "text": N_("In der Tabelle steht zu viel Text, mehr als 10 Millionen Zeichen. Bitte teilen Sie sie auf."),
    "bomb": N_("Diese Datei ist ausgepackt größer als 64 MB. So groß ist keine Tabelle mit 5.000 Zeilen."),
    "macros": N_("Diese Datei enthält Makros. Bitte speichern Sie sie als „Excel-Arbeitsmappe (.xlsx)“ ohne Makros."),
    "xml": N_("Diese Datei ist keine gewöhnliche Excel-Tabelle. Bitte speichern Sie sie neu als XLSX oder CSV."),
    "polyglot": N_("Diese Datei ist mehr als eine Tabelle: Es hängt noch etwas daran. Bitte speichern Sie sie neu."),
    "kind": N_("Diese Datei ist keine Excel-Tabelle. Angenommen werden XLSX und CSV."),
    "broken": N_("Diese Datei lässt sich nicht lesen. Bitte öffnen und speichern Sie sie neu als XLSX oder CSV."),
}
TOO_MUCH = N_(
    "Diese Datei ist zu aufwendig zu lesen. Bitte kopieren Sie nur die Zeilen mit Inhalt in eine neue Tabelle."
)

# first bytes -> what that is
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")
OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def kind_of(content: bytes, file_name: str) -> str:
    """`xlsx` or `csv`, where name and first bytes agree. Raises Unreadable with what was found instead."""
    ending = file_name.lower().rpartition(".")[2] if "." in file_name else ""
    if not content.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise Unreadable(Words(N_("Diese Datei ist leer.")))
    if len(content) > MOST_BYTES:
        raise Unreadable(Words(N_("Die Datei ist größer als 5 MB.")))
    if content.startswith(OLD_EXCEL) or ending == "xls":
        raise Unreadable(
            Words(
                N_("Das ist das alte Excel-Format (.xls) oder eine Datei mit Kennwort. Bitte speichern Sie als XLSX.")
            )
        )
    if ending in ("xlsm", "xltm", "xlsb", "xlam"):
        raise Unreadable(Words(SENTENCES["macros"]))
    if content.startswith(PICTURES) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP") or content[4:8] == b"ftyp":
        raise Unreadable(Words(N_("Das ist ein Bild, keine Tabelle. Angenommen werden XLSX und CSV.")))
    if content.startswith(b"%PDF"):
        raise Unreadable(Words(N_("Das ist ein PDF, keine Tabelle. Angenommen werden XLSX und CSV.")))
    archive = content.startswith(b"PK")
    if ending == "xlsx" and not archive:
        raise Unreadable(Words(N_("Die Datei heißt .xlsx, ist aber keine Excel-Tabelle. Bitte speichern Sie sie neu.")))
    if ending in ("csv", "txt", "tsv") and archive:
        raise Unreadable(Words(N_("Die Datei heißt .%(ending)s, ist aber keine Texttabelle."), {"ending": ending}))
    if ending not in ("xlsx", "csv", "txt", "tsv"):
        raise Unreadable(Words(TAKEN))
    return "xlsx" if archive else "csv"


class ProcessReader:
    """Reads each table in a child process."""

    def read(self, content: bytes, file_name: str) -> Sheet:
        """See `SheetReader`; at most 5 MB."""
        kind = kind_of(content, file_name)
        try:
            made = subprocess.run(
                [sys.executable, "-I", str(READER), kind],
                input=content,
                capture_output=True,
                timeout=SECONDS,
                check=False,
                env={},
            )
        except subprocess.TimeoutExpired:
            raise Unreadable(Words(TOO_MUCH)) from None
        if made.returncode != 0 or not made.stdout:
            raise Unreadable(Words(TOO_MUCH))
        answer = json.loads(made.stdout)
        if error := answer.get("error"):
            raise Unreadable(Words(SENTENCES[error], {"line": answer.get("line", 0), "rows": MOST_ROWS}))
        return Sheet(
            tuple((number, tuple(cells)) for number, cells in answer["rows"]),
            tuple((number, place) for number, place in answer["formulas"]),
            answer["linked"],
        )
