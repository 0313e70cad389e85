"""A market day by those who make it: the farm fills and packs, the host hands over, the office pays out.

The tests follow one another as the day does, on two orders that were paid before the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import shopping
from tests.browser.conftest import Come
from tests.browser.looking import DESK, Visitor
from tests.browser.people import confirm, sign_in
from tests.whole.running import RunningMarket, pay_on_page, until


@dataclass(frozen=True)
class Day:
    """One slot: a crate with something weighed and two of something plain of one farm; a bottle that asks for age."""

    slot: Any
    weighed: Any
    plain: Any
    strong: Any
    crate: Any
    bottle: Any

    @property
    def farm(self) -> str:
        return str(self.weighed["farm"]["id"])


@pytest.fixture(scope="module")
def day(running: RunningMarket) -> Day:
    slot = shopping.open_slot(running, "Dülmen")
    plain_ones = {offer["farm"]["id"]: offer for offer in shopping.plain_offers(running, slot)}
    weighed = shopping.plain_offer(running, slot, catch_weight=True, farm=lambda farm: farm["id"] in plain_ones)
    plain = plain_ones[weighed["farm"]["id"]]
    strong = shopping.plain_offer(running, slot, min_age=18)
    lines = [{"offer": weighed["id"], "quantity": 1}, {"offer": plain["id"], "quantity": 2}]
    crate = running.place(slot["id"], lines)
    somebody = {"name": "Jan Voß", "email": "jan@example.org", "birth_date": "1980-05-01"}
    bottle = running.place(slot["id"], [{"offer": strong["id"], "quantity": 1}], customer=somebody)
    for placed in (crate, bottle):
        assert pay_on_page(running.payment_url(placed)).status_code in (302, 303)
    for placed in (crate, bottle):
        running.is_in(placed, "confirmed")
    return Day(slot, weighed, plain, strong, crate, bottle)


def farmer(running: RunningMarket, farm: str) -> Any:
    return running.account("farm", farm=farm)


def offers_of_farm(running: RunningMarket, day: Day, on: str) -> dict[str, Any]:
    """The farm's own offers on a date by the name of the product and its unit."""
    items = running.every(f"/farm/offers?date={on}", farmer(running, day.farm)["email"])
    return {f"{item['name']}, {item['sale_unit']}": item for item in items}


def test_the_farm_changes_its_stock(phone: Visitor, running: RunningMarket, day: Day) -> None:
    sign_in(phone, farmer(running, day.farm))
    phone.go("/hof/")
    phone.look()
    phone.go(f"/hof/{day.farm}/bestand?tag={day.slot['date']}")
    phone.look()
    amount = phone.page.get_by_role("textbox", name=f"Menge {day.plain['name']}", exact=True).first
    before = amount.input_value()
    amount.fill("1")
    amount.blur()
    refusal = phone.page.get_by_role("alert")
    with phone.refused(422):
        expect(refusal).to_be_visible()
    sold = re.findall(r"\d+", refusal.inner_text())
    assert int(sold[0]) >= 2, refusal.inner_text()
    expect(amount).to_have_value(before)
    phone.look(dark=False)
    amount.fill("77")
    amount.blur()
    expect(phone.page.get_by_text("Gespeichert")).to_be_visible()
    offer = offers_of_farm(running, day, day.slot["date"])[f"{day.plain['name']}, {day.plain['sale_unit']}"]
    assert offer["capacity"] == 77


def test_the_farm_takes_over_last_week(phone: Visitor, running: RunningMarket, day: Day) -> None:
    sign_in(phone, farmer(running, day.farm))
    next_week = (date.fromisoformat(day.slot["date"]) + timedelta(days=7)).isoformat()
    phone.go(f"/hof/{day.farm}/bestand?tag={next_week}")
    phone.see("like-last-week").click()
    expect(phone.page.get_by_role("textbox", name=f"Menge {day.plain['name']}", exact=True).first).to_have_value("77")
    phone.look()
    this, then = (offers_of_farm(running, day, on) for on in (day.slot["date"], next_week))
    mine = f"{day.plain['name']}, {day.plain['sale_unit']}"
    assert then[mine]["capacity"] == this[mine]["capacity"] == 77


