"""Stand-ins for the tests of the stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.providers.stand_in_stripe.running import Receiver, Running

Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start stand-ins on the same file of state; ended after the test if they still run."""
    running: list[Running] = []

    def start_one(**environ: str) -> Running:
        one = Running(tmp_path / "state.db", environ)
        running.append(one)
        return one

    yield start_one
    for one in running:
        if one.app.extensions:
            one.stop()
            one.app.extensions.clear()


@pytest.fixture
def stand_in(start: Start) -> Running:
    """A stand-in whose money is available at once and whose events go nowhere."""
    return start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody who takes webhooks."""
    receiver = Receiver()
    yield receiver
    receiver.stop()
