"""A whole market on this machine: started, asked, hurt, stopped, started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from marketplace.cli.up.ports import LOOPBACK, free_port
from marketplace.cli.up.undertaker import members

SECONDS_TO_START = 90.0
pytestmark = pytest.mark.xdist_group("market")  # one worker starts it, once


class Market:
    """`marketplace up` in a directory of its own, without the demo."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.port = free_port()
        self.output = place / "output"
        self.environ = {**os.environ, "DATA_DIR": str(place / "var"), "PORT": str(self.port), "MARKETPLACE_ENV": "test"}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                self.command("up", "--no-demo"), env=self.environ, stdout=output, stderr=subprocess.STDOUT
            )
        until(lambda: "Ready after" in self.said() or self.process_ended(), SECONDS_TO_START)
        assert "Ready after" in self.said(), self.said()

    def process_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "marketplace.cli", *arguments]

    def ask(self, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), env={**self.environ, **changed}, capture_output=True, text=True, check=False
        )

    def said(self) -> str:
        return self.output.read_text()

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def get(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{self.port}{path}", timeout=5) as answer:
                return int(answer.status)
        except OSError as problem:
            return getattr(problem, "code", 0)

    def pid(self, word: str) -> int:
        """The child of the supervisor whose command line holds `word`."""
        assert self.process is not None
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == self.process.pid and word in (entry / "cmdline").read_text():
                    return int(entry.name)
            except OSError:
                continue
        raise AssertionError(f"no {word} runs")


def until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    market = Market(tmp_path_factory.mktemp("market"))
    market.start()
    yield market
    if market.process is not None and market.process.poll() is None:
        market.stop()


def test_it_answers(market: Market) -> None:
    assert market.get("/healthz") == 200
    assert market.get("/readyz") == 200


def test_commands_beside_it_find_the_database(market: Market) -> None:
    url = market.ask("db", "url").stdout.strip()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM contract.orders").fetchone() == (0,)
    assert market.ask("db", "upgrade").returncode == 0
    told = market.ask("doctor")
    assert told.returncode == 0, told.stdout + told.stderr


def test_a_second_one_in_the_same_place_is_refused(market: Market) -> None:
    refused = market.ask("up", PORT=str(free_port()))
    assert refused.returncode == 1
    assert "already runs" in refused.stderr


def test_a_taken_port_is_named(market: Market, tmp_path: Path) -> None:
    refused = market.ask("up", DATA_DIR=str(tmp_path / "var"))
    assert refused.returncode == 1
    assert f"Port {market.port} is taken" in refused.stderr


@pytest.mark.parametrize("word", ["postgres", "valkey", "marketplace.app", "workers.relay"])
def test_what_is_killed_comes_back_where_it_was(market: Market, word: str) -> None:
    url = market.ask("db", "url").stdout
    killed = market.pid(word)
    os.kill(killed, signal.SIGKILL)
    until(lambda: not members([killed]), 20)
    until(lambda: has_other(market, word, killed), 20)
    until(lambda: market.get("/readyz") == 200, 30)
    assert market.ask("db", "url").stdout == url


def has_other(market: Market, word: str, killed: int) -> bool:
    try:
        return market.pid(word) != killed
    except AssertionError:
        return False


def test_it_stops_in_order_and_keeps_what_it_had(market: Market) -> None:
    kept, lent = market.place / "var/embedded.json", market.place / "var/run/services.json"
    assert [path.stat().st_mode & 0o777 for path in (kept, lent)] == [0o600, 0o600]
    before = json.loads(kept.read_text()), json.loads(lent.read_text())
    sessions = [market.pid(word) for word in ("postgres", "valkey", "marketplace.app", "worker", "beat")]
    assert market.stop() == 0
    assert not members(sessions)
    assert not lent.exists()
    market.start()
    assert (json.loads(kept.read_text()), json.loads(lent.read_text())) == before
