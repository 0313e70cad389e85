"""A signed-in customer: the order in the account, signing out here and everywhere, and the languages."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import shopping
from tests.browser.conftest import Come
from tests.browser.looking import DESK, PHONE, Visitor
from tests.browser.people import sign_in
from tests.whole.running import RunningMarket


def test_finds_the_order_in_the_account(phone: Visitor, running: RunningMarket) -> None:
    lisa = running.account("customer")
    sign_in(phone, lisa, looking=True)
    phone.look()
    slot = shopping.open_slot(running, "Senden")
    shopping.put_into_basket(phone, slot, shopping.plain_offer(running, slot))
    phone.go("/kasse")
    assert phone.page.get_by_label("E-Mail").input_value() == lisa["email"]
    shopping.order_with_obligation(phone)
    shopping.pay(phone)
    order = shopping.bought(phone)
    phone.go("/konto/")
    phone.link(order.number).click()
    expect(phone.see("pickup-code")).to_be_visible()


def test_says_nothing_about_what_was_wrong(phone: Visitor, running: RunningMarket) -> None:
    """A wrong password and an unknown address look the same."""
    seen = []
    for email in (running.account("customer")["email"], "niemand@example.org"):
        phone.go("/konto/anmelden")
        phone.page.get_by_label("E-Mail").fill(email)
        phone.page.get_by_label("Passwort").fill("nicht das richtige")
        with phone.refused(422):
            phone.see("sign-in").click()
            alert = phone.page.get_by_role("alert")
            expect(alert).to_be_focused()
            seen.append(alert.inner_text())
    phone.look()
    assert seen[0] == seen[1]


def test_ends_the_session_of_another_browser(come: Come, running: RunningMarket) -> None:
    somebody = running.account("customer", nth=1)
    here, there = come(DESK), come(PHONE)
    sign_in(here, somebody)
    sign_in(there, somebody)
    here.go("/konto/")
    here.look()
    here.see("sign-out-others").click()
    expect(here.see("browsers").get_by_role("listitem")).to_have_count(1)
    there.go("/konto/")
    there.page.wait_for_url("**/konto/anmelden*")
    here.see("browsers").get_by_test_id("sign-out").click()
    here.page.wait_for_url(lambda url: not url.endswith("/konto/"))
    here.go("/konto/")
    here.page.wait_for_url("**/konto/anmelden*")
    here.look()


def test_speaks_english_and_dutch(phone: Visitor, running: RunningMarket) -> None:
    """The switch at the foot keeps the page, its filters and the basket; numbers follow the language."""
    slot = shopping.open_slot(running, "Nottuln")
    offer = shopping.plain_offer(running, slot)
    shopping.put_into_basket(phone, slot, offer)
    here = phone.page.url
    headings = set()
    for name, code in (("English", "en"), ("Nederlands", "nl"), ("Deutsch", "de")):
        phone.link(name).click()
        expect(phone.page.locator("html")).to_have_attribute("lang", code)
        assert phone.page.url == here
        assert phone.see("offers").get_by_role("status").inner_text() == "1"
        phone.look(dark=False)
        phone.go("/warenkorb")
        headings.add(phone.heading())
        phone.look(dark=False)
        phone.go(here)
    assert len(headings) == 3
    price = f"{offer['price_cents'] / 100:.2f}"
    phone.link("English").click()
    expect(phone.see("offers")).to_contain_text(f"€{price}")


def test_answers_in_the_language_of_the_browser(come: Come) -> None:
    dutch = come(PHONE, locale="nl-NL")
    dutch.go("/")
    expect(dutch.page.locator("html")).to_have_attribute("lang", "nl")
    dutch.look(dark=False)
