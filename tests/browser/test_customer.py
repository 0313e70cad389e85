"""A customer on the phone: from the choice of place and time to the pickup code, and what can go wrong with a card."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import expect

from tests.browser import shopping
from tests.browser.looking import Visitor
from tests.whole.running import RunningMarket, until


def test_orders_as_a_guest(phone: Visitor, running: RunningMarket) -> None:
    slot = shopping.open_slot(running, "Nottuln")
    offer = shopping.plain_offer(running, slot, deposit_cents=lambda cents: cents > 0, allergens=["milk"])
    phone.go("/")
    assert phone.heading() == "Wo und wann holen Sie ab?"
    phone.look()
    shopping.choose_slot(phone, slot)
    phone.look()
    filters_without_milk(phone, offer)
    looks_at_product(phone, offer)
    fills_basket(phone, offer)
    checks_out(phone)
    order = shopping.bought(phone)
    phone.look()
    with phone.page.expect_download() as calendar:
        phone.link("In den Kalender").click()
    assert f"DTSTART:{utc(slot['pickup_from'])}" in calendar.value.path().read_text()

    seen = order.seen_by_api(running)
    assert (seen["state"], seen["payment_state"]) == ("confirmed", "authorized")
    assert [(line["offer"], line["quantity"]) for line in seen["lines"]] == [(offer["id"], 2)]
    assert seen["total_cents"] == 2 * (offer["price_cents"] + offer["deposit_cents"])
    code = re.sub(r"\s", "", phone.see("pickup-code").inner_text())
    assert code == seen["pickup_code"]
    assert phone.see("ticket").get_by_text("Abholnummer").is_visible()
    assert running.rows("SELECT state FROM contract.orders WHERE number = %s", order.number) == [("confirmed",)]


def utc(moment: str) -> str:
    """As calendars write it."""
    return f"{datetime.fromisoformat(moment).astimezone(UTC):%Y%m%dT%H%M%SZ}"


def filters_without_milk(phone: Visitor, offer: Any) -> None:
    """The chip hides what contains milk and says how much that is; taken off again all is there."""
    count = phone.see("offer-count")
    before = int(re.findall(r"\d+", count.inner_text())[0])
    phone.page.get_by_role("link", name=re.compile("^Ohne Milch")).click()
    expect(count).to_contain_text("ausgeblendet")
    shown, hidden = (int(number) for number in re.findall(r"\d+", count.inner_text())[:2])
    assert shown + hidden == before and hidden > 0
    phone.look(dark=False)
    phone.page.get_by_role("link", name=re.compile("^Ohne Milch")).click()
    expect(count).not_to_contain_text("ausgeblendet")
    shopping.find_product(phone, offer["name"])


def looks_at_product(phone: Visitor, offer: Any) -> None:
    """Everything that food law wants said before ordering."""
    phone.see("offers").get_by_role("link", name=offer["name"]).first.click()
    phone.page.wait_for_url("**/produkt/**")
    expect(phone.see("allergens").first).to_contain_text("Milch")
    expect(phone.page.locator("#hof").get_by_text("Wer verkauft hier?")).to_be_visible()
    expect(phone.page.get_by_text(offer["farm"]["name"]).first).to_be_visible()
    phone.look()


def fills_basket(phone: Visitor, offer: Any) -> None:
    """Plus on the page of the product, then one more and one less in the basket."""
    phone.button(f"{offer['name']} in den Korb").first.click()
    quantity = phone.see("quantity")
    expect(quantity).to_have_value("1")
    phone.see("to-basket").first.click()
    phone.page.wait_for_url("**/warenkorb")
    phone.button("Eins mehr").click()
    expect(quantity).to_have_value("2")
    phone.button("Eins mehr").click()
    expect(quantity).to_have_value("3")
    phone.button("Eins weniger").click()
    expect(quantity).to_have_value("2")
    expect(phone.see("basket-line")).to_have_count(1)
    phone.look()
    phone.see("to-checkout").click()


def checks_out(phone: Visitor) -> None:
    """Refused with the reasons at the fields first, then ordered and paid."""
    phone.look()
    with phone.refused(422):
        phone.button("Zahlungspflichtig bestellen").click()
        summary = phone.page.get_by_role("alert").filter(has_text="Angaben fehlen")
        expect(summary).to_be_focused()
    assert phone.page.get_by_label("E-Mail").get_attribute("aria-invalid") == "true"
    phone.look()
    shopping.fill_contact(phone)
    shopping.order_with_obligation(phone)
    phone.look(dark=False)
    shopping.pay(phone)


def test_answers_the_bank(phone: Visitor, running: RunningMarket) -> None:
    """3-D Secure: the bank asks, the customer confirms, the order is there."""
    to_checkout(phone, running)
    shopping.order_with_obligation(phone)
    shopping.pay(phone, shopping.CARD_WITH_QUESTION)
    expect(phone.see("threeds-amount")).to_be_visible()
    phone.look(dark=False)
    phone.button("Bestätigen").click()
    seen = shopping.bought(phone).seen_by_api(running)
    assert (seen["state"], seen["payment_state"]) == ("confirmed", "authorized")


def test_takes_another_card(phone: Visitor, running: RunningMarket) -> None:
    """A declined card: the reason, nothing charged, the same order paid by another one."""
    to_checkout(phone, running)
    shopping.order_with_obligation(phone)
    with phone.refused(402):
        shopping.pay(phone, shopping.DECLINED_CARD)
        expect(phone.see("pay-error")).to_contain_text("nicht geklappt")
        phone.look(dark=False)
    shopping.pay(phone)
    order = shopping.bought(phone)
    assert order.seen_by_api(running)["payment_state"] == "authorized"
    payments = running.rows("SELECT state FROM contract.payments WHERE order_number = %s", order.number)
    assert payments == [("authorized",)]


def test_goes_back_without_paying_and_pays_later(phone: Visitor, running: RunningMarket) -> None:
    to_checkout(phone, running)
    shopping.order_with_obligation(phone)
    phone.see("pay-cancel").click()
    phone.page.wait_for_url("**/bestellung/**")
    expect(phone.see("to-pay")).to_contain_text("reserviert")
    phone.look()
    phone.see("extend-hold").click()
    expect(phone.see("extend-hold")).to_have_count(0)
    phone.see("pay-now").click()
    phone.page.wait_for_url(lambda url: url.startswith(phone.payments))
    shopping.pay(phone)
    assert shopping.bought(phone).seen_by_api(running)["state"] == "confirmed"


def test_cancels_before_the_cut_off(phone: Visitor, running: RunningMarket) -> None:
    offer = to_checkout(phone, running)
    shopping.order_with_obligation(phone)
    shopping.pay(phone)
    order = shopping.bought(phone)
    phone.see("cancel-order").click()
    phone.page.wait_for_url("**/stornieren*")
    phone.look()
    phone.see("confirm-cancel").click()
    expect(phone.see("order-headline")).to_have_text("Diese Bestellung ist storniert")
    phone.look()

    def released() -> bool:
        seen = order.seen_by_api(running)
        return (seen["state"], seen["payment_state"]) == ("cancelled", "cancelled")

    until(released, "the hold on the card to be lifted")
    phone.see("order-again").click()
    phone.page.wait_for_url("**/warenkorb*")
    expect(phone.see("basket-line")).to_contain_text(offer["name"])


def to_checkout(visitor: Visitor, running: RunningMarket) -> Any:
    """A plain product in the basket, the contact filled in; the offer."""
    slot = shopping.open_slot(running, "Senden")
    offer = shopping.plain_offer(running, slot)
    shopping.put_into_basket(visitor, slot, offer)
    visitor.go("/kasse")
    shopping.fill_contact(visitor)
    return offer
