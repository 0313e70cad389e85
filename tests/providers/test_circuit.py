"""Calls to the provider end in time, stop asking one that is down, and never hold a transaction open."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import stripe

from marketplace.events.tally import count_quietly
from marketplace.kernel.database import db as session
from marketplace.kernel.database import rows, transaction
from marketplace.kernel.settings import Settings
from marketplace.payments.gateway import ProviderRefused, ProviderUnavailable
from marketplace.providers.circuit import FAILURES_TO_OPEN, Circuit
from marketplace.providers.stripe_client import make_client, outcomes
from tests.providers.stand_in_stripe.running import KEY, Running


class Drip:
    """A server that answers a byte at a time and never ends."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self.asked = 0
        self.hung_up = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self.asked += 1
            with connection, suppress(OSError):
                connection.recv(65536)
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
                )
                while not self._stop.wait(0.02):
                    connection.sendall(b" ")
            self.hung_up.set()

    def stop(self) -> None:
        self._stop.set()
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()


@pytest.fixture
def drip() -> Iterator[Drip]:
    found = Drip()
    yield found
    found.stop()


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path / "books.sqlite3", {})
    yield running
    running.stop()


def client_of(settings: Settings, base: str, **how: Any) -> stripe.StripeClient:
    return make_client(replace(settings, stripe_api_base=base, stripe_api_key=KEY), retries=0, **how)


def ask(client: stripe.StripeClient) -> None:
    with outcomes():
        client.v1.balance.retrieve()


def test_a_dripping_answer_is_cut(settings: Settings, drip: Drip) -> None:
    """Each byte comes in time, the whole never does."""
    with pytest.raises(ProviderUnavailable, match=r"0\.3 s"):
        ask(client_of(settings, drip.url, seconds=0.3))
    assert drip.hung_up.wait(10)


def test_no_call_within_a_transaction(settings: Settings, drip: Drip, db: object) -> None:
    with pytest.raises(RuntimeError, match="no transaction open"), transaction():
        ask(client_of(settings, drip.url))
    assert drip.asked == 0


def fails(circuit: Circuit) -> None:
    with suppress(ConnectionError), circuit.call():
        raise ConnectionError


def works(circuit: Circuit) -> None:
    with circuit.call() as was_well:
        was_well(True)


def test_it_opens_after_some_failures_in_a_row() -> None:
    heard: list[str] = []
    circuit = Circuit(on_change=heard.append)
    for _ in range(FAILURES_TO_OPEN - 1):
        fails(circuit)
    works(circuit)  # the count begins anew
    for _ in range(FAILURES_TO_OPEN - 1):
        fails(circuit)
    assert (circuit.state, heard) == ("closed", [])
    fails(circuit)
    assert (circuit.state, heard) == ("open", ["open"])
    with pytest.raises(ProviderUnavailable), circuit.call():
        raise AssertionError("the call went out")


def opened(seconds_open: float, heard: list[str]) -> Circuit:
    circuit = Circuit(seconds_open=seconds_open, on_change=heard.append)
    for _ in range(FAILURES_TO_OPEN):
        fails(circuit)
    return circuit


def test_one_call_tries_and_closes_it() -> None:
    heard: list[str] = []
    circuit = opened(0.0, heard)
    with circuit.call() as was_well:
        assert circuit.state == "half-open"
        with pytest.raises(ProviderUnavailable), circuit.call():  # a second one does not join it
            raise AssertionError("the call went out")
        was_well(True)
    assert (circuit.state, heard) == ("closed", ["open", "closed"])


def test_a_try_in_vain_leaves_it_open() -> None:
    heard: list[str] = []
    circuit = opened(0.0, heard)
    fails(circuit)
    assert heard == ["open"]
    works(circuit)
    assert circuit.state == "closed"


def test_a_refusal_is_no_failure(settings: Settings, stand_in: Running) -> None:
    circuit = Circuit()
    client = client_of(settings, stand_in.url, circuit=circuit)
    for _ in range(FAILURES_TO_OPEN + 1):
        with pytest.raises(ProviderRefused), outcomes():
            client.v1.payment_intents.retrieve("pi_nobody_knows")
    assert circuit.state == "closed"


def test_errors_of_the_provider_open_it(settings: Settings, stand_in: Running) -> None:
    circuit = Circuit()
    client = client_of(settings, stand_in.url, circuit=circuit)
    stand_in.order("faults", kind="error", status=500, count=FAILURES_TO_OPEN)
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(ProviderUnavailable):
            ask(client)
    assert circuit.state == "open"
    with pytest.raises(ProviderUnavailable, match="nobody asks"):  # the stand-in is well again, and is not asked
        ask(client)


def test_only_so_many_wait_for_it() -> None:
    circuit = Circuit(at_once=1)
    inside, leave = threading.Event(), threading.Event()

    def hang() -> None:
        with circuit.call() as was_well:
            inside.set()
            leave.wait(10)
            was_well(True)

    thread = threading.Thread(target=hang)
    thread.start()
    assert inside.wait(10)
    with pytest.raises(ProviderUnavailable, match="too many"), circuit.call():
        raise AssertionError("the call went out")
    leave.set()
    thread.join()
    works(circuit)


def test_changes_are_counted_for_all_processes(db: object) -> None:
    heard = Circuit(on_change=lambda state: count_quietly("circuit", state))
    for _ in range(FAILURES_TO_OPEN):
        fails(heard)
    found = rows("SELECT label, count FROM tally WHERE name = 'circuit'")
    session.session.rollback()
    assert [(row.label, row.count) for row in found] == [("open", 1)]
