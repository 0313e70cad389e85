"""A provider that hangs for a minute: how long pages take meanwhile, and orders that are to be paid by card."""

from __future__ import annotations

import json
import secrets
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

import requests

from tests.whole.running import RunningMarket

SECONDS = 15.0
BUYERS = 4
READERS = 4


def measure_hanging(market: RunningMarket, slot: Any, lines: list[Any], show: Callable[[str, str], None]) -> None:
    """Medians and worst times in milliseconds, while every answer of the provider takes 60 seconds."""
    services = json.loads((market.folder / "run" / "services.json").read_text())
    levers = f"{services['STRIPE_API_BASE']}/_stand_in"
    key = {"Authorization": f"Bearer {services['STRIPE_API_KEY']}"}
    fault = {"kind": "hang", "seconds": 60, "count": 100_000, "path": "/v1"}
    requests.post(f"{levers}/faults", json=fault, headers=key, timeout=10).raise_for_status()
    page = f"{market.url}/markt/{slot['slug'] if 'slug' in slot else slot['id']}"
    wish = {
        "pickup_slot": slot["id"],
        "lines": lines,
        "customer": {"name": "Lisa", "email": "lisa@example.org"},
        "payment_method": "card",
    }

    def buy(session: requests.Session) -> None:
        headers = {"Idempotency-Key": secrets.token_hex(12)}
        session.post(f"{market.url}/api/v1/orders", json=wish, headers=headers, timeout=60).raise_for_status()

    def read(session: requests.Session) -> None:
        session.get(page, timeout=60).raise_for_status()

    times: dict[str, list[float]] = {"pages": [], "orders by card": []}
    threads = [threading.Thread(target=_repeat, args=(buy, times["orders by card"])) for _ in range(BUYERS)]
    threads += [threading.Thread(target=_repeat, args=(read, times["pages"])) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for what, took in times.items():
        figure = f"median {statistics.median(took):6.1f} ms   worst {max(took):7.1f} ms   of {len(took)}"
        show(f"provider hangs 60 s: {what}", figure)
    # All its threads hang; it hears this when the first of them is through.
    requests.post(f"{levers}/faults/clear", json={}, headers=key, timeout=120).raise_for_status()


def _repeat(work: Callable[[requests.Session], None], times: list[float]) -> None:
    session = requests.Session()
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        began = time.perf_counter()
        work(session)
        times.append((time.perf_counter() - began) * 1000)
