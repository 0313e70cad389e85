"""One transaction on the stand-in's state: objects in wire form, events, timers, facts.

Objects are dictionaries as the API answers them. Keys that begin with an
underscore are the stand-in's own memory and never leave it.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import API_VERSION, weather
from .errors import missing
from .ids import new_id

Body = dict[str, Any]


def public(body: Body) -> Body:
    """The object without the stand-in's own memory."""
    return {name: value for name, value in body.items() if not name.startswith("_")}


class Transaction:
    """Reads and writes of one request or one timer. ``now`` is the stand-in's own clock, whole seconds UTC."""

    def __init__(self, connection: sqlite3.Connection, account: str, webhook_url: str) -> None:
        self.connection = connection
        self.account = account
        self._configured_url = webhook_url
        self.request_id: str | None = None
        self.idempotency_key: str | None = None
        self.news = False
        """Whether the courier has something new to look at."""
        self.now = int(time.time()) + int(self.fact("clock_offset") or 0)

    # Facts: the few single values of the process.

    def fact(self, name: str) -> str | None:
        row = self.connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else row["value"]

    def set_fact(self, name: str, value: str) -> None:
        self.connection.execute(
            "INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
        )

    def drop_fact(self, name: str) -> None:
        self.connection.execute("DELETE FROM facts WHERE name = ?", (name,))

    @property
    def platform(self) -> str:
        """Id of the platform's own account."""
        return str(self.fact("account"))

    @contextmanager
    def acting_for(self, account: str) -> Iterator[None]:
        """Act for another account for a while, e.g. to book a transfer's arrival there."""
        before, self.account = self.account, account
        try:
            yield
        finally:
            self.account = before

    @contextmanager
    def undone_on_error(self) -> Iterator[None]:
        """Take back what happened inside when an error leaves it, unless the error says to keep it."""
        self.connection.execute("SAVEPOINT step")
        try:
            yield
        except Exception as problem:
            if not getattr(problem, "keep", False):
                self.connection.execute("ROLLBACK TO step")
            self.connection.execute("RELEASE step")
            raise
        self.connection.execute("RELEASE step")

    # Objects

    def insert(self, kind: str, body: Body) -> Body:
        """Store a new object of the current account."""
        self.connection.execute(
            "INSERT INTO objects (id, kind, account, created, body) VALUES (?, ?, ?, ?, ?)",
            (body["id"], kind, self.account, body.get("created") or self.now, json.dumps(body, ensure_ascii=False)),
        )
        return body

    def save(self, body: Body) -> Body:
        """Store the changed object."""
        self.connection.execute(
            "UPDATE objects SET body = ? WHERE id = ?", (json.dumps(body, ensure_ascii=False), body["id"])
        )
        return body

    def delete(self, body: Body) -> None:
        """Forget the object."""
        self.connection.execute("DELETE FROM objects WHERE id = ?", (body["id"],))

    def find(self, kind: str, object_id: str | None) -> Body | None:
        """The object of the current account, or None."""
        row = self.connection.execute(
            "SELECT body FROM objects WHERE id = ? AND kind = ? AND account = ?", (object_id, kind, self.account)
        ).fetchone()
        return None if row is None else json.loads(row["body"])

    def find_any(self, object_id: str) -> Body | None:
        """The object of the current account whatever its kind: for expand."""
        row = self.connection.execute(
            "SELECT body FROM objects WHERE id = ? AND account = ?", (object_id, self.account)
        ).fetchone()
        return None if row is None else json.loads(row["body"])

    def get(self, kind: str, object_id: str, param: str = "id") -> Body:
        """The object of the current account. An unknown one is refused: 404 in a path, 400 in a parameter."""
        body = self.find(kind, object_id)
        if body is None:
            raise missing(kind, object_id, param, 404 if param == "id" else 400)
        return body

    def select(self, kind: str, where: str = "", values: tuple[Any, ...] = ()) -> list[Body]:
        """Objects of the current account, oldest first. ``where`` is SQL over the column ``body``."""
        query = " AND ".join(["SELECT body FROM objects WHERE kind = ? AND account = ?", *([where] if where else [])])
        rows = self.connection.execute(f"{query} ORDER BY seq", (kind, self.account, *values))
        return [json.loads(row["body"]) for row in rows]

    # Timers

    def set_timer(self, kind: str, object_id: str, due: int) -> None:
        """Ask for ``kind`` to happen to the object when the stand-in's clock reaches ``due``."""
        self.news = True
        self.connection.execute(
            "INSERT INTO timers VALUES (?, ?, ?, ?) ON CONFLICT (kind, object_id) DO UPDATE SET due = excluded.due",
            (kind, object_id, self.account, due),
        )

    def drop_timer(self, kind: str, object_id: str) -> None:
        self.connection.execute("DELETE FROM timers WHERE kind = ? AND object_id = ?", (kind, object_id))

    # Events

    @property
    def webhook_url(self) -> str:
        """Where events go; empty for nowhere."""
        return self.fact("webhook_url") or self._configured_url

    def emit(self, kind: str, subject: Body, previous: Body | None = None) -> Body:
        """Write down that something happened, with the object as it is now, and have it delivered."""
        data: Body = {"object": public(subject)}
        if previous is not None:
            data["previous_attributes"] = previous
        event: Body = {
            "id": new_id("event"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": 1 if self.webhook_url else 0,
            "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
            "type": kind,
        }
        if self.account:
            event["account"] = self.account
        self.insert("event", event)
        if self.webhook_url:
            types = json.loads(self.fact("held_types") or "[]")
            held = "*" in types or kind in types
            for course in weather.courses(self):
                self.deliver(event["id"], held, tuple(course.done), course.wait, course.places)
        return event

    def deliver(
        self, event_id: str, held: bool = False, done: tuple[str, ...] = (), wait: float = 0.0, places: int = 0
    ) -> None:
        """Queue a delivery of the event, or hold it back. ``done`` says what befalls it, ``wait`` is in seconds,
        ``places`` is how many others it may overtake."""
        self.news = True
        state = "given_up" if "dropped" in done else "held" if held else "waiting"
        moment = time.time()  # deliveries keep the machine's time, as their signatures do
        self.connection.execute(
            "INSERT INTO deliveries (event, rank, state, first_at, next_at, done)"
            " SELECT ?, coalesce(max(rank), 0) + 1 - ?, ?, ?, ?, ? FROM deliveries",
            (event_id, places, state, moment, moment + wait, json.dumps(done)),
        )