def test_the_farm_packs(phone: Visitor, running: RunningMarket, day: Day) -> None:
    """After the cut-off: a weight typed ticks its line; one of two is missing and the customer reads why."""
    closes = datetime.fromisoformat(day.slot["orders_close_at"])
    running.set_clock((closes + timedelta(seconds=5)).isoformat())
    running.is_in(day.crate, "packing")
    sign_in(phone, farmer(running, day.farm))
    phone.go(f"/hof/{day.farm}/packen?tag={day.slot['date']}")
    phone.look()
    number = running.order(day.crate)["pickup_number"]
    card = phone.page.locator(f"#bestellung-{day.crate['number']}")
    assert str(number) in card.inner_text()
    assert "Terhorst" not in card.inner_text()
    card.get_by_role("link", name=f"{day.plain['name']}: etwas fehlt").click()
    phone.page.get_by_label("So viele sind da").fill("1")
    phone.page.get_by_label("nicht genug geerntet").check()
    phone.look()
    phone.see("say-short-here").click()
    expect(card).to_contain_text("1 fehlt (nicht genug geerntet)")
    weight = card.get_by_label(f"Gewicht {day.weighed['name']} in Gramm")
    usual = next(line["usual_weight_g"] for line in packing_lines(running, day) if line["catch_weight"])
    weight.fill(str(usual * 96 // 100))
    expect(card.get_by_role("checkbox", name=re.compile(re.escape(day.weighed["name"])))).to_be_checked()
    weight.press("Enter")
    expect(card).to_have_class(re.compile("order--done"))
    phone.look()
    order = running.is_in(day.crate, "ready")
    states = {line["offer"]: (line["state"], line["packed_quantity"], line["weight_g"]) for line in order["lines"]}
    assert states == {day.weighed["id"]: ("packed", 1, usual * 96 // 100), day.plain["id"]: ("short", 1, None)}
    until(lambda: running.order(day.crate)["payment_state"] == "captured", "what was packed to be charged")
    for path in ("?ansicht=produkte&", "?ansicht=abholorte&", "/drucken?"):
        phone.go(f"/hof/{day.farm}/packen{path}tag={day.slot['date']}")
        phone.look(dark=False)


def packing_lines(running: RunningMarket, day: Day) -> list[Any]:
    orders = running.every(f"/farm/packing-list?date={day.slot['date']}", farmer(running, day.farm)["email"])
    return [line for order in orders if order["number"] == day.crate["number"] for line in order["lines"]]


def test_the_customer_reads_what_is_missing(phone: Visitor, running: RunningMarket, day: Day) -> None:
    phone.go(f"/bestellung/{day.crate['number']}?token={day.crate['token']}")
    expect(phone.page.get_by_text("nicht genug geerntet")).to_be_visible()
    owed = running.order(day.crate)["owed_cents"]
    expect(phone.page.get_by_text(f"{owed // 100},{owed % 100:02} €").first).to_be_visible()
    phone.look()


def test_the_host_hands_over(phone: Visitor, running: RunningMarket, day: Day) -> None:
    """By the code; a wrong one is said so; what is for adults wants the question answered first."""
    begins = datetime.fromisoformat(day.slot["pickup_from"])
    running.set_clock((begins + timedelta(minutes=10)).isoformat())
    bottle = running.is_in(day.bottle, "ready")
    sign_in(phone, running.account("host"))
    phone.go("/abholung/")
    phone.look()
    phone.go(f"/abholung/{day.slot['id']}")
    phone.look()
    with phone.refused(404, 422):
        type_code(phone, "ZZZ ZZZ")
        expect(phone.page.get_by_role("alert")).to_be_visible()
        phone.look(dark=False)
    type_code(phone, bottle["pickup_code"])
    expect(phone.page.get_by_text(day.strong["name"]).first).to_be_visible()
    phone.look()
    with phone.refused(409):
        phone.see("hand-over").click()
        expect(phone.see("problem")).to_have_attribute("data-problem", "age")
        phone.look()
    assert running.order(day.bottle)["state"] == "ready"
    phone.see("age-checked").check()
    phone.see("hand-over").click()
    running.is_in(day.bottle, "collected", seconds=10)
    phone.go(f"/abholung/{day.slot['id']}")
    type_code(phone, running.order(day.crate)["pickup_code"].lower())
    phone.see("hand-over").click()
    running.is_in(day.crate, "collected", seconds=10)
    phone.go(f"/abholung/bestellung/{day.crate['number']}")
    expect(phone.see("done")).to_contain_text("Ausgegeben")
    phone.look()


def type_code(phone: Visitor, code: str) -> None:
    phone.page.get_by_label("Code oder Abholnummer").fill(code)
    phone.see("find").click()


def test_the_office_gives_money_back(desk: Visitor, running: RunningMarket, day: Day) -> None:
    """From the front page over the day and the order to a refund that the market bears."""
    boss = running.account("operator")
    sign_in(desk, boss, looking=True)
    desk.go("/leitung/")
    desk.look(widths=(390,))
    desk.go(f"/leitung/markttage/{day.slot['market_day']}")
    desk.look(widths=(390,))
    desk.go("/leitung/bestellungen")
    desk.page.get_by_label("Nummer, Abholcode, Name, E-Mail").fill(day.crate["number"])
    desk.button("Suchen").click()
    desk.link(day.crate["number"]).click()
    desk.page.wait_for_url(f"**/bestellungen/{day.crate['number']}")
    desk.look(widths=(390,))
    desk.page.get_by_label("Oder ein Betrag in Euro").fill("0,50")
    desk.page.get_by_label("Grund").fill("Ein Apfel war braun.")
    desk.page.get_by_label("Der Markt").check()
    confirm(desk, boss)
    desk.see("refund").click()
    expect(desk.page.get_by_text("Ein Apfel war braun.").first).to_be_visible()
    until(lambda: running.order(day.crate)["payment_state"] == "partially_refunded", "the refund")
    desk.look()
    desk.link("Buchungen dieser Bestellung").click()
    desk.look(widths=(390,))


def test_the_office_pays_out_with_four_eyes(come: Come, running: RunningMarket, day: Day) -> None:
    ends = datetime.fromisoformat(day.slot["pickup_until"])
    running.set_clock((ends + timedelta(days=6)).isoformat())
    maker, signer = running.account("operator", nth=1), running.account("approver")
    # What others have not collected falls due as well: figures that change after the submission are not signed.
    until(lambda: all_ended(running, day, maker["email"]), "every order of the day to end")
    making = come(DESK)
    sign_in(making, maker)
    making.go("/leitung/auszahlungen")
    making.page.get_by_label("Verkäufe bis einschließlich").fill(day.slot["date"])
    making.see("draw-up").click()
    making.page.wait_for_url(re.compile(r"/auszahlungen/\d+$"))
    run = making.page.url.rsplit("/", 1)[1]
    making.look(widths=(390,))
    making.see("submit-run").click()
    expect(making.see("sign-box")).to_contain_text("Freigeben muss eine zweite Person")
    assert making.see("approve-run").count() == 0
    refused = running.ask("POST", f"/office/payout-runs/{run}/approve", maker["email"])
    assert refused.status_code in (403, 409)

    signing = come(DESK)
    sign_in(signing, signer, looking=True)
    signing.go(f"/leitung/auszahlungen/{run}")
    expect(signing.see("sign-box")).to_contain_text("Vorbereitet")
    signing.look(widths=(390,))
    confirm(signing, signer)
    signing.see("approve-run").click()
    expect(signing.see("approve-run")).to_have_count(0)
    assert running.call("GET", f"/office/payout-runs/{run}", maker["email"])["state"] == "approved"

    making.page.reload()
    confirm(making, maker)
    making.see("pay-run").click()
    expect(making.see("pay-run")).to_have_count(0)
    paid = until(lambda: of_state(running, run, maker["email"], "paid"), "the run to be paid", 90)
    assert sum(statement["payout_cents"] for statement in paid["statements"]) > 0
    making.page.reload()
    expect(making.page.get_by_text("ausgezahlt").first).to_be_visible()
    making.look(widths=(390,))
    making.page.get_by_role("table").get_by_role("link").first.click()
    making.look(widths=(390,))
    running.command("books", "check")


def all_ended(running: RunningMarket, day: Day, who: str) -> bool:
    orders = running.every(f"/office/orders?date={day.slot['date']}", who)
    return all(order["state"] in ("collected", "not_collected", "cancelled", "expired") for order in orders)


def of_state(running: RunningMarket, run: str, who: str, state: str) -> Any:
    found = running.call("GET", f"/office/payout-runs/{run}", who)
    return found if found["state"] == state else None


def test_the_farm_reads_its_statement(phone: Visitor, running: RunningMarket, day: Day) -> None:
    sign_in(phone, farmer(running, day.farm))
    phone.go(f"/hof/{day.farm}/abrechnung")
    phone.look()
    phone.page.get_by_role("table").get_by_role("link").first.click()
    phone.look()
    statement = running.every("/farm/statements", farmer(running, day.farm)["email"])[0]
    cents = statement["payout_cents"]
    expect(phone.page.get_by_text(f"{cents // 100},{cents % 100:02}").first).to_be_visible()
