"""A program of its own: reads an uploaded table from stdin, writes its rows as JSON to stdout.

It runs apart from web and workers, with little memory and time, because archives and XML are where hostile bytes bite.
It knows nothing of the market. Argument: `csv` or `xlsx`. Out comes {"rows": [[number, [text, …]], …], "formulas":
[[number, column], …], "linked": bool} or {"error": a word, "line": n}. Numbers get a decimal comma, dates are
dd.mm.yyyy: just as somebody would have typed them.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

MEMORY = 1024 * 1024 * 1024
SECONDS = 20
MOST_UNPACKED = 64 * 1024 * 1024
MOST_MEMBERS = 500
MOST_ROWS = 5_000  # with content
MOST_LINES = 20_000  # with and without
MOST_COLUMNS = 100
MOST_LETTERS = 8_000
MOST_TEXT = 10_000_000  # letters in all: one shared text may stand in every cell of a tiny file

CELL_WITH_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
SEPARATORS = ";\t,"
XML = (".xml", ".rels", ".vml")


class Refused(Exception):
    """`word` names the sentence that the reader of the answer has for it."""

    def __init__(self, word: str, line: int = 0) -> None:
        self.word, self.line = word, line
        super().__init__(word)


def decoded(content: bytes) -> str:
    """UTF-8 and UTF-16 with or without their mark, else Windows-1252; no NUL, no half characters."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _strict(content, encoding)
    nuls = content.count(0)
    if nuls and nuls >= len(content) // 4:
        return _strict(content, "utf-16-be" if content[:1] == b"\0" else "utf-16-le")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _strict(content, "cp1252")


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Refused("encoding") from None


def separator_of(line: str) -> str:
    """The separator that stands most often outside of quotes; a semicolon when none does."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max(SEPARATORS, key=bare.count)


def read_csv(content: bytes) -> dict[str, Any]:
    text = decoded(content)
    if re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text):
        raise Refused("binary")
    first, _, rest = text.lstrip("\r\n").partition("\n")
    told = re.fullmatch(r'"?sep=(.)"?', first.strip(), re.IGNORECASE)
    if told:  # a line that Excel writes for itself and does not show
        text, separator = rest, told[1]
    elif first.rstrip("\r").lower() == "sep=\t":
        text, separator = rest, "\t"
    else:
        separator = separator_of(first)
    if separator in '"\r\n':
        raise Refused("quotes", 1)
    csv.field_size_limit(MOST_LETTERS)
    rows = Rows()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            keep(rows, number, cells)
    except csv.Error:
        raise Refused("quotes", number + 1) from None
    return {"rows": rows, "formulas": [], "linked": False}


class Rows(list[Any]):
    """The lines that are kept; `letters` in all of them."""

    letters = 0


def keep(rows: Rows, number: int, cells: list[str]) -> None:
    """Takes a line that says something; refuses tables that are too long or too wide, or say too much in all."""
    if number > MOST_LINES:
        raise Refused("lines")
    while cells and not cells[-1].strip():
        cells.pop()
    if not cells:
        return
    if len(cells) > MOST_COLUMNS:
        raise Refused("columns", number)
    if any(len(cell) > MOST_LETTERS for cell in cells):
        raise Refused("letters", number)
    if len(rows) > MOST_ROWS:  # the first one is the heads
        raise Refused("rows")
    rows.letters += sum(map(len, cells))
    if rows.letters > MOST_TEXT:
        raise Refused("text")
    rows.append([number, cells])


def look_inside(content: bytes) -> tuple[bool, bool]:
    """(does it compute, does it name other files); refuses what is no plain workbook, before anything of it is parsed.

    Sizes are looked at twice: as the archive declares them, and as they come when every member is unpacked.
    """
    if not content.startswith(b"PK\x03\x04"):
        raise Refused("kind")
    formulas, unpacked = False, 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        names = [member.filename.lower() for member in members]
        if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
            raise Refused("bomb")
        if len(set(names)) != len(names) or any(member.flag_bits & 1 for member in members):
            raise Refused("kind")
        if any("vbaproject" in name or "macrosheets/" in name for name in names):
            raise Refused("macros")
        if "xl/workbook.xml" not in names:
            raise Refused("kind")
        end = content.rfind(b"PK\x05\x06")  # what stands behind the end belongs to another kind of file
        if archive.comment or end < 0 or end + 22 != len(content):
            raise Refused("polyglot")
        for member in members:
            last = b""
            with archive.open(member) as stream:
                while piece := stream.read(1 << 16):
                    unpacked += len(piece)
                    if unpacked > MOST_UNPACKED:
                        raise Refused("bomb")
                    seen = last + piece
                    if member.filename.endswith(XML) and (
                        b"<!DOCTYPE" in seen or b"<!ENTITY" in seen or b"\0" in piece
                    ):
                        raise Refused("xml")
                    if member.filename == "[Content_Types].xml" and b"macroEnabled" in seen:
                        raise Refused("macros")
                    if "worksheets/" in member.filename and CELL_WITH_FORMULA.search(seen):
                        formulas = True
                    last = piece[-16:]
    return formulas, any("externallinks/" in name for name in names)


def read_xlsx(content: bytes) -> dict[str, Any]:
    import openpyxl  # type: ignore[import-untyped]

    computes, linked = look_inside(content)
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()
    rows = Rows()
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True), 1):
        keep(rows, number, ["" if cell is None else as_typed(cell) for cell in cells])
    formulas: list[Any] = []
    if computes:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for number, line in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), 1):
            formulas += [[number, place] for place, cell in enumerate(line) if cell.data_type == "f"]
            if number >= MOST_LINES or len(formulas) > MOST_ROWS:
                break
    return {"rows": rows, "formulas": formulas, "linked": linked}


def as_typed(value: Any) -> str:
    """A cell's value as somebody would type it in German."""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, datetime | date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, int | float):
        # Fifteen digits are what Excel keeps: 2.3 is 2.3 there, and not what the machine makes of it.
        return f"{Decimal(f'{value:.15g}'):f}".replace(".", ",")
    return str(value)


def main() -> int:
    """Always 0 with an answer on stdout, unless the limits of memory and time ended it."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass
    content = sys.stdin.buffer.read()
    try:
        answer = read_xlsx(content) if sys.argv[1] == "xlsx" else read_csv(content)
        text = json.dumps(answer)
    except Refused as refused:
        text = json.dumps({"error": refused.word, "line": refused.line})
    except Exception:  # whatever a parser says of hostile bytes: no table
        text = json.dumps({"error": "broken"})
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
