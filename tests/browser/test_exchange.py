"""A farm's table on the phone: downloaded, sent with mistakes, mended, taken over; and the same without scripts."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.looking import Visitor
from tests.browser.people import sign_in
from tests.whole.running import RunningMarket

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WAIT = 30_000


@pytest.fixture
def tables(phone: Visitor, running: RunningMarket) -> str:
    """The address of the tables of a farm whose owner is signed in on the phone."""
    account = running.account("farm")
    sign_in(phone, account)
    return f"/hof/{account['farm']}/tabellen"


def send(visitor: Visitor, tables: str, content: bytes, name: str = "produkte.xlsx") -> None:
    visitor.go(tables)
    file = {"name": name, "mimeType": XLSX, "buffer": content}
    visitor.page.get_by_label("Ausgefüllte Tabelle").first.set_input_files(files=[file])  # type: ignore[list-item]
    visitor.see("send-produkte").click()


def test_a_table_with_mistakes_is_mended_and_taken_over(phone: Visitor, tables: str, tmp_path: Path) -> None:
    phone.go(tables)
    phone.look(widths=(320,))
    phone.shot("tables")
    with phone.page.expect_download() as download:
        phone.see("products-xlsx").click()
    path = tmp_path / "produkte.xlsx"
    download.value.save_as(path)
    book = openpyxl.load_workbook(path)
    sheet = book["Produkte"]
    heads = [cell.value for cell in sheet[1]]
    priced = next(row for row in sheet.iter_rows(min_row=2) if row[heads.index("Preis (€)")].value)
    sku, price = priced[0].value, priced[heads.index("Preis (€)")]
    cents = round(float(price.value) * 100)

    price.value, priced[heads.index("Warengruppe")].value = "ungefähr 3", "Gemuse"
    send(phone, tables, saved(book))
    expect(phone.page.get_by_text("2 Fehler.")).to_be_visible(timeout=WAIT)
    expect(phone.see("findings")).to_contain_text("„ungefähr 3“ ist keine Zahl")
    expect(phone.see("findings")).to_contain_text("„Gemuse“ kennen wir nicht")
    expect(phone.see("apply")).to_have_count(0)
    phone.look(widths=(320,))
    phone.shot("mistakes")

    mended = openpyxl.load_workbook(path)
    mended["Produkte"].cell(priced[0].row, heads.index("Preis (€)") + 1).value = (cents + 10) / 100
    send(phone, tables, saved(mended))
    expect(phone.see("apply")).to_be_visible(timeout=WAIT)
    expect(phone.see("changes")).to_contain_text("anderer Preis")
    assert price_now(phone, tables, sku) == cents
    phone.look(widths=(320,))
    phone.shot("preview")
    phone.see("apply").focus()
    phone.page.keyboard.press("Enter")
    expect(phone.page.get_by_text("Übernommen.", exact=True)).to_be_visible(timeout=WAIT)
    phone.look()
    phone.shot("done")
    assert price_now(phone, tables, sku) == cents + 10


def test_a_picture_is_no_table(phone: Visitor, tables: str) -> None:
    send(phone, tables, b"\x89PNG\r\n\x1a\n" + b"x" * 80, "bild.xlsx")
    expect(phone.page.get_by_text("Das ist ein Bild, keine Tabelle")).to_be_visible(timeout=WAIT)
    phone.look()
    phone.shot("picture")


def price_now(visitor: Visitor, tables: str, sku: str) -> int:
    """Cents, of the table as it would be downloaded now."""
    answer = visitor.context.request.get(f"{visitor.address}{tables}/produkte.csv")
    lines = list(csv.DictReader(io.StringIO(answer.body().decode("utf-8-sig")), delimiter=";"))
    found = next(line for line in lines if line["Artikelnummer"] == sku)
    return int(found["Preis (€)"].replace(",", ""))


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
