"""The cold store: fifty weights typed without a network, the page closed and opened again, and nothing is lost.

The tests follow one another on one day of one farm, whose orders are placed before the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from tests.browser import shopping
from tests.browser.conftest import Come
from tests.browser.looking import DESK, Visitor
from tests.browser.people import sign_in
from tests.whole.running import RunningMarket, until

ORDERS = 54
OFFLINE = range(50)
TWO_HELPERS, SHORT = 51, 52


@dataclass(frozen=True)
class Store:
    """Each order has one weighed line and one by the piece of the same farm: `orders` by large number."""

    slot: Any
    farm: str
    weighed: Any
    plain: Any
    orders: list[Any]

    @property
    def page(self) -> str:
        return f"/hof/{self.farm}/packen?tag={self.slot['date']}"


@pytest.fixture(scope="module")
def store(running: RunningMarket) -> Store:
    slot = shopping.open_slot(running, "Nottuln")
    plain_ones = {offer["farm"]["id"]: offer for offer in shopping.plain_offers(running, slot)}
    weighed = shopping.plain_offer(running, slot, catch_weight=True, farm=lambda farm: farm["id"] in plain_ones)
    plain = plain_ones[weighed["farm"]["id"]]
    placed = []
    with psycopg.connect(running.command("db", "url"), autocommit=True) as connection:
        connection.execute("SET ROLE marketplace_app")
        connection.execute("UPDATE stock SET capacity = 1000 WHERE capacity IS NOT NULL")
        connection.execute("UPDATE pickup_slot SET capacity = 1000 WHERE id = %s", (slot["id"],))
        wanted = [{"offer": offer["id"], "quantity": 1} for offer in (weighed, plain)]
        for _ in range(ORDERS):
            placed.append(running.place(slot["id"], wanted, payment_method="pay_at_pickup"))
    closes = datetime.fromisoformat(slot["orders_close_at"])
    running.set_clock((closes + timedelta(seconds=5)).isoformat())
    for one in placed:
        running.is_in(one, "packing")
    return Store(slot, weighed["farm"]["id"], weighed, plain, placed)


def usual(store: Store, running: RunningMarket) -> int:
    (line,) = (it for it in lines(store, running, 0) if it["catch_weight"])
    return int(line["usual_weight_g"])


def lines(store: Store, running: RunningMarket, nth: int) -> list[Any]:
    email = running.account("farm", farm=store.farm)["email"]
    orders = running.every(f"/farm/packing-list?date={store.slot['date']}", email)
    return [line for order in orders if order["number"] == store.orders[nth]["number"] for line in order["lines"]]


def weights(store: Store, running: RunningMarket) -> dict[str, int | None]:
    """Grams at the market by the order's number."""
    email = running.account("farm", farm=store.farm)["email"]
    orders = running.every(f"/farm/packing-list?date={store.slot['date']}", email)
    return {order["number"]: it["weight_g"] for order in orders for it in order["lines"] if it["catch_weight"]}


def field(page: Page, store: Store, nth: int) -> Any:
    return page.locator(f"#bestellung-{store.orders[nth]['number']} .weight input")


def box(page: Page, store: Store, nth: int) -> Any:
    card = page.locator(f"#bestellung-{store.orders[nth]['number']}")
    return card.locator(".pack:not([data-w]) .pack__tick")


def bar(page: Page) -> Any:
    return page.locator(".actionbar__state")


def kept(page: Page) -> None:
    """The phone has the day's pages and what they are made of."""
    page.wait_for_function(
        """async () => {
          const pages = await (await caches.open("packen-seiten")).keys();
          const files = await (await caches.open("packen-dateien")).keys();
          return pages.length >= 4 && files.length >= 10 && navigator.serviceWorker.controller;
        }"""
    )


def test_fifty_weights_typed_without_a_network_are_not_lost(
    phone: Visitor, running: RunningMarket, store: Store
) -> None:
    sign_in(phone, running.account("farm", farm=store.farm))
    phone.go(store.page)
    expect(bar(phone.page)).to_contain_text("Alles gesendet")
    kept(phone.page)
    phone.look()
    phone.context.set_offline(True)
    grams = {store.orders[nth]["number"]: usual(store, running) + nth for nth in OFFLINE}
    half = len(OFFLINE) // 2
    field(phone.page, store, 0).focus()
    for nth in OFFLINE[:half]:
        expect(field(phone.page, store, nth)).to_be_focused()
        phone.page.keyboard.type(str(grams[store.orders[nth]["number"]]))
        phone.page.keyboard.press("Enter")
    expect(bar(phone.page)).to_contain_text(f"{half} Eingaben warten auf Netz")
    phone.look(dark=False)
    phone.page.close()
    phone.page = phone.context.new_page()
    phone.go(store.page)
    expect(bar(phone.page)).to_contain_text(f"{half} Eingaben warten auf Netz")
    for nth in OFFLINE[:half]:
        expect(field(phone.page, store, nth)).to_have_value(str(grams[store.orders[nth]["number"]]))
    phone.go(f"/hof/{store.farm}/packen?tag={store.slot['date']}&ansicht=produkte")
    expect(phone.page.locator("[data-w] .pack__tick:checked")).to_have_count(half)
    phone.go(store.page)
    for nth in OFFLINE[half:]:
        field(phone.page, store, nth).fill(str(grams[store.orders[nth]["number"]]))
        field(phone.page, store, nth).press("Enter")
    expect(bar(phone.page)).to_contain_text(f"{len(OFFLINE)} Eingaben warten auf Netz")
    assert set(weights(store, running).values()) == {None}
    phone.page.close()
    phone.context.set_offline(False)
    phone.page = phone.context.new_page()
    phone.go(store.page)
    expect(bar(phone.page)).to_contain_text("Alles gesendet")
    told = weights(store, running)
    assert {number: told[number] for number in grams} == grams
    phone.wrongs = [wrong for wrong in phone.wrongs if "ERR_INTERNET_DISCONNECTED" not in wrong]
    phone.look()


