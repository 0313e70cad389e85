"""Webhooks lost, doubled, shuffled, stale and forged: the week ends as it does when each comes once (I13–I15).

A short week; `make chaos` does 10,000 deliveries (tests/chaos).
"""

from __future__ import annotations

from dataclasses import replace

from tests.chaos.machine import World
from tests.chaos.scripted import BAD_ROADS, CLEAR, same, week

SEED = 7
ORDERS = 6
# So few events that of five in a hundred perhaps none would be lost.
ROADS = replace(BAD_ROADS, lost=12)


def test_bad_roads_end_where_clear_ones_do(here: World) -> None:
    clean = week(here, ORDERS, CLEAR, 0)
    bad = week(here, ORDERS, ROADS, SEED)
    print(f"seed {SEED}: {bad.deliveries} deliveries, {bad.counts}; in the clean run {clean.counts}")
    assert same(clean, bad) == []
    assert clean.digest == bad.digest
    assert min(bad.counts[what] for what in ("lost", "twice", "refused")) > 0
