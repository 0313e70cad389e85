"""Random orders, payments, packing and refunds under random faults: at rest every cent is where it belongs.

A short run with a fixed seed; `make chaos` runs thousands of steps (tests/chaos).
"""

from __future__ import annotations

from tests.chaos.machine import World
from tests.chaos.runs import run

SEED = 20261124
MARKETS = 4


def test_at_rest_everything_holds(here: World) -> None:
    print(f"seed {SEED}, {MARKETS} markets")
    run(here, SEED, MARKETS)
    assert here.tally["rests"] >= MARKETS
