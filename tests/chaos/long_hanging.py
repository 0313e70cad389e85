"""A provider that hangs for a minute: how long the other pages take meanwhile. A figure, no verdict about time."""

from __future__ import annotations

from pathlib import Path

from bench.__main__ import make_room, offers_of
from bench.hanging import measure_hanging
from tests.chaos.conftest import Say
from tests.whole.running import RunningMarket


def test_other_pages_are_answered_while_the_provider_hangs(tmp_path: Path, say: Say) -> None:
    """Every answer is 200 and every order is taken; `measure_hanging` raises otherwise."""
    market = RunningMarket(tmp_path / "var", RATE_LIMITS="off", PAYMENT_METHODS="card,pay_at_pickup")
    try:
        make_room(market)
        slot, offers = offers_of(market)
        lines = [{"offer": offers[0]["id"], "quantity": 1}]
        measure_hanging(market, slot, lines, lambda what, figure: say(f"{what:<42} {figure}"))
    finally:
        market.stop()
