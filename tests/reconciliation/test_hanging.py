"""A provider that hangs: some calls wait for it, everybody else is served."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from marketplace.kernel.database import rows
from marketplace.kernel.settings import Settings
from marketplace.payments import gateway
from marketplace.providers.circuit import Circuit
from marketplace.providers.stripe_client import WEB_CALLS_AT_ONCE, make_client
from marketplace.providers.stripe_gateway import StripeGateway
from tests.factories.small_market import SmallMarket, small_market

LONG = 30


class Hanging:
    """Takes every connection and says nothing until it is told to hang up."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with self._news:
                self._open.append(connection)
                self._news.notify_all()

    def wait_for(self, calls: int) -> None:
        with self._news:
            assert self._news.wait_for(lambda: len(self._open) >= calls, LONG)

    @property
    def asked(self) -> int:
        with self._news:
            return len(self._open)

    def hang_up(self) -> None:
        with self._news:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                connection.close()

    def stop(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()
        self.hang_up()


@pytest.fixture
def hanging(app: Flask, settings: Settings) -> Iterator[Hanging]:
    provider = Hanging()
    before = gateway.gateway()
    circuit = Circuit(at_once=WEB_CALLS_AT_ONCE)
    client = make_client(replace(settings, stripe_api_base=provider.url), retries=0, circuit=circuit, seconds=LONG)
    gateway.use(StripeGateway(client, settings.stripe_webhook_secrets, live=False))
    yield provider
    gateway.use(before)
    provider.stop()


@pytest.fixture
def shop(app: Flask) -> SmallMarket:
    with app.app_context():
        return small_market()


def order(app: Flask, shop: SmallMarket) -> Any:
    wish = {
        "pickup_slot": str(shop.slot),
        "lines": [{"offer": str(shop.offers["kale"]), "quantity": 1}],
        "customer": {"name": "Lisa", "email": "lisa@example.org"},
        "payment_method": "card",
    }
    return app.test_client().post("/api/v1/orders", json=wish)


def test_others_are_served_while_some_wait(app: Flask, hanging: Hanging, shop: SmallMarket) -> None:
    """As many threads as a web process has: those that hang are few, later orders and pages do not wait."""
    with ThreadPoolExecutor(8) as threads:
        stuck = [threads.submit(order, app, shop) for _ in range(WEB_CALLS_AT_ONCE)]
        hanging.wait_for(WEB_CALLS_AT_ONCE)
        others = [threads.submit(order, app, shop) for _ in range(4)]
        pages = [threads.submit(lambda: app.test_client().get("/healthz")) for _ in range(8)]
        done, _ = wait([*others, *pages], timeout=LONG)
        assert len(done) == 12
        assert not any(one.done() for one in stuck)  # they still wait: nobody waited for them
        assert hanging.asked == WEB_CALLS_AT_ONCE
        hanging.hang_up()
        answers = [one.result() for one in (*others, *stuck)]
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json["payment_url"] for answer in answers} == {None}
    assert {page.result().status_code for page in pages} == {200}
    with app.app_context():
        found = rows("SELECT state, link_promised, wanted FROM payment")
        assert {(row.state, row.link_promised, row.wanted) for row in found} == {("pending", True, "session")}
        assert len(found) == 8


def test_a_provider_that_is_down_is_not_asked_any_more(app: Flask, hanging: Hanging, shop: SmallMarket) -> None:
    with ThreadPoolExecutor(4) as threads:
        stuck = [threads.submit(order, app, shop) for _ in range(WEB_CALLS_AT_ONCE)]
        hanging.wait_for(WEB_CALLS_AT_ONCE)
        hanging.hang_up()
        assert {one.result().status_code for one in stuck} == {201}
    assert order(app, shop).json["payment_url"] is None
    assert hanging.asked == WEB_CALLS_AT_ONCE
