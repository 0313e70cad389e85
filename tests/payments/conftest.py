"""A market and the payment provider's stand-in, spoken to over HTTP by the real client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from marketplace.payments import gateway
from tests.factories.paid import Till, till_of
from tests.factories.small_market import SmallMarket, small_market
from tests.providers.stand_in_stripe.running import Running

if TYPE_CHECKING:
    from flask import Flask

    from marketplace.kernel.settings import Settings
    from tests.chaos.machine import World
    from tests.cleaning import Cleaner


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One stand-in for the whole run; `till` resets it."""
    running = Running(Path(tmp_path_factory.mktemp("stand-in")) / "books.sqlite3", {})
    yield running
    running.stop()


@pytest.fixture
def till(db: object, stand_in: Running, settings: object) -> Iterator[Till]:
    """The provider behind the port, and the levers of its stand-in."""
    before = gateway.gateway()
    yield till_of(stand_in, settings)  # type: ignore[arg-type]
    gateway.use(before)


@pytest.fixture
def market(till: Till) -> SmallMarket:
    """Ten of everything, pickup in three days."""
    return small_market()


@pytest.fixture
def here(db: object, session_app: Flask, cleaner: Cleaner, settings: Settings, stand_in: Running) -> Iterator[World]:
    """The surroundings of the state machine (tests/chaos), which empties the database as often as it likes."""
    from tests.chaos.worlds import world

    with world(session_app, cleaner, settings, stand_in) as found:
        yield found
