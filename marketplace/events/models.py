"""Outbox, inbox and kept answers: what must not get lost between two processes."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.database import BigId, Model

DELIVERY_STATES = ("waiting", "in_flight", "done", "parked")
INBOX_STATES = ("received", "waiting", "done", "ignored", "failed")


class Fact(Model):
    """What happened, written in the transaction in which it happened; only `fanned_out_at` changes."""

    __tablename__ = "fact"
    __table_args__ = (Index("ix_fact_waiting", "id", postgresql_where=text("fanned_out_at IS NULL")),)

    id: Mapped[BigId]
    kind: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    fanned_out_at: Mapped[datetime | None]


class Delivery(Model):
    """One fact for one consumer: the unit of retry. `lease_*` are the machine's clock (DECISIONS 8, 18)."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("fact_id", "consumer"),
        CheckConstraint("state IN ('waiting', 'in_flight', 'done', 'parked')", name="state"),
        Index("ix_delivery_due", "available_at", postgresql_where=text("state IN ('waiting', 'in_flight')")),
        Index("ix_delivery_parked", "id", postgresql_where=text("state = 'parked'")),
    )

    id: Mapped[BigId]
    fact_id: Mapped[int] = mapped_column(ForeignKey("fact.id"))
    consumer: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    attempts: Mapped[int] = mapped_column(server_default="0")
    available_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[uuid.UUID | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    done_at: Mapped[datetime | None]


class InboxEvent(Model):
    """A webhook as it came: stored once by its event id before we answer 200, worked on later."""

    __tablename__ = "inbox_event"
    __table_args__ = (
        UniqueConstraint("event_id"),
        CheckConstraint("state IN ('received', 'waiting', 'done', 'ignored', 'failed')", name="state"),
        Index("ix_inbox_event_open", "id", postgresql_where=text("state IN ('received', 'waiting')")),
    )

    id: Mapped[BigId]
    event_id: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    api_version: Mapped[str | None] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text, server_default="received")
    received_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    done_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


class KeptAnswer(Model):
    """The answer to a POST with an Idempotency-Key, kept 48 h: same key and body, same answer."""

    __tablename__ = "kept_answer"
    __table_args__ = (Index("ix_kept_answer_created_at", "created_at"),)

    scope: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    body: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Heartbeat(Model):
    """When a kind of process last did a piece of work: how a deaf worker is noticed."""

    __tablename__ = "heartbeat"

    process: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime]


class Cursor(Model):
    """How far a listing of the provider has been read (the provider's clock, UTC); read again with an overlap."""

    __tablename__ = "cursor"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    read_until: Mapped[datetime]


class DueJob(Model):
    """A job that is done once a turn, however many clocks tick: who inserts the row does it (machine's clock)."""

    __tablename__ = "due_job"
    __table_args__ = (UniqueConstraint("job", "due_at"),)

    id: Mapped[BigId]
    job: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime]
    started_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    done_at: Mapped[datetime | None]


class Tally(Model):
    """A counter that all processes share, for what is rare and must be seen (refused webhooks, by reason)."""

    __tablename__ = "tally"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    label: Mapped[str] = mapped_column(Text, primary_key=True)
    count: Mapped[int] = mapped_column(server_default="0")
