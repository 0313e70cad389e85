"""Every page that somebody can reach by links: in order for axe, in width, in title, without a wrong request.

Follows the links of each role through the site: two addresses of each route, one with each set of names in its query.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Error as BrowserError
from werkzeug.exceptions import HTTPException

from marketplace.app import create_app
from marketplace.kernel.settings import Settings
from tests.browser import shopping
from tests.browser.conftest import Come
from tests.browser.looking import PHONE, Visitor
from tests.browser.people import sign_in
from tests.whole.running import RunningMarket

MOST = 60
OF_A_KIND = 2
NARROW, WIDE = 320, 1280
STARTS = {
    "guest": ("/", "/markt", "/abholort", "/warenkorb", "/konto/anmelden", "/api/docs", "/api/problems/shortage"),
    "customer": ("/konto/",),
    "farm": ("/hof/", "/hof/{farm}/packen?tag={day}"),
    "host": ("/abholung/", "/abholung/bestellung/{number}"),
    "operator": ("/leitung/", "/konto/bestaetigen"),
    "approver": ("/leitung/", "/leitung/auszahlungen"),
}
# No pages: machines, pictures, the language switch, the builders' gallery. Or pages between two steps, which the
# journeys look at.
APART = {
    "assets", "favicon", "static", "language_switch", "media.picture", "shop.ranking_alias",
    "service.healthz", "service.readyz", "service.figures",
    "account.code", "farm.packing_stand", "farm.packing_worker", "farm.short", "farm.to_provider",
    "shop.ask_to_cancel", "shop.appointment", "office.sepa", "ui_gallery", "ui_picture", "account.invitation",
    "account.ask_to_remove_means", "farm.import_job", "farm.import_progress",
}  # fmt: skip
LINKS, ADDRESSES = "a[href^='/']", "all => all.map((a) => a.getAttribute('href'))"
SEEN: set[str] = set()


@pytest.fixture(scope="module")
def routes() -> Iterator[Flask]:
    """The application for its routes alone: it is connected to nothing."""
    nowhere = {
        "MARKETPLACE_ENV": "test",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "0123456789abcdef0123456789abcdef-tests",
        "PUBLIC_URL": "http://localhost",
        "STRIPE_API_BASE": "http://127.0.0.1:9",
        "STRIPE_API_KEY": "sk_test_of_the_tests",
        "STRIPE_WEBHOOK_SECRET": "whsec_of_the_tests_0123456789",
    }
    yield create_app(Settings.load(nowhere))


class Walk:
    """One visitor's way through all links."""

    def __init__(self, visitor: Visitor, routes: Flask) -> None:
        self.visitor = visitor
        self._routes = routes.url_map.bind("localhost")
        self._kinds: Counter[tuple[str, ...]] = Counter()
        self._queue: list[tuple[str, tuple[str, ...]]] = []
        self._known: set[str] = set()

    def add(self, path: str) -> None:
        """Remembers an address unless two of its kind are known already."""
        path = path.split("#")[0]
        parts = urlsplit(path)
        try:
            endpoint, _values = self._routes.match(parts.path, method="GET")
        except HTTPException:
            endpoint = "unknown"
        kind = (endpoint, *sorted(name for name, _value in parse_qsl(parts.query)))
        if path in self._known or endpoint in APART or endpoint.startswith("api."):
            return
        if self._kinds[kind] >= (OF_A_KIND if len(kind) == 1 else 1):
            return
        self._kinds[kind] += 1
        self._known.add(path)
        self._queue.append((path, kind))

    def go(self) -> list[str]:
        """Visits what was added and what it leads to; the problems found."""
        problems: list[str] = []
        visited = 0
        looked: set[str] = set()
        while self._queue and visited < MOST:
            path, kind = self._queue.pop(0)
            visited += 1
            SEEN.add(kind[0])
            try:
                self.visitor.go(path)
                self.visitor.look(dark=kind[0] not in looked, widths=(NARROW, WIDE))
            except BrowserError as error:
                if "Download is starting" not in str(error):
                    raise
                continue  # a file
            except AssertionError as found:
                problems.append(str(found))
            looked.add(kind[0])
            for link in self.visitor.page.eval_on_selector_all(LINKS, ADDRESSES):
                self.add(link)
        return problems


def packed_order(running: RunningMarket) -> dict[str, str] | None:
    """Farm, day and number of an order of the market day that was packed with something missing."""
    rows = running.rows("SELECT farm_id, order_number FROM contract.order_lines WHERE state = 'short'")
    orders = running.every("/office/orders", running.account("operator")["email"]) if rows else []
    for order in orders:
        if order["number"] == rows[0][1]:
            return {"farm": str(rows[0][0]), "number": order["number"], "day": order["date"]}
    return None


@pytest.mark.parametrize("role", STARTS)
def test_pages_are_in_order(role: str, come: Come, running: RunningMarket, routes: Flask) -> None:
    visitor = come(PHONE)
    packed = packed_order(running)
    if role == "guest":
        slot = shopping.open_slot(running, "Nottuln")
        shopping.put_into_basket(visitor, slot, shopping.plain_offer(running, slot))
    else:
        sign_in(visitor, running.account(role, farm=packed["farm"] if packed and role == "farm" else None))
    walk = Walk(visitor, routes)
    for path in STARTS[role]:
        if packed or "{" not in path:
            walk.add(path.format(**packed or {}))
    problems = walk.go()
    assert not problems, "\n".join(problems)


def test_no_page_was_left_out(routes: Flask) -> None:
    """Each address that answers GET was reached by somebody, or is named above as no page."""
    if not {"shop.market", "farm.packing_paper", "office.run"} <= SEEN:
        pytest.skip("the market day or the walks were not part of this run")
    pages = {
        rule.endpoint
        for rule in routes.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.endpoint.startswith("api.")
    }
    assert pages - SEEN - APART == set()
