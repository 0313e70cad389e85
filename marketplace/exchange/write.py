"""Tables as files: CSV as a German Excel opens it with a double click, and XLSX with a sheet of what is allowed."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]
from openpyxl.styles import Alignment, Font, PatternFill  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

from marketplace.exchange.columns import Cell
from marketplace.exchange.differences import in_words
from marketplace.exchange.export import Table

BOM = b"\xef\xbb\xbf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


def as_csv(table: Table) -> bytes:
    """UTF-8 with its mark, semicolons, decimal commas, lines that end in CR LF (RFC 4180)."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(table.heads)
    writer.writerows([in_words(cell) for cell in row] for row in table.rows)
    return BOM + out.getvalue().encode()


def as_xlsx(table: Table) -> bytes:
    """Numbers as numbers, the heads kept in sight, widths that fit; a second sheet says what is allowed."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(table.name)
    sheet.freeze_panes = "B2"
    for place, head in enumerate(table.heads):
        longest = max([len(head), *(len(str(row[place])) for row in table.rows[:200])])
        sheet.column_dimensions[get_column_letter(place + 1)].width = min(40, longest + 3)
    sheet.append([_head(sheet, head) for head in table.heads])
    for row in table.rows:
        sheet.append([_cell(sheet, cell) for cell in row])
    if table.rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.heads))}{len(table.rows) + 1}"
    if table.allowed:
        _legend(book, table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _head(sheet: object, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="FFEFE7D6")
    return cell


def _cell(sheet: object, value: Cell) -> object:
    if value == "":
        return None
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, Decimal):
        cell.number_format = "0.0" if value.as_tuple().exponent == -1 else "0.00"
    elif isinstance(value, str):
        cell.data_type = "s"  # never a formula, whatever it begins with
        cell.number_format = "@"
    return cell


def _legend(book: Workbook, table: Table) -> None:
    sheet = book.create_sheet("Erlaubte Werte")
    for letter, width in zip("ABC", (26, 60, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append([_head(sheet, head) for head in ("Spalte", "Zu beachten", "Erlaubte Werte")])
    for head, note, words in table.allowed:
        cells = [WriteOnlyCell(sheet, value=text) for text in (head, note, "\n".join(words))]
        for cell in cells:
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.append(cells)
