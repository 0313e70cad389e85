"""Messages: one row a recipient and occasion, so that a person hears of a thing once."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.database import BigId, Model


class Notification(Model):
    """`subject_ref` names the occasion (`order:M-10001`, `market_day:7`). `message_id` is made once, from `uuid`."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("kind", "recipient", "subject_ref"),
        UniqueConstraint("uuid"),
        CheckConstraint("state IN ('queued', 'sending', 'sent', 'failed')", name="state"),
        Index("ix_notification_open", "id", postgresql_where=text("state IN ('queued', 'sending')")),
    )

    id: Mapped[BigId]
    uuid: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid())
    kind: Mapped[str] = mapped_column(Text)
    recipient: Mapped[str] = mapped_column(Text)
    subject_ref: Mapped[str] = mapped_column(Text)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    market_id: Mapped[int | None] = mapped_column(ForeignKey("market.id"))
    language: Mapped[str] = mapped_column(Text, server_default="de")
    values: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    message_id: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    attempts: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    sent_at: Mapped[datetime | None]
