"""Sweeping out: kept answers after 48 h, counters after a day, finished deliveries and facts after 90 days."""

from __future__ import annotations

from marketplace.kernel.database import command, execute

STATEMENTS = (
    "DELETE FROM kept_answer WHERE created_at < clock_timestamp() - interval '48 hours'",
    "DELETE FROM rate_counter WHERE window_start < clock_timestamp() - interval '1 day'",
    # Of both only the oldest are looked at: a sweep a minute must not read the whole of them.
    "DELETE FROM delivery WHERE id IN (SELECT id FROM delivery ORDER BY id LIMIT 5000)"
    " AND state = 'done' AND done_at < clock_timestamp() - interval '90 days'",
    "DELETE FROM fact f WHERE id IN (SELECT id FROM fact ORDER BY id LIMIT 5000)"
    " AND fanned_out_at < clock_timestamp() - interval '90 days'"
    " AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.fact_id = f.id)",
)


@command
def purge() -> None:
    """Deletes what nobody needs any more; the machine's clock."""
    for statement in STATEMENTS:
        execute(statement)
