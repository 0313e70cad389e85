"""Levers on the delivery of events: hold, release, repeat, and what was done to each."""

from __future__ import annotations

import json
import random
import time

from ..errors import ApiError
from ..settings import StandInSettings
from ..store import Store
from ..transaction import Body
from ..weather import BADLY_SIGNED, make_events
from ..webhooks import set_url


class WebhookLevers:
    """POST and GET /_stand_in/webhooks…"""

    def __init__(self, store: Store, settings: StandInSettings) -> None:
        self._store = store
        self._settings = settings

    def webhooks(self, wish: Body) -> Body:
        """GET webhooks: every delivery with its state, and in ``done`` what the weather or a lever did to it (dropped,
        stale, forged, future, lasting, delayed, shuffled, duplicate, again)."""
        with self._store.transaction() as tx:
            rows = tx.connection.execute(
                "SELECT d.id, d.event, json_extract(o.body, '$.type') AS type, d.rank, d.state, d.attempts,"
                " d.last_status, d.last_error, d.done FROM deliveries d"
                " JOIN objects o ON o.id = d.event ORDER BY d.rank"
            ).fetchall()
        return {"deliveries": [{**row, "done": json.loads(row["done"])} for row in rows]}

    def set_webhook_url(self, wish: Body) -> Body:
        """POST webhooks/url {url}: where events go from now on (loopback or the configured address)."""
        set_url(self._store, self._settings, str(wish.get("url", "")))
        return {}

    def hold_webhooks(self, wish: Body) -> Body:
        """POST webhooks/hold {types: [...]}: keep events back (all, or some types), also those still waiting."""
        types = wish.get("types") or ["*"]
        with self._store.transaction() as tx:
            tx.set_fact("held_types", json.dumps(types))
            tx.connection.execute(
                "UPDATE deliveries SET state = 'held' WHERE state = 'waiting' AND ("
                " ? OR event IN (SELECT o.id FROM objects o, json_each(?) t"
                " WHERE o.kind = 'event' AND json_extract(o.body, '$.type') = t.value))",
                ("*" in types, json.dumps(types)),
            )
        return {}

    def release_webhooks(self, wish: Body) -> Body:
        """POST webhooks/release {order: "created" | "reverse" | "random" | [event ids]}: let held events go."""
        order = wish.get("order", "created")
        with self._store.transaction() as tx:
            tx.set_fact("held_types", "[]")
            rows = tx.connection.execute(
                "SELECT id, event FROM deliveries WHERE state = 'held' ORDER BY rank"
            ).fetchall()
            queue = [(row["id"], row["event"]) for row in rows]
            if order == "reverse":
                queue.reverse()
            elif order == "random":
                random.shuffle(queue)
            elif isinstance(order, list):
                queue.sort(key=lambda item: order.index(item[1]) if item[1] in order else len(order))
            base = tx.connection.execute("SELECT coalesce(max(rank), 0) FROM deliveries").fetchone()[0]
            for place, (delivery, _) in enumerate(queue, start=base + 1):
                tx.connection.execute(
                    "UPDATE deliveries SET state = 'waiting', rank = ?, next_at = ? WHERE id = ?",
                    (place, time.time(), delivery),
                )
            tx.news = True
        return {"released": [event for _, event in queue]}

    def deliver_again(self, wish: Body) -> Body:
        """POST webhooks/deliver {event, times, done: [...]}: deliver an event once more or ``times`` times, held
        or not; ``done`` may sign it badly ("stale", "forged", "future", and "lasting")."""
        with self._store.transaction() as tx:
            event = (str(wish.get("event")),)
            found = tx.connection.execute("SELECT 1 FROM objects WHERE id = ? AND kind = 'event'", event).fetchone()
            if found is None:
                raise ApiError(f"No such event: '{wish.get('event')}'", status=404)
            done = ("again", *(str(name) for name in wish.get("done", [])))
            for name in done[1:]:
                if name not in (*BADLY_SIGNED, "lasting"):
                    raise ApiError(f"done takes: {', '.join(BADLY_SIGNED)}, lasting", param="done")
            for _ in range(int(wish.get("times", 1))):
                tx.deliver(*event, done=done)
        return {}

    def set_weather(self, wish: Body) -> Body:
        """POST webhooks/weather {seed, dropped, stale, forged, future, delayed, duplicates, shuffled, lasting,
        delay_seconds, spread_seconds}: shares (0 to 1) of the deliveries to come that go badly."""
        with self._store.transaction() as tx:
            return make_events(tx, wish)

    def set_secrets(self, wish: Body) -> Body:
        """POST webhooks/secrets {secrets: [...]}: sign with these, two during an exchange; an empty list: as set."""
        secrets = [str(secret) for secret in wish.get("secrets", [])]
        if any(not secret.startswith("whsec_") for secret in secrets):
            raise ApiError("Secrets begin with whsec_", param="secrets")
        with self._store.transaction() as tx:
            tx.set_fact("secrets", json.dumps(secrets))
        return {"signing": len(secrets) or 1}

    def retry_webhooks(self, wish: Body) -> Body:
        """POST webhooks/retry: do not wait for the back-off, try all waiting deliveries now."""
        with self._store.transaction() as tx:
            tx.connection.execute("UPDATE deliveries SET next_at = ? WHERE state = 'waiting'", (time.time(),))
            tx.news = True
        return {}

    def idle(self, wish: Body) -> Body:
        """GET idle: whether no delivery is waiting to be tried (held ones do not count)."""
        with self._store.transaction() as tx:
            row = tx.connection.execute("SELECT count(*) AS n FROM deliveries WHERE state = 'waiting'").fetchone()
        return {"idle": row["n"] == 0, "waiting": row["n"]}
