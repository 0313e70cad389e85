"""The farmer writes down a product: guided, previewed, what the law wants is named, nothing is lost on a mistake."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from werkzeug.datastructures import MultiDict

from tests.pickup.scene import Scene
from tests.web.page_client import PageClient

Look = Callable[..., list[Any]]
SignIn = Callable[..., PageClient]

JAM = {
    "name": "Erdbeermarmelade", "gruppe": "gemuse", "lebensmittel": "1", "zutaten": "Erdbeeren, Zucker",
    "herkunft": "NRW", "aufbewahren": "trocken", "haltbar": "365", "naehrwert-grund": "small_quantities",
    "alter": "0", "steuer": "reduced",
    "v-0-einheit": "Glas 250 g", "v-0-menge": "250", "v-0-masseinheit": "g", "v-0-preis": "3,90", "v-0-vorrat": "1",
}  # fmt: skip


@pytest.fixture
def farm(scene: Scene) -> int:
    return scene.farms["brink"]


@pytest.fixture
def farmer(farm: int, sign_in: SignIn) -> PageClient:
    return sign_in("farm", farm_id=farm)


@pytest.fixture
def jam(look: Look) -> dict[str, str]:
    return JAM | {"gruppe": look("SELECT min(slug) FROM category")[0][0]}


def made(look: Look) -> Any:
    return look("SELECT p.*, v.price_cents, v.unit_price_cents FROM product p JOIN variant v ON v.product_id = p.id"
                " ORDER BY p.id DESC LIMIT 1")[0]  # fmt: skip


def test_a_product_is_written_down_and_published(
    farmer: PageClient, farm: int, jam: dict[str, str], look: Look
) -> None:
    farmer.get(f"/hof/{farm}/produkte/neu")
    page = farmer.post(f"/hof/{farm}/produkte/neu", {**jam, "tun": "live"})
    assert "Erdbeermarmelade" in page.text and "Nichts fehlt" in page.text
    row = made(look)
    assert (row.state, row.price_cents, row.unit_price_cents, row.shelf_life_days) == ("live", 390, 1560, 365)
    assert "Erdbeermarmelade" in farmer.get(f"/hof/{farm}/produkte").text


def test_what_is_missing_is_named_and_what_was_typed_stays(
    farmer: PageClient, farm: int, jam: dict[str, str], look: Look
) -> None:
    before = look("SELECT count(*) FROM product")[0][0]
    farmer.get(f"/hof/{farm}/produkte/neu")
    wrong = jam | {"herkunft": "", "v-0-preis": "viel", "naehrwert-grund": ""}
    page = farmer.post(f"/hof/{farm}/produkte/neu", {**wrong, "tun": "live"}, status=422)
    assert "Bitte eine Zahl" in page.text
    assert 'value="Erdbeermarmelade"' in page.response.text and 'value="Glas 250 g"' in page.response.text
    page = farmer.post(f"/hof/{farm}/produkte/neu", {**wrong, "v-0-preis": "3,90", "tun": "live"}, status=422)
    assert "Bitte geben Sie die Nährwerte an" in page.text and "Diese Angabe fehlt" in page.text
    assert look("SELECT count(*) FROM product")[0][0] == before


def test_an_empty_form_comes_back_with_all_its_fields(farmer: PageClient, farm: int, look: Look) -> None:
    before = look("SELECT count(*) FROM product")[0][0]
    farmer.get(f"/hof/{farm}/produkte/neu")
    page = farmer.post(f"/hof/{farm}/produkte/neu", {"tun": "live"}, status=422)
    assert 'href="#v-0-einheit"' in page.response.text and 'id="v-0-einheit"' in page.response.text
    assert look("SELECT count(*) FROM product")[0][0] == before


def test_a_draft_may_be_incomplete(farmer: PageClient, farm: int, jam: dict[str, str], look: Look) -> None:
    farmer.get(f"/hof/{farm}/produkte/neu")
    page = farmer.post(f"/hof/{farm}/produkte/neu", {**jam, "herkunft": "", "tun": "draft"})
    assert "Entwurf" in page.text and made(look).state == "draft"
    assert "Herkunft" in page.text


def test_raw_milk_is_not_sold_here(farmer: PageClient, farm: int, jam: dict[str, str], look: Look) -> None:
    farmer.get(f"/hof/{farm}/produkte/neu")
    page = farmer.post(f"/hof/{farm}/produkte/neu", {**jam, "rohmilch": "1", "tun": "live"}, status=422)
    assert "Rohmilch darf nur auf dem Hof selbst abgegeben werden" in page.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"eier": "0815"}, "Ein Erzeugercode sieht so aus"),
        ({"naehrwert-energy_kj": "900"}, "alle sieben Nährwerte"),
        ({"v-0-abtropf": "300"}, "Abtropfgewicht"),
        ({"alkohol": "101"}, "Alkoholgehalt"),
        ({"v-0-preis": "-1"}, "Bitte eine Zahl"),
        ({"v-0-menge": "1,5 kg"}, "ganze Zahl"),
        ({"gruppe": "../etc"}, "Warengruppe"),
        ({"v-0-id": "999999"}, "Verkaufseinheit gibt es nicht"),
        ({"haltung": "9"}, "Haltungsform"),
    ],
)
def test_bad_fields_change_nothing(
    farmer: PageClient, farm: int, jam: dict[str, str], look: Look, fields: dict[str, str], words: str
) -> None:
    farmer.get(f"/hof/{farm}/produkte/neu")
    farmer.post(f"/hof/{farm}/produkte/neu", {**jam, "tun": "live"})
    product = made(look)
    page = farmer.post(f"/hof/{farm}/produkte/{product.id}", {**jam, **fields, "tun": "live"}, status=422)
    assert words in page.text
    assert made(look) == product


def test_copied_put_away_and_taken_out(farmer: PageClient, farm: int, jam: dict[str, str], look: Look) -> None:
    farmer.get(f"/hof/{farm}/produkte/neu")
    farmer.post(f"/hof/{farm}/produkte/neu", {**jam, "tun": "live"})
    first = made(look).id
    farmer.post(f"/hof/{farm}/produkte/{first}/kopieren", {})
    copy = made(look)
    assert copy.id != first and (copy.state, copy.name) == ("draft", "Erdbeermarmelade (Kopie)")
    farmer.post(f"/hof/{farm}/produkte/{first}/archivieren", {})
    assert look("SELECT state FROM product WHERE id = :id", id=first)[0][0] == "archived"
    farmer.post(f"/hof/{farm}/produkte/{first}/zurueckholen", {})
    assert look("SELECT state FROM product WHERE id = :id", id=first)[0][0] == "draft"


def test_another_farms_product_is_unknown(
    farmer: PageClient, farm: int, scene: Scene, look: Look, sign_in: SignIn
) -> None:
    weide = scene.farms["weide"]
    foreign = look("SELECT min(id) FROM product WHERE farm_id = :id", id=weide)[0][0]
    own = look("SELECT min(id) FROM product WHERE farm_id = :id", id=farm)[0][0]
    farmer.get(f"/hof/{farm}/produkte/{own}")
    for path in ("", "/bilder", "/preise"):
        farmer.get(f"/hof/{farm}/produkte/{foreign}{path}", status=404)
        farmer.get(f"/hof/{weide}/produkte/{foreign}{path}", status=404)
    farmer.get(f"/hof/{farm}/produkte/{own}")
    for path in ("", "/archivieren", "/bilder", "/bilder/1"):
        farmer.get(f"/hof/{farm}/produkte/{own}")
        farmer.post(f"/hof/{farm}/produkte/{foreign}{path}", {"tun": "entfernen"}, status=404)


def photo(kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (900, 600), "tomato").save(out, kind)
    return out.getvalue()


def test_pictures_come_from_the_phone(farmer: PageClient, farm: int, look: Look) -> None:
    product = look("SELECT min(id) FROM product WHERE farm_id = :id", id=farm)[0][0]
    where = f"/hof/{farm}/produkte/{product}/bilder"
    for number in (1, 2):
        farmer.get(where)
        page = farmer.post(where, {"bild": (io.BytesIO(photo()), f"{number}.jpg"), "beschreibung": f"Bild {number}"})
        assert f"Bild {number}" in page.text
    first, second = (row.id for row in look("SELECT id FROM picture ORDER BY position"))
    farmer.post(f"{where}/{second}", {"tun": "zuerst"})
    assert [row.id for row in look("SELECT id FROM picture ORDER BY position")] == [second, first]
    farmer.post(f"{where}/{first}", {"tun": "entfernen"})
    farmer.post(f"{where}/{second}", {"tun": "beschreiben", "beschreibung": "Kartoffeln im Korb"})
    assert [row.alt for row in look("SELECT alt FROM picture")] == ["Kartoffeln im Korb"]


@pytest.mark.parametrize("content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", photo()[:300]])
def test_what_is_no_picture_is_refused(farmer: PageClient, farm: int, look: Look, content: bytes) -> None:
    product = look("SELECT min(id) FROM product WHERE farm_id = :id", id=farm)[0][0]
    where = f"/hof/{farm}/produkte/{product}/bilder"
    farmer.get(where)
    page = farmer.post(where, {"bild": (io.BytesIO(content), "bild.jpg")}, status=422)
    assert "Bild" in page.text and not look("SELECT 1 FROM picture")


def test_prices_are_kept(app: Flask, farmer: PageClient, farm: int, jam: dict[str, str], look: Look) -> None:
    farmer.get(f"/hof/{farm}/produkte/neu")
    farmer.post(f"/hof/{farm}/produkte/neu", {**jam, "tun": "live"})
    product = made(look)
    unit = look("SELECT id FROM variant WHERE product_id = :id", id=product.id)[0][0]
    farmer.post(f"/hof/{farm}/produkte/{product.id}", {**jam, "v-0-id": str(unit), "v-0-preis": "4,20", "tun": "live"})
    page = farmer.get(f"/hof/{farm}/produkte/{product.id}/preise")
    assert "4,20" in page.text and "3,90" in page.text


def test_the_preview_follows_what_is_typed(farmer: PageClient, farm: int, jam: dict[str, str]) -> None:
    farmer.get(f"/hof/{farm}/produkte/neu")
    answer = farmer.client.post(f"/hof/{farm}/produkte/vorschau", data={**farmer.token(), **jam, "eier": "x"})
    assert "3,90" in answer.text and "Glas 250 g" in answer.text and "Erzeugercode" in answer.text


def test_one_more_unit_keeps_what_was_typed(farmer: PageClient, farm: int, jam: dict[str, str], look: Look) -> None:
    farmer.get(f"/hof/{farm}/produkte/neu")
    page = farmer.post(f"/hof/{farm}/produkte/neu", MultiDict({**jam, "tun": "einheit"}))
    assert 'name="v-1-einheit"' in page.response.text and 'value="Erdbeermarmelade"' in page.response.text
    assert not look("SELECT 1 FROM product WHERE name = 'Erdbeermarmelade'")


def test_the_shop_says_what_the_law_wants(farmer: PageClient, farm: int, jam: dict[str, str], look: Look) -> None:
    farmer.get(f"/hof/{farm}/produkte/neu")
    figures = {"energy_kj": "1046", "fat_cg": "1,5", "saturates_cg": "0,1", "carbohydrate_cg": "58",
               "sugars_cg": "57,3", "protein_cg": "0,4", "salt_cg": "0,02"}  # fmt: skip
    farmer.post(
        f"/hof/{farm}/produkte/neu",
        {
            **jam,
            **{f"naehrwert-{name}": value for name, value in figures.items()},
            "zutaten": "Erdbeeren, <b>Zucker</b>, *Mandeln*",
            "eier": "0-DE-0512345",
            "haltung": "5",
            "tun": "live",
        },
    )
    page = farmer.get(f"/produkt/{made(look).slug}")
    text = page.text.replace("\u00a0", " ")
    for words in ("1046 kJ / 250 kcal", "57,3 g", "0,02 g", "0-DE-0512345", "5 · Bio", "<b>Zucker</b>"):
        assert words in text, words
    assert "<b>Mandeln</b>" in page.response.text and "*" not in page.said("ingredients")
