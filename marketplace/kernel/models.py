"""Tables without a word of the market: the moved clock and the counters of rate limits."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.database import Model


class ClockShift(Model):
    """One row at most, written by `marketplace clock` and only in `test`: by how much business time is moved."""

    __tablename__ = "clock_shift"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    moved_by: Mapped[timedelta] = mapped_column(INTERVAL)


class RateCounter(Model):
    """How often `key` came in the window that starts at `window_start` (machine's clock)."""

    __tablename__ = "rate_counter"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    window_start: Mapped[datetime] = mapped_column(primary_key=True)
    hits: Mapped[int]


class StateTransition(Model):
    """The state tables of the code, as the database checks them. Reference data, written by migrations."""

    __tablename__ = "state_transition"

    thing: Mapped[str] = mapped_column(Text, primary_key=True)
    from_state: Mapped[str] = mapped_column(Text, primary_key=True)
    to_state: Mapped[str] = mapped_column(Text, primary_key=True)


class Audit(Model):
    """Who changed what, and when: written by triggers on money, role, price, account and status; append-only."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    object: Mapped[str] = mapped_column(Text, index=True)
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[str] = mapped_column(Text)
