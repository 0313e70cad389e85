"""A comparison that somebody does not want to wait for: asked for by a fact, done by the workers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marketplace.events.facts import ReconciliationWanted
from marketplace.events.outbox import publish
from marketplace.kernel.database import command, rows

_OPEN = """
SELECT min(since) AS since, bool_or(parked) AS stuck, bool_or(running) AS running FROM (
    SELECT d.created_at AS since, d.state = 'parked' AS parked, d.state = 'in_flight' AS running
    FROM delivery d JOIN fact f ON f.id = d.fact_id
    WHERE f.kind = 'ReconciliationWanted' AND d.state IN ('waiting', 'in_flight', 'parked')
    UNION ALL
    SELECT created_at, false, false FROM fact WHERE kind = 'ReconciliationWanted' AND fanned_out_at IS NULL
) asked
"""


@dataclass(frozen=True)
class Asked:
    """A wish that is not done: since when (machine's clock, UTC), whether a worker is at it, or has given up."""

    since: datetime
    running: bool
    stuck: bool


def asked() -> Asked | None:
    """The oldest open wish, None when there is none."""
    found = rows(_OPEN)[0]
    return None if found.since is None else Asked(found.since, bool(found.running), bool(found.stuck))


@command
def ask_for_comparison(account_id: int) -> bool:
    """The workers compare as soon as they can. False, and nothing new, while a wish is open."""
    if asked() is not None:
        return False
    publish(ReconciliationWanted(account_id))
    return True
