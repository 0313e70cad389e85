"""Tables on the farm's pages: downloaded, sent, looked at, taken over once; nobody else's."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from flask import Flask

from tests.factories.paid import drain
from tests.pickup.scene import Scene
from tests.web.page_client import Page, PageClient

Look = Callable[..., list[Any]]
SignIn = Callable[..., PageClient]


@pytest.fixture
def farmer(scene: Scene, sign_in: SignIn) -> PageClient:
    return sign_in("farm", farm_ids=(scene.farms["brink"],))


def send(
    app: Flask, farmer: PageClient, farm: int, text: str, name: str = "t.csv", status: int = 200, **more: str
) -> Page:
    """Chooses a file, sends the form, and lets the worker have its turn."""
    kind = "bestand" if "tag" in more else "produkte"
    farmer.get(f"/hof/{farm}/tabellen")
    fields: dict[str, Any] = {f"tabelle-{kind}": (io.BytesIO(text.encode()), name), **more}
    page = farmer.post(f"/hof/{farm}/tabellen/{kind}", fields, status=status)
    if status == 200:
        with app.app_context():
            drain()
        page = farmer.get(page.path)
    return page


def test_what_is_downloaded_opens(farmer: PageClient, scene: Scene) -> None:
    farm = scene.farms["brink"]
    page = farmer.get(f"/hof/{farm}/tabellen")
    assert "Noch keine Tabelle" in page.text
    answer = farmer.client.get(f"/hof/{farm}/tabellen/produkte.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["Produkte", "Erlaubte Werte"]
    assert [cell.value for cell in book["Produkte"]["A"]] == ["Artikelnummer", "potatoes", "cabbage"]
    assert "Gemüse" in str([cell.value for cell in book["Erlaubte Werte"]["C"]])
    answer = farmer.client.get(f"/hof/{farm}/tabellen/bestand.csv?tag={scene.day}")
    assert answer.data.startswith(b"\xef\xbb\xbfArtikelnummer;Markttag;")
    assert f"potatoes;{scene.day:%d.%m.%Y};Kartoffeln" in answer.data.decode("utf-8-sig")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="bestand-{scene.day}.csv"'
    assert farmer.client.get(f"/hof/{farm}/tabellen/bestand.csv?tag=2020-01-01").status_code == 404


def test_errors_mended_and_taken_over_once(app: Flask, farmer: PageClient, scene: Scene, look: Look) -> None:
    farm = scene.farms["brink"]
    page = send(app, farmer, farm, "Artikelnummer;Produkt;Preis (€)\npotatoes;Kartoffeln;gratis\n")
    assert "Zeile 2" in page.text and "„gratis“ ist keine Zahl" in page.text
    assert page.all("apply") == []
    page = send(app, farmer, farm, "Artikelnummer;Produkt;Preis (€)\npotatoes;Kartoffeln;4,90\n")
    assert "4,50 → 4,90" in page.text and "anderer Preis" in page.text
    assert look("SELECT price_cents FROM variant WHERE sku = 'potatoes'")[0][0] == 450
    farmer.press("apply")
    farmer.post(f"{page.path}/uebernehmen", {"vorschau": "x"})  # said again: nothing happens twice
    with app.app_context():
        drain()
    page = farmer.get(page.path)
    assert "Übernommen." in page.text
    assert look("SELECT price_cents FROM variant WHERE sku = 'potatoes'")[0][0] == 490
    assert (
        look("SELECT count(*) FROM price_change c JOIN variant v ON v.id = c.variant_id WHERE v.sku = 'potatoes'")[0][0]
        == 2
    )
    states = [row[0] for row in look("SELECT state FROM import_job WHERE content IS NULL ORDER BY id")]
    assert states == ["cancelled", "done"], "the file is kept no longer than it is needed"


def test_an_upload_is_given_up(app: Flask, farmer: PageClient, scene: Scene, look: Look) -> None:
    page = send(app, farmer, scene.farms["brink"], "Artikelnummer;Produkt\npotatoes;Erdäpfel\n")
    page = farmer.press("give-up")
    assert "Es wurde nichts übernommen" in page.text
    assert look("SELECT state FROM import_job")[0][0] == "cancelled"
    farmer.post(f"{page.path}/uebernehmen", {"vorschau": ""})
    with app.app_context():
        drain()
    assert (
        look("SELECT name FROM product p JOIN variant v ON v.product_id = p.id WHERE sku = 'potatoes'")[0][0]
        == "Kartoffeln"
    )


def test_progress_for_the_script(app: Flask, farmer: PageClient, scene: Scene) -> None:
    farm = scene.farms["brink"]
    farmer.get(f"/hof/{farm}/tabellen")
    sent: dict[str, Any] = {"tabelle-produkte": (io.BytesIO(b"x"), "x.csv")}
    page = farmer.post(f"/hof/{farm}/tabellen/produkte", sent)
    assert "Die Datei wird gelesen" in page.text
    assert farmer.client.get(f"{page.path}/stand").json["runs"] is True
    with app.app_context():
        drain()
    assert farmer.client.get(f"{page.path}/stand").json["state"] == "checked"


def test_files_that_are_refused_at_once(app: Flask, farmer: PageClient, scene: Scene, look: Look) -> None:
    farm = scene.farms["brink"]
    assert "Diese Datei ist leer" in send(app, farmer, farm, "", status=422).text
    farmer.get(f"/hof/{farm}/tabellen")
    assert "wählen Sie eine Datei" in farmer.post(f"/hof/{farm}/tabellen/produkte", {}, status=422).text
    assert look("SELECT count(*) FROM import_job")[0][0] == 0


def test_stock_of_a_day(app: Flask, farmer: PageClient, scene: Scene, look: Look) -> None:
    page = send(app, farmer, scene.farms["brink"], "Artikelnummer;Menge\npotatoes;75 kg\n", tag=scene.day.isoformat())
    assert "50 → 30" in page.text
    farmer.press("apply")
    with app.app_context():
        drain()
    found = look(
        "SELECT s.capacity FROM stock s JOIN offer o ON o.stock_id = s.id WHERE o.id = :id", id=scene.offers["potatoes"]
    )
    assert found[0][0] == 30


def test_other_farms_see_nothing_of_it(app: Flask, farmer: PageClient, scene: Scene, sign_in: SignIn) -> None:
    brink, weide = scene.farms["brink"], scene.farms["weide"]
    page = send(app, farmer, brink, "Artikelnummer;Produkt;Preis\npotatoes;Kartoffeln;4,90\n")
    farmer.get(f"/hof/{weide}/tabellen", status=404)
    other = sign_in("farm", farm_ids=(weide,))
    other.get(f"/hof/{weide}/tabellen")
    job = page.path.rsplit("/", 1)[1]
    other.get(f"/hof/{weide}/tabellen/einlesen/{job}", status=404)
    other.get(f"/hof/{brink}/tabellen/produkte.csv", status=404)
    other.get(f"/hof/{weide}/tabellen")
    other.post(f"/hof/{weide}/tabellen/einlesen/{job}/uebernehmen", {"vorschau": ""}, status=404)
    other.get(f"/hof/{weide}/tabellen")
    other.post(f"/hof/{weide}/tabellen/einlesen/{job}/abbrechen", {}, status=404)
    helper = sign_in("helper", farm_ids=(brink,))
    helper.get(f"/hof/{brink}/tabellen", status=403)
