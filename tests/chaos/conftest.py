"""What the long runs share. They are in files `long_*.py`, which pytest takes only when told to (`make chaos`)."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from marketplace.kernel.settings import Settings
from tests.chaos.machine import World
from tests.chaos.worlds import running_stand_in, world
from tests.cleaning import Cleaner
from tests.providers.stand_in_stripe.running import Running

SUMMARY = pytest.StashKey[list[str]]()
Say = Callable[[str], None]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SUMMARY] = []


def pytest_terminal_summary(terminalreporter: Any) -> None:
    said = terminalreporter.config.stash.get(SUMMARY, [])
    if said:
        terminalreporter.section("chaos")
        for line in said:
            terminalreporter.write_line(line)


@pytest.fixture
def say(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Say:
    """Shows a line at once, and again in the summary."""

    def say(line: str) -> None:
        request.config.stash[SUMMARY].append(line)
        with capsys.disabled():
            print(f"\n{line}", end="", flush=True)

    return say


@pytest.fixture(scope="session")
def first_seed() -> int:
    """CHAOS_SEED, or one that nobody knows before it is printed."""
    return int(os.environ.get("CHAOS_SEED") or secrets.randbelow(10**9))


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = running_stand_in(tmp_path_factory.mktemp("stand-in"))
    yield running
    running.stop()


@pytest.fixture
def here(db: object, session_app: Flask, cleaner: Cleaner, settings: Settings, stand_in: Running) -> Iterator[World]:
    """A world whose provider also hangs."""
    with world(session_app, cleaner, settings, stand_in, hangs=True) as found:
        yield found
