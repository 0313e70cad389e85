"""The packing page of a large day: 300 orders, 1,500 lines of one farm; at the server, and in a slow Chromium."""

from __future__ import annotations

import itertools
import os
import shutil
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import requests

from marketplace.app import create_app
from marketplace.kernel.database import close_engines
from marketplace.kernel.settings import Settings
from marketplace.people.accounts import account_by_email
from marketplace.people.sign_ins import begin
from marketplace.web.access import SIGN_IN
from tests.whole.running import RunningMarket

ORDERS, LINES = 300, 5
TIMES = 15
SLOWER = 4
PAPERS = ("ernteliste", "bestellungen", "abholorte", "etiketten", "etikettenbogen")
OPENED = """() => {
  const [it] = performance.getEntriesByType("navigation");
  return [it.responseEnd, it.domContentLoadedEventEnd, it.loadEventEnd];
}"""
Show = Callable[[str, str], None]


def measure_packing(market: RunningMarket, show: Show) -> None:
    """Orders the day, moves the clock past its cut-off, and opens what a farm opens."""
    slot, farm = order_a_large_day(market)
    closes = datetime.fromisoformat(slot["orders_close_at"])
    market.set_clock((closes + timedelta(seconds=5)).isoformat())
    cookie = cookie_of(market, farm)
    page = f"/hof/{farm}/packen?tag={slot['date']}"
    session = requests.Session()
    session.headers["Cookie"] = cookie
    for name, path in (
        ("orders", page),
        ("products", f"{page}&ansicht=produkte"),
        ("places", f"{page}&ansicht=abholorte"),
        ("state, asked every few seconds", page.replace("/packen?", "/packen/stand?")),
        *((f"paper {paper}", page.replace("/packen?", f"/packen/{paper}.pdf?")) for paper in PAPERS),
    ):
        show(f"packing, {ORDERS} orders, {ORDERS * LINES} lines: {name}", median_of(session, market.url + path))
    in_chromium(market, cookie, page, show)


def order_a_large_day(market: RunningMarket) -> tuple[Any, str]:
    """Places the orders at the farm with the most products; the slot and the farm."""
    slots = market.every("/pickup-slots?market=muensterland&open=true")
    slot = min(slots, key=lambda found: found["orders_close_at"])
    offers = [offer for offer in market.every(f"/pickup-slots/{slot['id']}/offers") if not offer["min_age"]]
    by_farm: dict[str, list[Any]] = {}
    for offer in offers:
        by_farm.setdefault(offer["farm"]["id"], []).append(offer)
    farm, goods = max(by_farm.items(), key=lambda found: len(found[1]))

    def place(number: int) -> None:
        chosen = list(itertools.islice(itertools.cycle(goods), number % len(goods), number % len(goods) + LINES))
        lines = [{"offer": offer["id"], "quantity": 1 + number % 2} for offer in chosen]
        customer = {"name": "Lisa Brink", "email": f"lisa{number}@example.org"}
        market.place(slot["id"], lines, customer=customer, payment_method="pay_at_pickup")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(place, range(ORDERS)))
    return slot, farm


def cookie_of(market: RunningMarket, farm: str) -> str:
    """A signed-in farmer's cookie."""
    app = create_app(Settings.load({**os.environ, **market.environ}))
    with app.app_context():
        account = account_by_email(market.account("farm", farm=farm)["email"])
        token = begin(account.id, second_factor=True)
        close_engines()
    signer = app.session_interface.get_signing_serializer(app)
    assert signer is not None
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({SIGN_IN: token})}"


def median_of(session: requests.Session, url: str) -> str:
    times, size = [], 0
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = session.get(url, timeout=60)
        answer.raise_for_status()
        times.append(time.perf_counter() - began)
        size = len(answer.content)
    return f"median {statistics.median(times) * 1000:7.1f} ms   {size / 1024:7.1f} KB"


def in_chromium(market: RunningMarket, cookie: str, page: str, show: Show) -> None:
    """Opens the page with the processor slowed down, and ticks a box."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        show("packing in Chromium", "skipped, there is none")
        return
    from playwright.sync_api import sync_playwright

    name, _, value = cookie.partition("=")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
        context.add_cookies([{"name": name, "value": value, "url": market.url}])
        for factor in (1, SLOWER):
            opened, ticked = [], []
            for _ in range(5):
                tab = context.new_page()
                context.new_cdp_session(tab).send("Emulation.setCPUThrottlingRate", {"rate": factor})
                tab.goto(market.url + page, wait_until="load")
                opened.append(tab.evaluate(OPENED))
                box = tab.locator(".pack:not([data-w]) .pack__tick:not(:checked)").first
                began = time.perf_counter()
                box.click()
                tab.locator(".pack--waits, .pack__tick:checked").first.wait_for()
                ticked.append((time.perf_counter() - began) * 1000)
                tab.close()
            answered, ready, loaded = (statistics.median(column) for column in zip(*opened, strict=True))
            show(
                f"packing in Chromium, processor {factor}x slower",
                f"answered {answered:6.0f} ms   usable {ready:6.0f} ms   loaded {loaded:6.0f} ms   "
                f"a tick {statistics.median(ticked):5.0f} ms",
            )
        browser.close()
