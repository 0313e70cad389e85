"""A table that somebody uploaded: what is to be done with it, how far that is, and what was found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.database import BigId, Model


class ImportJob(Model):
    """An upload and what becomes of it. `content` is kept while it is worked on, and goes with the last step.

    `findings`: [{line, column, level: error | note, msgid, values}]; `changes`: [{line, sku, name, what, fields:
    [[head, before, after]], price}], both cut off at what a page can show; `counts` has the whole numbers. `digest`
    names what the preview showed: only that is applied. `tries`: how often a worker began.
    """

    __tablename__ = "import_job"
    __table_args__ = (
        CheckConstraint("kind IN ('products', 'stock')", name="kind"),
        CheckConstraint("state IN ('uploaded', 'checked', 'applying', 'done', 'failed', 'cancelled')", name="state"),
        CheckConstraint("(market_day_id IS NOT NULL) = (kind = 'stock')", name="day"),
        CheckConstraint("(content IS NULL) = (state IN ('done', 'failed', 'cancelled'))", name="content"),
        Index("ix_import_job_farm", "farm_id", "id"),
        # One at a time: what one preview shows is not changed by another.
        Index(
            "ux_import_job_open",
            "farm_id",
            "kind",
            unique=True,
            postgresql_where=text("state IN ('uploaded', 'checked', 'applying')"),
        ),
    )

    id: Mapped[BigId]
    farm_id: Mapped[int] = mapped_column(ForeignKey("farm.id"))
    market_day_id: Mapped[int | None] = mapped_column(ForeignKey("market_day.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="uploaded")
    file_name: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    rows_done: Mapped[int] = mapped_column(server_default="0")
    rows_total: Mapped[int] = mapped_column(server_default="0")
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    digest: Mapped[str] = mapped_column(Text, server_default="")
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    uploaded_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    checked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
