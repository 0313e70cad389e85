"""Random orders, payments, packing and refunds under random faults: at rest every cent is where it belongs.

A short run with a fixed seed; `make chaos` runs thousands of steps (tests/chaos).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.chaos.machine import World, machine
from tests.chaos.worlds import running_stand_in, world

SEED = int(os.environ.get("CHAOS_SEED", "20261124"))
MARKETS = int(os.environ.get("CHAOS_MARKETS", "8"))
STEPS_A_MARKET = 40


@pytest.fixture
def here(
    db: object, session_app: Any, cleaner: Any, settings: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    running = running_stand_in(tmp_path_factory.mktemp("chaos"))
    with world(session_app, cleaner, settings, running) as found:
        yield found
    running.stop()


def test_at_rest_everything_holds(here: World) -> None:
    phases = [Phase.generate] + ([Phase.shrink] if os.environ.get("CHAOS_SHRINK") else [])
    wanted = settings(
        max_examples=MARKETS,
        stateful_step_count=STEPS_A_MARKET,
        deadline=None,
        database=None,
        phases=phases,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    found = seed(SEED)(machine(here))
    run_state_machine_as_test(found, settings=wanted)
    print(f"seed {SEED}: {dict(sorted(here.tally.items()))}")
