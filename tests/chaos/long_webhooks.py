"""10,000 deliveries of webhooks on bad roads end where a clean run ends: CHAOS_DELIVERIES, CHAOS_SEED."""

from __future__ import annotations

import os

from tests.chaos.conftest import Say
from tests.chaos.machine import World
from tests.chaos.scripted import BAD_ROADS, CLEAR, same, week

DELIVERIES = int(os.environ.get("CHAOS_DELIVERIES") or 10_000)
DELIVERIES_AN_ORDER = 15


def test_bad_roads_end_where_clear_ones_do(here: World, say: Say, first_seed: int) -> None:
    orders = DELIVERIES // DELIVERIES_AN_ORDER + 1
    say(f"webhooks: seed {first_seed}, {orders} orders")
    clean = week(here, orders, CLEAR, 0)
    say(f"webhooks: clear roads {clean.counts}, digest {clean.digest[:16]}")
    bad = week(here, orders, BAD_ROADS, first_seed)
    say(f"webhooks: bad roads {bad.counts}, {bad.deliveries} deliveries, digest {bad.digest[:16]}")
    assert same(clean, bad) == []
    assert bad.deliveries >= DELIVERIES
