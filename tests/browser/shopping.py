"""What a customer does in the shop, step by step as the pages offer it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import expect

from tests.browser.looking import Visitor
from tests.whole.running import RunningMarket

FINE_CARD = "4242424242424242"
CARD_WITH_QUESTION = "4000002760003184"
DECLINED_CARD = "4000000000000002"
NUMBER = re.compile(r"/bestellung/([^/?]+)")


@dataclass(frozen=True)
class Bought:
    """An order as its customer knows it: the address of its page."""

    number: str
    token: str

    def seen_by_api(self, running: RunningMarket) -> Any:
        return running.order({"number": self.number, "token": self.token})


def open_slot(running: RunningMarket, town: str) -> Any:
    """The next slot on the market square of a town that still takes orders for a while; there are some every week."""
    enough = datetime.fromisoformat(running.command("clock", "show")) + timedelta(minutes=30)
    slots = running.every("/pickup-slots?market=muensterland&open=true")
    there = [slot for slot in slots if slot["pickup_point"]["town"] == town]
    return min(
        (slot for slot in there if datetime.fromisoformat(slot["orders_close_at"]) > enough),
        key=lambda slot: slot["date"],
    )


def plain_offers(running: RunningMarket, slot: Any, **wanted: Any) -> list[Any]:
    """Offers of plenty in a slot: no age limit, not weighed, no deposit, but for what is `wanted`."""
    likes = {"catch_weight": False, "deposit_cents": 0, "min_age": 0, **wanted}
    return [
        offer
        for offer in running.every(f"/pickup-slots/{slot['id']}/offers")
        if (offer["available"] is None or offer["available"] >= 5)
        and offer["orders_close_at"] >= slot["orders_close_at"]
        and all(is_liked(offer[name], value) for name, value in likes.items())
    ]


def plain_offer(running: RunningMarket, slot: Any, **wanted: Any) -> Any:
    """The first of `plain_offers`."""
    found = plain_offers(running, slot, **wanted)
    assert found, f"slot {slot['id']} has no offer with {wanted}"
    return found[0]


def is_liked(value: Any, wanted: Any) -> bool:
    return bool(wanted(value)) if callable(wanted) else bool(value == wanted)


def choose_slot(visitor: Visitor, slot: Any) -> None:
    """On the page of places: looks for the town, takes the slot, goes on to its market."""
    visitor.go("/abholort")
    visitor.page.get_by_label("Ort oder Postleitzahl").fill(slot["pickup_point"]["town"])
    visitor.button("Suchen").first.click()
    day = datetime.fromisoformat(slot["pickup_from"])
    radio = visitor.page.get_by_role("radio", name=re.compile(rf"\b{day.day}\.{day.month}\..*{day:%H:%M}"))
    radio.first.check()
    visitor.see("choose-slot").click()
    visitor.page.wait_for_url("**/markt/**")


def find_product(visitor: Visitor, name: str) -> None:
    """Looks for a product by its name on the market's page."""
    visitor.page.get_by_role("searchbox").first.fill(name)
    visitor.page.get_by_role("searchbox").first.press("Enter")
    expect(visitor.see("offers").get_by_role("link", name=name).first).to_be_visible()
    expect(visitor.see("offer-count")).to_contain_text(re.compile(r"^\d Angebot"))


def put_into_basket(visitor: Visitor, slot: Any, offer: Any) -> None:
    """From the market's page with its plus."""
    choose_slot(visitor, slot)
    find_product(visitor, offer["name"])
    visitor.button(f"{offer['name']} in den Korb").first.click()
    expect(visitor.page.get_by_role("group", name=f"Menge {offer['name']}").first).to_be_visible()


def fill_contact(visitor: Visitor, name: str = "Lisa Terhorst", email: str = "lisa@example.org") -> None:
    visitor.page.get_by_label("Vor- und Nachname").fill(name)
    visitor.page.get_by_label("E-Mail").fill(email)


def order_with_obligation(visitor: Visitor) -> None:
    """The button of the checkout, then the provider's page."""
    visitor.button("Zahlungspflichtig bestellen").click()
    visitor.page.wait_for_url(lambda url: url.startswith(visitor.payments))


def pay(visitor: Visitor, card: str = FINE_CARD) -> None:
    """On the hosted page; where it leads is the caller's to see."""
    visitor.page.get_by_label("Kartennummer").fill(card)
    visitor.see("pay-submit").click()


def bought(visitor: Visitor) -> Bought:
    """The order whose page is open once its payment has arrived."""
    visitor.page.wait_for_url("**/bestellung/**")
    expect(visitor.see("pickup-code")).to_be_visible(timeout=30_000)
    found = NUMBER.search(visitor.page.url)
    token = re.search(r"token=([^&]+)", visitor.page.url)
    assert found and token, visitor.page.url
    return Bought(found[1], token[1])
