"""The farm itself: its public page, trader data with check digits, bank with a password, people by invitation."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from marketplace.farms.trader import is_vat_id
from marketplace.kernel.database import db, execute, transaction
from marketplace.people.invitations import token_of
from marketplace.people.models import Account, Invitation
from marketplace.people.passwords import hash_password
from tests.pickup.scene import Scene
from tests.web.page_client import PageClient

Look = Callable[..., list[Any]]
SignIn = Callable[..., PageClient]
PASSWORD = "markttag-im-muensterland"
TRADER = {
    "legal_name": "Ruth Hölscher", "legal_form": "person", "street": "Weg 1", "postcode": "48301", "town": "Nottuln",
    "email": "hof@example.org", "phone": "02502 1234", "owner_birth_date": "1980-05-01", "tax_number": "312/5012/1234",
    "vat_id": "", "lucid_number": "DE1234567890123", "certified": "1", "register_number": "", "organic_code": "",
    "organic_until": "",
}  # fmt: skip


@pytest.fixture
def farm(scene: Scene) -> int:
    return scene.farms["brink"]


@pytest.fixture
def farmer(app: Flask, farm: int, sign_in: SignIn) -> PageClient:
    made = sign_in("farm", farm_id=farm)
    with app.app_context(), transaction():
        execute("UPDATE account SET password_hash = :hash", hash=hash_password(PASSWORD))
    return made


@pytest.mark.parametrize(("number", "right"), [("DE136695976", True), ("DE136695970", False), ("DE1366959", False)])
def test_check_digit_of_a_vat_id(number: str, right: bool) -> None:
    assert is_vat_id(number) is right


def test_what_is_missing_is_named_and_the_farm_opens(farmer: PageClient, farm: int, app: Flask, look: Look) -> None:
    with app.app_context(), transaction():
        execute("UPDATE farm SET state = 'draft' WHERE id = :id", id=farm)
    page = farmer.get(f"/hof/{farm}/hof")
    assert "LUCID-Nummer" in page.said("missing") and "Bankverbindung" in page.said("missing")
    farmer.post(f"/hof/{farm}/hof/oeffnen", {})
    assert look("SELECT state FROM farm WHERE id = :id", id=farm)[0][0] == "draft"
    farmer.get(f"/hof/{farm}/betrieb")
    farmer.press("save-trader", **TRADER)
    farmer.press("save-bank", iban="DE89 3704 0044 0532 0130 00", holder="Ruth Hölscher", password=PASSWORD)
    page = farmer.get(f"/hof/{farm}/hof")
    assert not page.all("missing")
    farmer.press("go-live")
    assert look("SELECT state FROM farm WHERE id = :id", id=farm)[0][0] == "live"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("vat_id", "DE136695970", "Umsatzsteuer-Identnummer stimmt nicht"),
        ("lucid_number", "123", "LUCID-Nummer sieht so aus"),
        ("tax_number", "12", "Steuernummer hat"),
        ("organic_code", "BIO-1", "Öko-Kontrollnummer sieht so aus"),
        ("postcode", "4830", "fünf Ziffern"),
        ("email", "hof", "E-Mail-Adresse"),
        ("owner_birth_date", "1.5.1980", "Bitte ein Datum"),
        ("legal_form", "llc", "Rechtsform"),
    ],
)
def test_bad_trader_data_changes_nothing(
    farmer: PageClient, farm: int, look: Look, field: str, value: str, words: str
) -> None:
    before = look("SELECT * FROM farm WHERE id = :id", id=farm)
    farmer.get(f"/hof/{farm}/betrieb")
    page = farmer.press("save-trader", status=422, **{**TRADER, field: value})
    assert words in page.text and look("SELECT * FROM farm WHERE id = :id", id=farm) == before


def test_the_bank_account_wants_the_password_and_a_right_iban(farmer: PageClient, farm: int, look: Look) -> None:
    farmer.get(f"/hof/{farm}/betrieb")
    good = {"iban": "DE89370400440532013000", "holder": "Ruth Hölscher", "password": PASSWORD}
    for wrong in ({"password": "falsch"}, {"iban": "DE89370400440532013001"}, {"holder": " "}):
        farmer.press("save-bank", status=422, **{**good, **wrong})
        assert not look("SELECT 1 FROM farm_bank_account WHERE farm_id = :id", id=farm)
    page = farmer.press("save-bank", **good)
    assert "Commerzbank" in page.text and "532013000" not in page.text


def test_a_tax_scheme_begins_today_or_later(farmer: PageClient, farm: int, look: Look) -> None:
    farmer.get(f"/hof/{farm}/betrieb")
    farmer.press("save-tax", status=422, scheme="paragraph24", valid_from="2020-01-01")
    farmer.press("save-tax", scheme="paragraph24", valid_from="2030-01-01")
    found = look("SELECT valid_from::text, scheme FROM farm_tax_scheme WHERE farm_id = :id ORDER BY 1", id=farm)
    assert tuple(found[-1]) == ("2030-01-01", "paragraph24")


def test_the_public_page(farmer: PageClient, farm: int, look: Look) -> None:
    farmer.get(f"/hof/{farm}/hof")
    farmer.press("save-farm", geschichte="Seit 1783.\n<script>alert(1)</script>", anbau="Ohne Gift.", bekannt="Kohl")
    photo = io.BytesIO()
    Image.new("RGB", (640, 640), "green").save(photo, "JPEG")
    photo.seek(0)
    farmer.get(f"/hof/{farm}/hof/bilder")
    farmer.post(f"/hof/{farm}/hof/bilder", {"bild": (photo, "hof.jpg"), "beschreibung": "Der Hof von oben"})
    slug = look("SELECT slug FROM farm WHERE id = :id", id=farm)[0][0]
    page = farmer.get(f"/hof-laden/{slug}")
    assert "Seit 1783." in page.text and "Ohne Gift." in page.text and "<script>alert" in page.text
    assert 'alt="Der Hof von oben"' in page.response.text


def link(app: Flask, email: str) -> str:
    with app.app_context():
        found = db.session.query(Invitation).filter_by(email=email, ended_at=None).one()
        return f"/konto/einladung/{token_of(found)}"


def test_a_helper_is_invited_and_comes(app: Flask, farmer: PageClient, farm: int, look: Look) -> None:
    farmer.get(f"/hof/{farm}/leute")
    page = farmer.press("invite", email="helfer@example.org", rolle="helper")
    assert "helfer@example.org" in page.text and page.all("invitation")
    page = farmer.press("invite", status=409, email="Helfer@example.org", rolle="farm")
    assert "schon eine Einladung" in page.text
    where = link(app, "helfer@example.org")
    guest = PageClient(app.test_client())
    guest.get(where)
    guest.press("accept", status=422, name="Jan", password="kurz")
    page = guest.press("accept", name="Jan", password=PASSWORD)
    assert page.path.startswith(f"/hof/{farm}/packen")
    guest.get(where, status=404)
    guest.get(f"/hof/{farm}/bestand", status=403)
    helper = look("SELECT account_id FROM membership WHERE role = 'helper'")[0][0]
    farmer.get(f"/hof/{farm}/leute")
    farmer.post(f"/hof/{farm}/leute/{helper}", {})
    guest.get(f"/hof/{farm}/packen", status=403)


def test_an_account_that_is_there_signs_in_to_accept(app: Flask, farmer: PageClient, farm: int, sign_in: SignIn,
                                                     scene: Scene) -> None:  # fmt: skip
    other = sign_in("farm", farm_id=scene.farms["weide"])
    with app.app_context():
        email = db.session.query(Account.email).order_by(Account.id.desc()).first()[0]
    farmer.get(f"/hof/{farm}/leute")
    farmer.press("invite", email=email, rolle="farm")
    where = link(app, email)
    guest = PageClient(app.test_client())
    assert guest.get(where).all("sign-in-first")
    assert not farmer.get(where).all("accept"), "signed in as somebody else"
    other.get(where)
    other.press("accept")
    other.get(f"/hof/{farm}/bestand")


def test_links_that_are_none(app: Flask, farmer: PageClient, farm: int) -> None:
    farmer.get(f"/hof/{farm}/leute")
    farmer.press("invite", email="x@example.org", rolle="helper")
    where = link(app, "x@example.org")
    guest = PageClient(app.test_client())
    for wrong in (where[:-1] + ("0" if where[-1] != "0" else "1"), "/konto/einladung/abc", re.sub("-.*", "-", where)):
        guest.get(wrong, status=404)
    farmer.get(f"/hof/{farm}/leute")
    farmer.press("invite", status=422, email="kein Ort", rolle="helper")
    with app.app_context(), transaction():
        execute("UPDATE invitation SET created_at = created_at - interval '8 days'")
    guest.get(where, status=404)


def test_the_last_who_runs_it_stays(farmer: PageClient, farm: int, look: Look) -> None:
    me = look("SELECT account_id FROM membership WHERE farm_id = :id", id=farm)[0][0]
    farmer.get(f"/hof/{farm}/leute")
    farmer.post(f"/hof/{farm}/leute/{me}", {}, follow=False, status=303)
    assert look("SELECT 1 FROM membership WHERE farm_id = :id", id=farm)


def test_another_farms_people_are_unknown(farmer: PageClient, farm: int, scene: Scene) -> None:
    for page in ("hof", "betrieb", "leute", "hof/bilder", "pausen", "woche"):
        farmer.get(f"/hof/{scene.farms['weide']}/{page}", status=404)
