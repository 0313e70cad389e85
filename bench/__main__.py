"""`make bench`: a whole market of its own, and what it does. Figures are of this machine and this minute."""

from __future__ import annotations

import logging
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import requests

from bench.hanging import measure_hanging
from bench.packing import measure_packing
from bench.statements import count_statements
from tests.whole.running import RunningMarket

SECONDS = 5.0
USERS = 8


def show(what: str, figure: str) -> None:
    sys.stdout.write(f"{what:<58} {figure}\n")
    sys.stdout.flush()


def throughput(work: Callable[[requests.Session], None]) -> tuple[float, float]:
    """(how many a second, median milliseconds) of `work` with USERS users for SECONDS."""
    times: list[float] = []

    def user(_: int) -> None:
        session = requests.Session()
        end = time.perf_counter() + SECONDS
        while time.perf_counter() < end:
            began = time.perf_counter()
            work(session)
            times.append(time.perf_counter() - began)

    with ThreadPoolExecutor(USERS) as pool:
        list(pool.map(user, range(USERS)))
    return len(times) / SECONDS, statistics.median(times) * 1000


def offers_of(market: RunningMarket) -> tuple[Any, list[Any]]:
    slots = market.every("/pickup-slots?market=muensterland&open=true")
    slot = max(slots, key=lambda found: found["places_left"] or 0)
    offers = market.every(f"/pickup-slots/{slot['id']}/offers")
    return slot, [offer for offer in offers if not offer["min_age"]]


def order(session: requests.Session, market: RunningMarket, slot: Any, lines: list[Any]) -> int:
    """Places one order to be paid at the pickup; the status it was answered with."""
    body = {
        "pickup_slot": slot["id"],
        "lines": lines,
        "customer": {"name": "Lisa", "email": "lisa@example.org"},
        "payment_method": "pay_at_pickup",
    }
    key = {"Idempotency-Key": secrets.token_hex(12)}
    return session.post(f"{market.url}/api/v1/orders", json=body, headers=key, timeout=60).status_code


def make_room(market: RunningMarket) -> None:
    """Enough of everything and places for everybody, so that orders are measured and not refusals."""
    with psycopg.connect(market.command("db", "url"), autocommit=True) as connection:
        connection.execute("SET ROLE marketplace_app")
        connection.execute("UPDATE stock SET capacity = 1000000")
        connection.execute("UPDATE pickup_slot SET capacity = 1000000")


def measure(market: RunningMarket) -> None:
    make_room(market)
    slot, offers = offers_of(market)
    listing = f"{market.url}/markt/{slot['slug'] if 'slug' in slot else slot['id']}"

    def page(session: requests.Session) -> None:
        session.get(listing, timeout=30).raise_for_status()

    rate, median = throughput(page)
    show(f"listing page, {USERS} users", f"{rate:6.1f}/s   median {median:6.1f} ms")
    refused: list[int] = []
    lines = [{"offer": offer["id"], "quantity": 1} for offer in offers[:4]]

    def whole(session: requests.Session) -> None:
        status = order(session, market, slot, lines)
        if status != 201:
            refused.append(status)

    rate, median = throughput(whole)
    show(f"order of 4 goods over the API, {USERS} users", f"{rate:6.1f}/s   median {median:6.1f} ms")
    show("  of these refused (sold out, slot full)", str(len(refused)))
    for name, count in count_statements(market, slot, lines).items():
        show(f"SQL statements: {name}", str(count))
    measure_hanging(market, slot, lines, show)


def main() -> None:
    """Two starts, then pages and orders."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("first start to open", "next start to open"):
            began = time.perf_counter()
            market = RunningMarket(Path(folder) / "var", RATE_LIMITS="off", PAYMENT_METHODS="card,pay_at_pickup")
            show(name, f"{time.perf_counter() - began:6.1f} s")
            if name.startswith("next"):
                measure(market)
                measure_packing(market, show)
            began = time.perf_counter()
            market.stop()
            show("  stopped", f"{time.perf_counter() - began:6.1f} s")


if __name__ == "__main__":
    main()
