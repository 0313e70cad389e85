"""The inbox: a webhook is stored once by its event id, answered, and worked on later (ARCHITECTURE, habit 5)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from marketplace.events.facts import WebhookStored
from marketplace.events.models import InboxEvent
from marketplace.events.outbox import publish
from marketplace.kernel.database import command, db, execute, scalar


@command
def store(event_id: str, kind: str, api_version: str | None, body: bytes) -> bool:
    """Stores a verified webhook. True the first time, False when it is known already."""
    inbox_id = db.session.scalar(
        insert(InboxEvent)
        .values(event_id=event_id, type=kind, api_version=api_version, body=body)
        .on_conflict_do_nothing(index_elements=["event_id"])
        .returning(InboxEvent.id)
    )
    if inbox_id is None:
        return False
    publish(WebhookStored(inbox_id))
    return True


@command
def opened(inbox_id: int) -> tuple[str, dict[str, Any], str | None] | None:
    """(type, object, connected account) of a stored webhook that is not worked on yet, or was in vain; else None."""
    event = db.session.get(InboxEvent, inbox_id)
    if event is None or event.state in ("done", "ignored"):
        return None
    body = json.loads(event.body)
    return event.type, body["data"]["object"], body.get("account")


@command
def close(inbox_id: int, state: str, error: str | None = None) -> None:
    """`done`, `ignored`, `waiting` (its object is not known yet) or `failed`."""
    execute(
        "UPDATE inbox_event SET state = :state, last_error = :error,"
        " done_at = CASE WHEN :state IN ('done', 'ignored') THEN clock_timestamp() END WHERE id = :id",
        state=state,
        error=error,
        id=inbox_id,
    )


@command
def age(inbox_id: int) -> timedelta:
    """How long ago a stored webhook came (machine's clock)."""
    found: timedelta = scalar("SELECT clock_timestamp() - received_at FROM inbox_event WHERE id = :id", id=inbox_id)
    return found