def test_two_helpers_who_differ_choose(come: Come, running: RunningMarket, store: Store) -> None:
    account = running.account("farm", farm=store.farm)
    one, other = come(), come(DESK)
    for visitor in (one, other):
        sign_in(visitor, account)
        visitor.go(store.page)
        expect(bar(visitor.page)).to_contain_text("Alles gesendet")
    usually, number = usual(store, running), store.orders[TWO_HELPERS]["number"]
    one.context.set_offline(True)
    field(one.page, store, TWO_HELPERS).fill(str(usually + 11))
    field(one.page, store, TWO_HELPERS).press("Enter")
    expect(bar(one.page)).to_contain_text("1 Eingabe wartet auf Netz")
    field(other.page, store, TWO_HELPERS).fill(str(usually + 22))
    field(other.page, store, TWO_HELPERS).press("Enter")
    until(lambda: weights(store, running)[number] == usually + 22, "the first result")
    one.context.set_offline(False)
    notice = one.page.locator("#packen-meldungen [role=alert]")
    expect(notice).to_contain_text("Zwei Ergebnisse")
    expect(notice).to_contain_text(f"{usually + 11:,}".replace(",", "."))
    expect(notice).to_contain_text(f"{usually + 22:,}".replace(",", "."))
    one.wrongs = [wrong for wrong in one.wrongs if "ERR_INTERNET_DISCONNECTED" not in wrong]
    one.look()
    assert weights(store, running)[number] == usually + 22, "the first result stands"
    one.button("Meine Eingabe nehmen").click()
    expect(notice).to_have_count(0)
    until(lambda: weights(store, running)[number] == usually + 11, "the corrected result")
    expect(field(other.page, store, TWO_HELPERS)).to_have_value(str(usually + 11))


def test_a_tick_taken_back_and_a_shortage_in_the_page(phone: Visitor, running: RunningMarket, store: Store) -> None:
    sign_in(phone, running.account("farm", farm=store.farm))
    phone.go(store.page)
    expect(bar(phone.page)).to_contain_text("Alles gesendet")
    box(phone.page, store, SHORT).check()
    until(lambda: {"packed", "open"} == {it["state"] for it in lines(store, running, SHORT)}, "the tick")
    box(phone.page, store, SHORT).uncheck()
    until(lambda: {"open"} == {it["state"] for it in lines(store, running, SHORT)}, "the tick taken back")
    card = phone.page.locator(f"#bestellung-{store.orders[SHORT]['number']}")
    card.get_by_role("link", name=f"{store.plain['name']}: etwas fehlt").click()
    dialog = phone.page.get_by_role("dialog")
    phone.look(dark=False)
    phone.see("say-short-here").click()
    expect(dialog.get_by_role("alert")).to_contain_text("warum etwas fehlt")
    dialog.get_by_label("Frost oder Wetter").check()
    phone.see("say-short-here").click()
    expect(card).to_contain_text("1 fehlt (Frost oder Wetter)")
    until(lambda: "short" in {it["state"] for it in lines(store, running, SHORT)}, "the shortage")
    weight = field(phone.page, store, SHORT)
    weight.fill("schwer")
    weight.press("Enter")
    expect(card.get_by_role("alert")).to_contain_text("Das ist kein Gewicht")
    phone.look(dark=False)
    weight.fill("9 kg")
    weight.press("Enter")
    expect(card.get_by_role("alert")).to_contain_text("Wirklich 9.000")
    weight.blur()
    expect(card.locator("[data-w] .pack__tick")).not_to_be_checked()
    expect(bar(phone.page)).to_contain_text("Alles gesendet")
    weight.fill("")
    weight.press("Enter")
    assert {it["state"] for it in lines(store, running, SHORT)} == {"short", "open"}


def test_signing_out_leaves_nothing_on_the_phone(phone: Visitor, running: RunningMarket, store: Store) -> None:
    sign_in(phone, running.account("farm", farm=store.farm))
    phone.go(store.page)
    kept(phone.page)
    phone.page.get_by_role("button", name=re.compile("Abmelden")).first.click()
    expect(phone.page.get_by_text("Sie sind abgemeldet.")).to_be_visible()
    left = phone.page.evaluate(
        "async () => [(await caches.keys()).filter((it) => it.startsWith('packen')),"
        " (await indexedDB.databases()).map((it) => it.name).filter((it) => it === 'packen')]"
    )
    assert left == [[], []]
    phone.context.set_offline(True)
    with pytest.raises(PlaywrightError, match="ERR_INTERNET_DISCONNECTED"):
        phone.go(store.page)


@pytest.mark.parametrize("path", ["", "&ansicht=produkte", "&ansicht=abholorte"])
def test_every_view_is_in_order(come: Come, running: RunningMarket, store: Store, path: str) -> None:
    for visitor in (come(), come(DESK)):
        sign_in(visitor, running.account("farm", farm=store.farm))
        visitor.go(store.page + path)
        expect(visitor.page.locator("main")).to_contain_text(store.plain["name"])
        visitor.look(widths=(320,))
