"""The state machine for thousands of steps: CHAOS_STEPS (default 4000), CHAOS_SEED, CHAOS_SHRINK=1."""

from __future__ import annotations

import os

from tests.chaos.conftest import Say
from tests.chaos.machine import World
from tests.chaos.runs import STEPS_A_MARKET, run

STEPS = int(os.environ.get("CHAOS_STEPS") or 4_000)
MARKETS_A_SEED = 5


def test_thousands_of_steps(here: World, say: Say, first_seed: int) -> None:
    seed = first_seed
    while here.tally["steps"] < STEPS:
        say(f"state machine: seed {seed} (alone again: make chaos CHAOS_SEED={seed} CHAOS_STEPS=1 ARGS='-k steps')")
        run(here, seed, MARKETS_A_SEED, shrink=bool(os.environ.get("CHAOS_SHRINK")))
        seed += 1
    say(f"state machine: {here.tally['steps']} steps in {here.tally['markets']} markets of {STEPS_A_MARKET}")
    for what, count in sorted(here.tally.items()):
        say(f"    {count:6} {what}")
