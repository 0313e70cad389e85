"""A farmer with a phone and cold fingers: a week's stock by taps, nothing lost without network; weeks and pauses."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import shopping
from tests.browser.looking import Visitor
from tests.browser.people import sign_in
from tests.whole.running import RunningMarket

FARM = "gefluegelhof-heidbrook@example.org"
KEPT = re.compile(r"Gespeichert")


@pytest.fixture
def account(running: RunningMarket) -> Any:
    """The farm of these journeys: no other file changes its stock."""
    return next(one for one in running.accounts if one["email"] == FARM)


@pytest.fixture
def farm(phone: Visitor, account: Any) -> Iterator[str]:
    """The address of the farm, whose owner is signed in on the phone."""
    sign_in(phone, account)
    yield f"/hof/{account['farm']}"


class Taps:
    """Taps as a finger makes them; counts them, and the seconds since the first."""

    def __init__(self) -> None:
        self.count = 0
        self.begun = time.monotonic()

    def on(self, it: Locator, times: int = 1) -> None:
        for _again in range(times):
            it.tap()
            self.count += 1

    def told(self, what: str) -> str:
        return f"{what}: {self.count} taps, {time.monotonic() - self.begun:.1f} s"


def row(visitor: Visitor, name: str) -> Locator:
    return visitor.see("stock-row").filter(has=visitor.page.get_by_text(name, exact=True)).first


def amount(visitor: Visitor, name: str) -> Locator:
    return visitor.page.get_by_role("textbox", name=f"Menge {name}", exact=True).first


def not_empty(visitor: Visitor) -> Locator:
    """The rows of which there is something left."""
    sold_out = visitor.page.get_by_role("button", name=re.compile("ausverkauft$"))
    return visitor.see("stock-row").filter(has=sold_out)


def change_all(visitor: Visitor, way: str, typed: str, taps: Taps | None = None) -> None:
    """Everything of the day at once, by the part that folds out."""
    taps = taps or Taps()
    taps.on(visitor.page.get_by_text("Alles auf einmal"))
    visitor.page.get_by_label("Alle Artikel dieses Tages").select_option(way)
    visitor.page.get_by_label("Menge (freiwillig)").fill(typed)
    taps.count += 2
    taps.on(visitor.see("change-all"))
    visitor.page.wait_for_load_state()
    expect(visitor.page.locator("details.more").first).not_to_have_attribute("open", "")


def names(visitor: Visitor) -> list[str]:
    """The articles of the page, from the top."""
    return [text.strip() for text in visitor.page.locator(".stock:not(.stock--off) .stock__name").all_inner_texts()]


def test_a_weeks_stock_by_taps(phone: Visitor, farm: str) -> None:
    """Day after day of the tabs: as last week where there is one, a few more, sold out, none today."""
    phone.go(f"{farm}/bestand")
    days = phone.page.get_by_role("navigation", name="Markttag").get_by_role("link")
    addresses = [days.nth(index).get_attribute("href") for index in range(days.count())][:3]
    assert len(addresses) >= 2
    taps = Taps()
    for address in addresses:
        taps.on(phone.page.locator(f'nav a[href="{address}"]').first)
        phone.page.wait_for_url(f"**{address}")
        if phone.see("like-last-week").count():
            taps.on(phone.see("like-last-week"))
            expect(phone.page.get_by_text("Artikel wie letzte Woche.")).to_be_visible()
        if not_empty(phone).count() < 3:
            change_all(phone, "set", "20", taps)
        first, second, third = not_empty(phone).locator(".stock__name").all_inner_texts()[:3]
        before = int(amount(phone, first).input_value() or 0)
        taps.on(row(phone, first).get_by_role("button", name="mehr"), 2)
        expect(phone.page.get_by_text(KEPT)).to_be_visible()
        after = int(amount(phone, first).input_value())
        assert after in (before + 2, before + 10)
        taps.on(row(phone, second).get_by_role("button", name=f"{second} ausverkauft"))
        expect(amount(phone, second)).to_have_value("0")
        taps.on(row(phone, third).get_by_role("button", name=f"{third} heute keine"))
        expect(phone.page.get_by_role("button", name=f"{third} anbieten")).to_be_visible()
        phone.look()
        phone.page.reload()
        assert int(amount(phone, first).input_value()) == after
    print(taps.told(f"{len(addresses)} market days"))
    phone.shot("stock")


def test_all_at_once_and_back(phone: Visitor, farm: str) -> None:
    phone.go(f"{farm}/bestand")
    first = names(phone)[0]
    before = amount(phone, first).input_value()
    for typed in ("viele", "-5", ""):
        change_all(phone, "set", typed)
        expect(phone.page.get_by_role("alert").first).to_be_visible()
        expect(amount(phone, first)).to_have_value(before)
    phone.look()
    change_all(phone, "set", "61")
    expect(amount(phone, first)).to_have_value("61")
    phone.look()
    phone.see("undo-stock").tap()
    expect(amount(phone, first)).to_have_value(before)


def test_kilograms_with_a_comma(phone: Visitor, farm: str, running: RunningMarket, account: Any) -> None:
    """Weighed goods in kilograms become whole pieces, by keyboard alone."""
    phone.go(f"{farm}/bestand")
    field = phone.page.locator("input[data-kilograms]").first
    usual = int(field.get_attribute("data-kilograms") or 0)
    field.focus()
    field.fill("")
    phone.page.keyboard.type("12,5")
    phone.page.keyboard.press("Tab")
    expect(phone.page.get_by_text(KEPT)).to_be_visible()
    expect(field).to_have_value(str(12500 // usual))
    phone.page.reload()
    expect(phone.page.locator("input[data-kilograms]").first).to_have_value(str(12500 // usual))


def test_without_network_nothing_is_lost(phone: Visitor, farm: str) -> None:
    phone.go(f"{farm}/bestand")
    wanted = dict(zip(names(phone)[:3], ("31", "32", "33"), strict=False))
    assert len(wanted) == 3
    phone.context.set_offline(True)
    for name, text in wanted.items():
        amount(phone, name).fill(text)
        amount(phone, name).blur()
    expect(phone.page.get_by_text("Ohne Netz")).to_be_visible()
    expect(phone.page.get_by_text("3 warten, gehen von selbst raus")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.page.get_by_text(KEPT)).to_be_visible()
    phone.page.reload()
    for name, text in wanted.items():
        expect(amount(phone, name)).to_have_value(text)
    phone.look()


def test_what_is_no_amount_changes_nothing(phone: Visitor, farm: str) -> None:
    for typed in ("-3", "viel", "1,5", "99999999999", "<b>9</b>", "🥕"):
        phone.go(f"{farm}/bestand")
        plain = phone.page.locator(".stock:not(.stock--off) input:not([data-kilograms]):not([type=hidden])").first
        before = plain.input_value()
        plain.fill(typed)
        with phone.refused(422):
            plain.blur()
            expect(phone.page.get_by_role("alert").first).to_be_visible()
        expect(plain).to_have_value(before)
    phone.look()


def test_the_usual_week_by_weekday(phone: Visitor, farm: str) -> None:
    phone.go(f"{farm}/bestand")
    phone.see("to-week").tap()
    phone.page.wait_for_url("**/woche")
    phone.look(widths=(320,))
    weekdays = phone.page.get_by_role("navigation", name="Wochentag").get_by_role("link")
    weekdays.nth(1).tap()
    expect(weekdays.nth(1)).to_have_attribute("aria-current", re.compile("page|true"))
    fields = phone.see("week-row").get_by_role("textbox")
    fields.nth(0).fill("viel")
    fields.nth(1).fill("17")
    with phone.refused(422):
        phone.see("save-week").tap()
        expect(phone.page.get_by_role("alert")).to_be_visible()
    phone.look()
    expect(fields.nth(1)).to_have_value("17")
    fields.nth(0).fill("∞")
    fields.nth(2).fill("")
    phone.see("save-week").tap()
    expect(phone.page.get_by_text("Artikel geändert")).to_be_visible()
    assert [fields.nth(index).input_value() for index in range(3)] == ["∞", "17", ""]
    phone.look()


def test_a_pause_with_orders_standing_and_its_end(
    phone: Visitor, farm: str, running: RunningMarket, account: Any
) -> None:
    slot = shopping.open_slot(running, "Dülmen")
    offers = [
        offer
        for offer in shopping.plain_offers(running, slot)
        if str(offer["farm"]["id"]) == account["farm"] and not offer["catch_weight"]
    ]
    assert offers
    day = date.fromisoformat(slot["date"])
    placed = running.place(slot["id"], [{"offer": offers[0]["id"], "quantity": 1}])
    phone.go(f"{farm}/pausen")
    phone.look(widths=(320,))
    for label in ("Erster Tag", "Letzter Tag"):
        phone.page.get_by_label(label).fill((day + timedelta(days=-400)).isoformat())
    with phone.refused(422):
        phone.see("begin-pause").tap()
        expect(phone.page.get_by_role("alert").first).to_be_visible()
    phone.look()
    for label in ("Erster Tag", "Letzter Tag"):
        phone.page.get_by_label(label).fill(day.isoformat())
    with phone.refused(409):
        phone.see("begin-pause").tap()
        expect(phone.button("Trotzdem pausieren")).to_be_visible()
    phone.look()
    assert phone.see("pause").count() == 0
    phone.see("begin-pause").tap()
    expect(phone.see("pause")).to_have_count(1)
    phone.look()
    left = [offer for offer in running.every(f"/pickup-slots/{slot['id']}/offers") if offer["id"] == offers[0]["id"]]
    assert not left
    assert running.order(placed)["state"] not in ("cancelled", "expired")
    phone.see("end-pause").tap()
    expect(phone.see("pause")).to_have_count(0)
    again = [offer for offer in running.every(f"/pickup-slots/{slot['id']}/offers") if offer["id"] == offers[0]["id"]]
    assert again


def test_what_the_farm_wants_to_be_told(phone: Visitor, farm: str) -> None:
    phone.go(f"{farm}/pausen")
    told = phone.page.get_by_label("E-Mail, wenn von einem Artikel höchstens noch so viel da ist")
    for wrong in ("0", "-1", "viele", "9999999"):
        told.fill(wrong)
        with phone.refused(422):
            phone.see("save-wishes").tap()
            expect(phone.page.get_by_role("alert")).to_be_visible()
        expect(told).to_have_value(wrong)
    phone.look(dark=False)
    told.fill("3")
    phone.see("save-wishes").tap()
    expect(phone.page.get_by_text("Gespeichert")).to_be_visible()
    expect(told).to_have_value("3")
