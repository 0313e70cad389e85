"""Jobs that have their turns (every hour, every day): done once a turn, however many clocks tick.

A turn is a row; who inserts it has the turn. One that broke off is taken over after some minutes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from marketplace.kernel.clock import now
from marketplace.kernel.database import command, execute, rows, scalar

BROKEN_OFF = timedelta(minutes=10)


def turn_of(every: timedelta) -> datetime:
    """The beginning of the turn that is now (business time, UTC)."""
    seconds = int(every.total_seconds())
    return datetime.fromtimestamp(int(now().timestamp()) // seconds * seconds, now().tzinfo)


@command
def take_turn(job: str, due_at: datetime) -> bool:
    """True for one caller a turn, and again when it broke off or was given back ten minutes ago."""
    found = rows(
        """
        INSERT INTO due_job AS j (job, due_at) VALUES (:job, :due_at)
        ON CONFLICT (job, due_at) DO UPDATE SET started_at = clock_timestamp()
        WHERE j.done_at IS NULL AND j.started_at < clock_timestamp() - :broken_off
        RETURNING id
        """,
        job=job,
        due_at=due_at,
        broken_off=BROKEN_OFF,
    )
    return bool(found)


@command
def end_turn(job: str, due_at: datetime) -> None:
    """The turn is done; those of last month are forgotten."""
    execute(
        "UPDATE due_job SET done_at = clock_timestamp() WHERE job = :job AND due_at = :due_at", job=job, due_at=due_at
    )
    execute(
        "DELETE FROM due_job WHERE job = :job AND due_at < CAST(:due_at AS timestamptz) - interval '31 days'",
        job=job,
        due_at=due_at,
    )


@command
def read_until(name: str) -> datetime | None:
    """How far a listing has been read, None before the first time."""
    found: datetime | None = scalar("SELECT read_until FROM cursor WHERE name = :name", name=name)
    return found


@command
def note_read(name: str, until: datetime) -> None:
    """Read so far; never backwards."""
    execute(
        """
        INSERT INTO cursor AS c (name, read_until) VALUES (:name, :until)
        ON CONFLICT (name) DO UPDATE SET read_until = greatest(c.read_until, excluded.read_until)
        """,
        name=name,
        until=until,
    )
