"""With JavaScript switched off the whole order works, and cancelling it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import shopping
from tests.browser.conftest import Come
from tests.browser.looking import PHONE
from tests.whole.running import RunningMarket


def test_orders_without_javascript(come: Come, running: RunningMarket) -> None:
    plain = come(PHONE, java_script_enabled=False)
    slot = shopping.open_slot(running, "Senden")
    offer = shopping.plain_offer(running, slot)
    shopping.choose_slot(plain, slot)
    plain.look()
    shopping.find_product(plain, offer["name"])
    plain.button(f"{offer['name']} in den Korb").first.click()
    plain.button("Eins mehr").first.click()
    expect(plain.see("offers").get_by_role("status")).to_have_text("2")
    plain.see("to-basket").first.click()
    plain.page.wait_for_url("**/warenkorb")
    plain.see("quantity").fill("3")
    plain.see("quantity").press("Enter")
    expect(plain.see("quantity")).to_have_value("3")
    plain.look()
    plain.see("to-checkout").click()
    shopping.fill_contact(plain)
    plain.look()
    shopping.order_with_obligation(plain)
    shopping.pay(plain)
    order = shopping.bought(plain)
    plain.look()
    assert [line["quantity"] for line in order.seen_by_api(running)["lines"]] == [3]
    plain.see("cancel-order").click()
    plain.see("confirm-cancel").click()
    expect(plain.see("order-headline")).to_have_text("Diese Bestellung ist storniert")
    assert order.seen_by_api(running)["state"] == "cancelled"
