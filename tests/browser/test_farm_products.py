"""A farm writes down what it sells and who it is, on the phone: from the empty form to the shop, with every mistake."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import Come
from tests.browser.looking import PHONE, Visitor
from tests.browser.people import sign_in
from tests.whole.running import RunningMarket, until

FARM = "obsthof-appelgarden@example.org"
WAIT = 30_000


@pytest.fixture
def account(running: RunningMarket) -> Any:
    """The farm of these journeys."""
    return next(one for one in running.accounts if one["email"] == FARM)


@pytest.fixture
def farm(phone: Visitor, account: Any) -> Iterator[str]:
    """The address of the farm, whose owner is signed in on the phone."""
    sign_in(phone, account)
    yield f"/hof/{account['farm']}"


def photo(colour: str, name: str) -> Any:
    content = io.BytesIO()
    Image.new("RGB", (1600, 1200), colour).save(content, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": content.getvalue()}


def two_pictures(phone: Visitor) -> str:
    """Sends two pictures at once and shows the second first; its address."""
    phone.see("to-pictures").tap()
    phone.page.wait_for_url("**/bilder")
    phone.look(widths=(320,))
    phone.see("picture-file").set_input_files([photo("#b5d334", "glas.jpg"), photo("#d33434", "baum.jpg")])
    phone.see("upload").tap()
    expect(phone.see("picture")).to_have_count(2, timeout=WAIT)
    phone.look()
    second = phone.see("picture").nth(1).locator("img").first.get_attribute("src")
    phone.see("picture").nth(1).get_by_role("button", name="Zuerst zeigen").tap()
    expect(phone.see("picture").nth(0).locator("img").first).to_have_attribute("src", str(second))
    return str(second)


def test_a_product_from_the_empty_form_to_the_shop(
    phone: Visitor, farm: str, running: RunningMarket, come: Come
) -> None:
    phone.go(f"{farm}/produkte")
    phone.look(widths=(320,))
    phone.see("new-product").tap()
    phone.page.wait_for_url("**/produkte/neu")
    phone.look(widths=(320,))
    with phone.refused(422):
        phone.see("publish").tap()
        expect(phone.page.locator("#fehler")).to_be_focused()
    phone.look()
    for link in phone.page.locator("#fehler a").all():
        assert phone.page.locator(link.get_attribute("href") or "#").count() == 1

    phone.page.get_by_label("Name", exact=True).fill("Quittengelee von der Streuobstwiese")
    phone.page.get_by_label("Warengruppe").select_option(index=1)
    phone.page.get_by_role("textbox", name="Verkaufseinheit").fill("Glas 220 g")
    phone.page.get_by_role("textbox", name="Füllmenge").fill("220")
    preview = phone.page.locator("#vorschau")
    phone.page.get_by_role("textbox", name="Preis in Euro").fill("4,40")
    expect(preview).to_contain_text("Quittengelee von der Streuobstwiese")
    expect(preview).to_contain_text("20,00 €/kg")
    expect(preview.get_by_test_id("missing")).to_contain_text("Herkunft")
    with phone.refused(422):
        phone.see("publish").tap()
        expect(phone.page.locator("#fehler")).to_contain_text("Diese Angabe fehlt")
    phone.look()
    missing = phone.page.locator("#fehler a").first
    target = missing.get_attribute("href") or "#"
    missing.tap()
    expect(phone.page.locator(target)).to_be_in_viewport()

    phone.page.get_by_role("textbox", name="Zutaten").fill("Quittensaft, Zucker, *Sulfit*")
    phone.page.get_by_label("Schwefeldioxid und Sulfite").check()
    phone.page.get_by_role("textbox", name="Herkunft").fill("Deutschland, Nordrhein-Westfalen")
    phone.page.get_by_role("textbox", name="Aufbewahren").fill("kühl und dunkel")
    phone.page.get_by_label("Haltbar ab Abholung, in Tagen").fill("365")
    phone.page.get_by_label("Oder: warum keine Nährwerte nötig sind").select_option("small_quantities")
    expect(preview).to_contain_text("Nichts fehlt")
    phone.see("publish").tap()
    expect(phone.page.get_by_text("im Verkauf", exact=True)).to_be_visible()
    phone.look()
    product = phone.page.url.rsplit("/", 1)[1]

    second = two_pictures(phone)
    phone.go(f"{farm}/bestand")
    phone.page.get_by_label("Artikel", exact=True).select_option(
        label="Quittengelee von der Streuobstwiese, Glas 220 g"
    )
    phone.page.locator("#menge").fill("9")
    phone.button("Anbieten").last.tap()
    expect(phone.page.get_by_text("Im Angebot.")).to_be_visible()

    customer = come(PHONE)
    customer.go(f"/produkt/{product}")
    expect(customer.page.locator("h1")).to_contain_text("Quittengelee")
    expect(customer.page.get_by_text("Quittensaft, Zucker").first).to_be_visible()
    expect(customer.page.locator("strong, b", has_text="Sulfit").first).to_be_visible()
    assert customer.page.locator(f'img[src*="{str(second).split("/")[-1].split(".")[0]}"]').count()
    customer.look()


def test_copied_put_away_kept_as_a_draft(phone: Visitor, farm: str) -> None:
    phone.go(f"{farm}/produkte")
    first = phone.see("product-row").first
    name = first.locator(".stock__name").inner_text()
    first.get_by_role("button", name=f"{name} kopieren").tap()
    expect(phone.page.get_by_text("Kopiert, als Entwurf.")).to_be_visible()
    expect(phone.page.get_by_label("Name", exact=True)).to_have_value(f"{name} (Kopie)")
    phone.page.get_by_role("textbox", name="Herkunft").fill("")
    phone.see("save-draft").tap()
    expect(phone.page.get_by_text("Gespeichert, als Entwurf.")).to_be_visible()
    phone.look()
    phone.see("archive").tap()
    phone.page.wait_for_url("**/produkte")
    phone.link("Archiv").or_(phone.page.get_by_role("link", name=re.compile("^Archiv"))).first.tap()
    expect(phone.see("product-row")).to_have_count(1)
    phone.look()
    phone.button(f"{name} (Kopie) zurückholen").tap()
    expect(phone.page.get_by_text("Wieder da, als Entwurf.")).to_be_visible()
    phone.go(f"{farm}/produkte?stand=entwuerfe")
    phone.look()
    phone.page.get_by_role("searchbox").fill("gibt es nicht")
    phone.page.get_by_role("searchbox").press("Enter")
    expect(phone.page.get_by_text("Nichts gefunden.")).to_be_visible()
    phone.look()


def test_trader_data_with_mistakes_mended(phone: Visitor, farm: str) -> None:
    phone.go(f"{farm}/hof")
    phone.look(widths=(320,))
    phone.link("Betrieb, Steuer, Bank").tap()
    phone.page.wait_for_url("**/betrieb")
    phone.look(widths=(320,))
    phone.page.get_by_label("Rechtsform").select_option("person")
    phone.page.get_by_label("Postleitzahl").fill("4830")
    phone.page.get_by_label("LUCID-Nummer").fill("DE12")
    phone.page.get_by_label("Umsatzsteuer-Identnummer (freiwillig)").fill("DE136695970")
    phone.page.get_by_label("Steuernummer", exact=True).fill("312/5012/1234")
    phone.page.get_by_label("Geburtsdatum").fill("1980-05-01")
    with phone.refused(422):
        phone.see("save-trader").tap()
        expect(phone.page.locator("#fehler")).to_be_focused()
    for link in phone.page.locator("#fehler a").all():
        assert phone.page.locator(link.get_attribute("href") or "#").count() == 1
    phone.look()
    phone.page.get_by_label("Postleitzahl").fill("48301")
    phone.page.get_by_label("LUCID-Nummer").fill("DE1234567890123")
    phone.page.get_by_label("Umsatzsteuer-Identnummer (freiwillig)").fill("DE136695976")
    phone.page.get_by_label("Ich biete nur Waren an").check()
    phone.see("save-trader").tap()
    expect(phone.page.get_by_text("Gespeichert.")).to_be_visible()
    expect(phone.page.get_by_label("Postleitzahl")).to_have_value("48301")
    phone.look(dark=False)


def test_the_bank_asks_for_the_password(phone: Visitor, farm: str, account: Any) -> None:
    phone.go(f"{farm}/betrieb")
    for iban, password, words in (
        ("DE89 3704 0044 0532 0130 00", "falsch geraten", "Das Passwort stimmt nicht"),
        ("DE89 3704 0044 0532 0130 01", account["password"], "Diese IBAN stimmt nicht"),
    ):
        phone.page.get_by_label("Kontoinhaber, genau wie bei der Bank").fill("Obsthof Appelgarden")
        phone.page.get_by_label("Neue IBAN").fill(iban)
        phone.page.get_by_label("Ihr Passwort").fill(password)
        with phone.refused(422):
            phone.see("save-bank").tap()
            expect(phone.page.locator("#fehler")).to_contain_text(words)
        assert phone.page.get_by_label("Ihr Passwort").input_value() == ""
    phone.look()
    for link in phone.page.locator("#fehler a").all():
        assert phone.page.locator(f"input{link.get_attribute('href')}").count() == 1
    phone.page.get_by_label("Neue IBAN").fill("DE89 3704 0044 0532 0130 00")
    phone.page.get_by_label("Ihr Passwort").fill(account["password"])
    phone.see("save-bank").tap()
    expect(phone.page.get_by_text("Gespeichert.")).to_be_visible()
    expect(phone.page.get_by_text("3000")).to_be_visible()


def link_to(running: RunningMarket, address: str) -> str:
    """The link of the invitation's mail, once it has come."""

    def look() -> str | None:
        for file in (running.folder / "mail").glob("*"):
            letter = message_from_bytes(file.read_bytes(), policy=default)
            body = letter.get_body(("plain",))
            found = re.search(r"https?://\S+/einladung/\S+", body.get_content()) if body else None
            if found and address in str(letter["To"]):
                return found.group(0)
        return None

    return str(until(look, "the invitation's mail"))


