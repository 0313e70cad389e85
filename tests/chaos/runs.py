"""Running the machine: so many markets of so many steps from one seed."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.chaos.machine import World, machine

STEPS_A_MARKET = 40


def run(here: World, first: int, markets: int, *, shrink: bool = False) -> None:
    """Raises when something does not hold; `shrink` looks for a shorter way to the same failure, which takes long."""
    wanted = settings(
        max_examples=markets,
        stateful_step_count=STEPS_A_MARKET,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(first)(machine(here)), settings=wanted)
