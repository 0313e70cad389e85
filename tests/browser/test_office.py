"""The office follows an order's money, finds it by the provider's number, and sets what the market wants."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.conftest import Come
from tests.browser.looking import DESK, PHONE, Visitor
from tests.browser.people import confirm, sign_in
from tests.browser.test_keyboard import Keys
from tests.whole.running import RunningMarket, pay_on_page, until
from tests.whole.test_market_week import open_slot, some_goods

WIDTHS = (320, 390, 1280)


@pytest.fixture
def placed(running: RunningMarket) -> Any:
    """An order of weighed and of plain goods, its money held."""
    slot = open_slot(running)
    goods = some_goods(running, slot)
    made = running.place(slot["id"], [{"offer": offer["id"], "quantity": 1} for offer in goods])
    pay_on_page(running.payment_url(made))
    running.is_in(made, "confirmed")
    return made


def operator(come: Come, running: RunningMarket, device: dict[str, Any]) -> Visitor:
    visitor = come(device)
    sign_in(visitor, running.account("operator"))
    return visitor


def ref_of(running: RunningMarket, placed: Any) -> str:
    found = running.rows("SELECT provider_ref FROM contract.payments WHERE order_number = %s", placed["number"])
    return str(found[0][0])


def captured_at_once(running: RunningMarket, payments: str, placed: Any) -> str:
    """The provider's charge of an order whose hold is taken whole by hand, as a person at its dashboard can."""
    key = until(lambda: _services(running).get("STRIPE_API_KEY"), "the stand-in")
    answer = requests.post(
        f"{payments}/v1/payment_intents/{ref_of(running, placed)}/capture",
        headers={"Authorization": f"Bearer {key}"},
        timeout=10,
    ).json()
    until(lambda: running.order(placed)["payment_state"] == "captured", "the capture to be heard of")
    return str(answer["latest_charge"])


def lever(running: RunningMarket, payments: str, name: str, wish: dict[str, Any]) -> dict[str, Any]:
    """Pulls a lever of the payment provider's stand-in."""
    headers = {"Authorization": f"Bearer {_services(running)['STRIPE_API_KEY']}"}
    answer = requests.post(f"{payments}/_stand_in/{name}", json=wish, headers=headers, timeout=10)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def _services(running: RunningMarket) -> dict[str, str]:
    found: dict[str, str] = json.loads((running.folder / "run" / "services.json").read_text())
    return found


def test_the_story_of_an_orders_money(come: Come, running: RunningMarket, payments: str, placed: Any) -> None:
    desk = operator(come, running, DESK)
    desk.go("/leitung/bestellungen")
    desk.page.get_by_label("Nummer, Abholcode").fill(ref_of(running, placed))
    desk.button("Suchen").click()
    desk.link(placed["number"]).click()
    story = desk.page.get_by_role("list").filter(has_text="Zahlung angefragt").last
    expect(story).to_contain_text("Reserviert")
    expect(story).to_contain_text(ref_of(running, placed))
    desk.page.get_by_label("Oder ein Betrag in Euro").fill("0,50")
    desk.page.get_by_label("Grund").fill("Etwas weniger als gedacht")
    confirm(desk, running.account("operator"))
    desk.button("Erstatten").click()
    expect(desk.page.get_by_text("„Etwas weniger als gedacht“ · trägt der Hof")).to_be_visible()
    desk.look(widths=WIDTHS)
    charge = captured_at_once(running, payments, placed)
    dispute = lever(running, payments, "disputes", {"charge": charge, "reason": "product_not_received"})["id"]

    def heard(words: str) -> bool:
        desk.page.reload()
        return words in desk.page.locator("main").inner_text()

    until(lambda: heard("Reklamation bei der Bank eröffnet"), "the dispute")
    desk.look(widths=WIDTHS)
    desk.go("/leitung/")
    expect(desk.page.get_by_text(f"Reklamation: {placed['number']}")).to_be_visible()
    desk.look(widths=WIDTHS)
    # Won, with its fee: so small a market could not pay its farms without that money.
    lever(running, payments, "switches", {"dispute_fees_returned": True})
    lever(running, payments, "disputes", {"dispute": dispute, "won": True})
    desk.go(f"/leitung/bestellungen/{placed['number']}")
    until(lambda: heard("Reklamation gewonnen"), "the end of the dispute")


def test_a_comparison_on_demand_without_a_mouse(come: Come, running: RunningMarket) -> None:
    desk = operator(come, running, DESK)
    desk.go("/leitung/geld")
    keys = Keys(desk)
    keys.to("^Jetzt abgleichen$")
    keys.press("Enter")
    expect(desk.page.get_by_text("Der Abgleich ist beauftragt.")).to_be_visible()

    def done() -> bool:
        desk.go("/leitung/geld")
        return desk.see("compare").count() == 1 and "Kein Cent ist unerklärt." in desk.page.inner_text("main")

    until(done, "the comparison")
    desk.look(widths=WIDTHS)


def test_a_setting_from_a_day_on(come: Come, running: RunningMarket) -> None:
    phone = operator(come, running, PHONE)
    phone.go("/leitung/einstellungen")
    card = phone.see("setting-weeks_planned_ahead")
    card.get_by_text("Ändern").first.click()
    card.get_by_label("Wochen").fill("4")
    card.get_by_label("Gilt ab").fill(f"{datetime.now(UTC) + timedelta(days=90):%Y-%m-%d}")
    phone.look(widths=WIDTHS)
    phone.see("change-weeks_planned_ahead").click()
    expect(card.get_by_text("4 Wochen").first).to_be_visible()
    phone.look(widths=WIDTHS)


def test_the_farms_account_and_the_office_that_sees_it(come: Come, running: RunningMarket) -> None:
    account = running.account("farm")
    farmer = come(PHONE)
    sign_in(farmer, account)
    farmer.go(f"/hof/{account['farm']}/abrechnung")
    farmer.see("payout-account").click()
    expect(farmer.page.get_by_role("heading", name="Konto für Auszahlungen")).to_be_visible()
    farmer.look(widths=WIDTHS)
    desk = operator(come, running, DESK)
    desk.go("/leitung/hofkonten")
    desk.look(widths=WIDTHS)
