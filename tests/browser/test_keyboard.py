"""An order without touching the mouse: everything is reached with Tab, and one always sees where one is."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser import shopping
from tests.browser.looking import Visitor
from tests.whole.running import RunningMarket

FAR = 120
WHERE = """() => {
  const it = document.activeElement, style = getComputedStyle(it), box = it.getBoundingClientRect();
  const label = it.labels && it.labels.length ? it.labels[0] : it;
  const words = it.getAttribute("aria-label") || label.textContent;
  const seen = style.outlineStyle !== "none" || style.boxShadow !== "none" || it.type === "radio";
  return {words: (words || "").replace(/[\\s\\u00ad]+/g, " ").trim(), seen: seen && box.width > 0, tag: it.tagName};
}"""


class Keys:
    """Somebody who types and never points."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page = visitor.page

    def to(self, words: str) -> None:
        """Tabs on until the focus is on what is called `words` (a regular expression); every stop must be visible."""
        for _ in range(FAR):
            self.page.keyboard.press("Tab")
            where = self.page.evaluate(WHERE)
            assert where["seen"] or where["tag"] == "BODY", f"nobody sees the focus on {where}"
            if re.search(words, where["words"]):
                return
        raise AssertionError(f"{self.page.url}: no way with Tab to {words!r}")

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def write(self, words: str) -> None:
        self.page.keyboard.type(words)


def test_orders_with_the_keyboard_alone(desk: Visitor, running: RunningMarket) -> None:
    slot = shopping.open_slot(running, "Nottuln")
    offer = shopping.plain_offer(running, slot)
    keys = Keys(desk)
    desk.go("/abholort")
    keys.to("Zum Inhalt springen")
    keys.press("Enter")
    keys.to("Ort oder Postleitzahl")
    keys.write("Nottuln")
    keys.press("Enter")
    desk.page.wait_for_url("**/abholort?q=*")
    keys.to("Nottuln")
    keys.press("Space")
    keys.to("Zum Markt")
    keys.press("Enter")
    desk.page.wait_for_url("**/markt/**")
    keys.to("Produkt oder Hof suchen")
    keys.write(offer["name"])
    keys.press("Enter")
    desk.page.wait_for_url("**/markt/*q=*")
    keys.to(re.escape(f"{offer['name']} in den Korb"))
    keys.press("Enter")
    more = desk.see("offers").get_by_role("button", name="Eins mehr")
    expect(more).to_be_focused()
    keys.press("Enter")
    expect(desk.see("offers").get_by_role("status")).to_have_text("2")
    keys.to("^Zur Kasse")
    keys.press("Enter")
    desk.page.wait_for_url("**/warenkorb")
    keys.to("^Zur Kasse")
    keys.press("Enter")
    desk.page.wait_for_url("**/kasse")
    keys.to("Vor- und Nachname")
    keys.write("Lisa Terhorst")
    keys.to("^E-Mail")
    keys.write("lisa@example.org")
    keys.to("Zahlungspflichtig bestellen")
    keys.press("Enter")
    desk.page.wait_for_url(lambda url: url.startswith(desk.payments))
    keys.to("zahlen")
    keys.press("Enter")
    seen = shopping.bought(desk).seen_by_api(running)
    assert (seen["state"], [line["quantity"] for line in seen["lines"]]) == ("confirmed", [2])
