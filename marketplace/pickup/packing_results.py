"""What was packed of a day so far, as short as it can be said: two phones ask for it every few seconds."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from marketplace.kernel.database import rows
from marketplace.orders.states import PAID_FOR

RESULTS = """
SELECT l.id, l.state, l.packed_quantity, l.weight_g, l.reason, o.state = 'packing' AS open_order
FROM order_line l JOIN orders o ON o.id = l.order_id AND o.state = ANY(:states)
WHERE l.farm_id = ANY(:farm_ids) AND o.market_day_id = :day_id AND l.state <> 'cancelled' ORDER BY l.id
"""

# State, sale units, grams, reason, and 1 where it may still be changed.
Told = tuple[str, int | None, int | None, str, int]


@dataclass(frozen=True)
class Results:
    """`told`: the lines that have a result, by id. `lines`: a digest of which lines there are, `digest` of all."""

    told: dict[int, Told]
    lines: str
    total: int
    digest: str


def results_of_day(farm_ids: Collection[int], day_id: int) -> Results:
    """The results of these farms on one market day; sale units and grams. One SQL statement."""
    found = rows(RESULTS, farm_ids=sorted(farm_ids), day_id=day_id, states=list(PAID_FOR))
    told = {
        row.id: told_of(row.state, row.packed_quantity, row.weight_g, row.reason, row.open_order)
        for row in found
        if row.state != "open"
    }
    lines = digest_of_lines(row.id for row in found)
    return Results(told, lines, len(found), _digest(f"{lines} {sorted(told.items())}"))


def told_of(state: str, packed: int | None, weight_g: int | None, reason: str, open_order: bool) -> Told:
    """One result as it is told; a shortage does not change any more, for the customer knows of it."""
    return state, packed, weight_g, reason, int(open_order and state == "packed")


def digest_of_lines(ids: Iterable[int]) -> str:
    """Which lines a list holds, in twelve letters: another digest means that an order joined or left."""
    return _digest(" ".join(map(str, sorted(ids))))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
