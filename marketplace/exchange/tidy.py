"""Sweeping out: previews that nobody confirmed for a week, and what became of uploads after ninety days."""

from __future__ import annotations

from marketplace.kernel.database import command, execute


@command
def tidy_imports() -> int:
    """How many uploads were given up or forgotten; the machine's clock."""
    given_up = execute(
        "UPDATE import_job SET state = 'cancelled', content = NULL, ended_at = clock_timestamp()"
        " WHERE state IN ('uploaded', 'checked') AND created_at < clock_timestamp() - interval '7 days'"
    )
    forgotten = execute(
        "DELETE FROM import_job WHERE state IN ('done', 'failed', 'cancelled')"
        " AND ended_at < clock_timestamp() - interval '90 days'"
    )
    return given_up + forgotten
