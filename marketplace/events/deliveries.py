"""Deliveries: one fact for one consumer. Claimed with a lease, done in the end or parked where people see it.

Leases and back-off are the machine's clock (DECISIONS 7, 8, 18). A lost message costs a lease, never the fact.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.events.facts import Fact
from marketplace.events.models import Delivery
from marketplace.events.models import Fact as FactRow
from marketplace.events.outbox import DOORBELL, read
from marketplace.kernel.database import command, db, execute, rows
from marketplace.kernel.errors import NotFound

LEASE_SECONDS = 150
LONGEST_PAUSE_SECONDS = 60
GIVE_UP_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Claimed:
    """A delivery that is ours until its lease runs out."""

    id: int
    consumer: str
    token: str


@command
def fan_out(routes: Mapping[str, Sequence[str]], most: int = 200) -> int:
    """Makes a delivery a consumer for each new fact; `routes`: consumers by kind. How many facts; safe in parallel."""
    facts = rows(
        "SELECT id, kind FROM fact WHERE fanned_out_at IS NULL ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED",
        most=most,
    )
    wanted = [(fact.id, consumer) for fact in facts for consumer in routes.get(fact.kind, ())]
    if wanted:
        execute(
            "INSERT INTO delivery (fact_id, consumer)"
            " SELECT * FROM unnest(CAST(:facts AS bigint[]), CAST(:consumers AS text[])) ON CONFLICT DO NOTHING",
            facts=[fact for fact, _ in wanted],
            consumers=[consumer for _, consumer in wanted],
        )
    if facts:
        execute(
            "UPDATE fact SET fanned_out_at = clock_timestamp() WHERE id = ANY(:ids)", ids=[fact.id for fact in facts]
        )
    return len(facts)


@command
def claim(most: int = 50) -> list[Claimed]:
    """Takes deliveries that are due, or whose lease ran out; each gets a fresh lease and token."""
    token = uuid.uuid4()
    found = rows(
        """
        UPDATE delivery SET state = 'in_flight', attempts = attempts + 1, lease_token = :token,
               lease_until = clock_timestamp() + make_interval(secs => :lease)
        WHERE id IN (
            SELECT id FROM delivery
            WHERE (state = 'waiting' AND available_at <= clock_timestamp())
               OR (state = 'in_flight' AND lease_until < clock_timestamp())
            ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED)
        RETURNING id, consumer
        """,
        token=token,
        lease=LEASE_SECONDS,
        most=most,
    )
    return [Claimed(row.id, row.consumer, str(token)) for row in sorted(found, key=lambda row: row.id)]


@command
def hand_back(claimed: Sequence[Claimed], seconds: int = 5) -> None:
    """The broker did not take them: they wait a little, and the try does not count."""
    execute(
        """
        UPDATE delivery SET state = 'waiting', attempts = attempts - 1, lease_until = NULL, lease_token = NULL,
               available_at = clock_timestamp() + make_interval(secs => :seconds)
        WHERE id = ANY(:ids) AND state = 'in_flight' AND lease_token = CAST(:token AS uuid)
        """,
        ids=[item.id for item in claimed],
        token=claimed[0].token if claimed else str(uuid.uuid4()),
        seconds=seconds,
    )


@command
def take(delivery_id: int, token: str) -> tuple[str, Fact] | None:
    """(consumer, fact) of a claimed delivery, its lease renewed; None when it is no longer ours, or done."""
    held = rows(
        """
        UPDATE delivery SET lease_until = clock_timestamp() + make_interval(secs => :lease)
        WHERE id = :id AND state = 'in_flight' AND lease_token = CAST(:token AS uuid) RETURNING consumer, fact_id
        """,
        id=delivery_id,
        token=token,
        lease=LEASE_SECONDS,
    )
    if not held:
        return None
    fact = db.session.get(FactRow, held[0].fact_id)
    assert fact is not None
    return held[0].consumer, read(fact)


@command
def finish(delivery_id: int, token: str) -> bool:
    """Done. False when the lease was lost meanwhile: somebody else has it, and the handler is safe to run twice."""
    return bool(
        execute(
            """
            UPDATE delivery SET state = 'done', done_at = clock_timestamp(), lease_until = NULL, lease_token = NULL,
                   last_error = NULL
            WHERE id = :id AND state = 'in_flight' AND lease_token = CAST(:token AS uuid)
            """,
            id=delivery_id,
            token=token,
        )
    )


@command
def try_again(delivery_id: int, token: str, error: str) -> None:
    """Later, after a growing pause (at most 60 s); parked when it has failed for a day."""
    execute(
        """
        UPDATE delivery SET
            state = CASE WHEN created_at < clock_timestamp() - make_interval(secs => :give_up) THEN 'parked'
                         ELSE 'waiting' END,
            available_at = clock_timestamp() + make_interval(secs => least(:longest, power(2, least(attempts, 10)))),
            lease_until = NULL, lease_token = NULL, last_error = :error
        WHERE id = :id AND state = 'in_flight' AND lease_token = CAST(:token AS uuid)
        """,
        id=delivery_id,
        token=token,
        error=error[:500],
        longest=LONGEST_PAUSE_SECONDS,
        give_up=GIVE_UP_SECONDS,
    )


@command
def park(delivery_id: int, token: str, error: str) -> None:
    """Refused for good: it waits for a person, visible in the office."""
    execute(
        """
        UPDATE delivery SET state = 'parked', lease_until = NULL, lease_token = NULL, last_error = :error
        WHERE id = :id AND state = 'in_flight' AND lease_token = CAST(:token AS uuid)
        """,
        id=delivery_id,
        token=token,
        error=error[:500],
    )


@command
def retry(delivery_id: int) -> None:
    """The office lets a parked delivery run again, with a fresh day to succeed in. NotFound for others."""
    delivery = db.session.scalar(
        select(Delivery).where(Delivery.id == delivery_id, Delivery.state == "parked").with_for_update()
    )
    if delivery is None:
        raise NotFound()
    execute(
        "UPDATE delivery SET state = 'waiting', available_at = clock_timestamp(), created_at = clock_timestamp()"
        " WHERE id = :id",
        id=delivery_id,
    )
    execute("SELECT pg_notify(:channel, '')", channel=DOORBELL)


def status() -> dict[str, int]:
    """What is in the outbox: waiting (facts not yet fanned out too), in_flight, parked, oldest_age_seconds."""
    found = rows(
        """
        SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting,
               count(*) FILTER (WHERE state = 'in_flight') AS in_flight,
               count(*) FILTER (WHERE state = 'parked') AS parked,
               coalesce(max(age) FILTER (WHERE state IN ('waiting', 'in_flight')), 0)::bigint AS oldest_age_seconds
        FROM (SELECT state, extract(epoch FROM clock_timestamp() - created_at) AS age
              FROM delivery WHERE state <> 'done'
              UNION ALL
              SELECT 'waiting', extract(epoch FROM clock_timestamp() - created_at) FROM fact
              WHERE fanned_out_at IS NULL) x
        """
    )[0]
    return {name: int(value) for name, value in found._mapping.items()}