def test_a_helper_is_invited_and_sees_no_money(phone: Visitor, farm: str, running: RunningMarket, come: Come) -> None:
    phone.go(f"{farm}/leute")
    phone.look(widths=(320,))
    phone.page.get_by_label("E-Mail").fill("keine adresse")
    with phone.refused(422):
        phone.see("invite").tap()
        expect(phone.page.locator("#fehler")).to_be_visible()
    phone.look(dark=False)
    phone.page.get_by_label("E-Mail").fill("lena.helferin@example.org")
    phone.see("invite").tap()
    expect(phone.see("invitation")).to_have_count(1)
    phone.look()

    lena = come(PHONE)
    lena.go(link_to(running, "lena.helferin@example.org"))
    lena.look(widths=(320,))
    lena.page.get_by_label("Ihr Name").fill("Lena Wessels")
    lena.page.get_by_label("Passwort").fill("kurz")
    with lena.refused(422):
        lena.see("accept").tap()
        expect(lena.page.locator("#fehler")).to_be_visible()
    lena.look()
    lena.page.get_by_label("Passwort").fill("im-kuehlhaus-ist-es-kalt")
    lena.see("accept").tap()
    lena.page.wait_for_url("**/packen*")
    lena.look()
    assert lena.link("Abrechnung").count() == 0
    with lena.refused(403, 404):
        for path in ("/abrechnung", "/bestand", "/betrieb", "/leute", "/produkte", "/"):
            answer = lena.page.goto(lena.address + farm + path)
            assert answer is not None and answer.status in (403, 404), path
    phone.page.reload()
    expect(phone.see("invitation")).to_have_count(0)
    expect(phone.see("member")).to_have_count(2)


def test_the_farms_own_page(phone: Visitor, farm: str) -> None:
    phone.go(f"{farm}/hof")
    phone.page.get_by_label("Wer Sie sind").fill("Seit 1921 <b>Äpfel</b> 🍎\n\nIn vierter Generation.")
    phone.see("save-farm").tap()
    expect(phone.page.get_by_text("Gespeichert.")).to_be_visible()
    phone.link("So sieht sie aus").tap()
    phone.page.wait_for_url("**/hof-laden/**")
    expect(phone.page.get_by_text("Seit 1921 <b>Äpfel</b> 🍎")).to_be_visible()
    phone.look()
