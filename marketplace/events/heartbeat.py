"""Signs of life of the processes that nobody asks: how a worker that hears nothing any more is noticed."""

from __future__ import annotations

from marketplace.kernel.database import command, execute, rows


@command
def beat(process: str) -> None:
    """`process` has just done a piece of work (machine's clock)."""
    execute(
        "INSERT INTO heartbeat (process, at) VALUES (:process, clock_timestamp())"
        " ON CONFLICT (process) DO UPDATE SET at = excluded.at",
        process=process,
    )


def quiet_seconds() -> dict[str, int]:
    """Seconds since each process last gave a sign."""
    found = rows("SELECT process, extract(epoch FROM clock_timestamp() - at)::bigint AS seconds FROM heartbeat")
    return {row.process: int(row.seconds) for row in found}
