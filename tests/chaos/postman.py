"""The way of webhooks from the provider to us: lost, twice, shuffled, stale or forged, as a bad day has it."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient

from marketplace.providers.stand_ins.stripe.webhooks import signature_header
from tests.factories.paid import Till

WRONG_SECRET = "whsec_of_somebody_else_0123456789"
STALE_SECONDS = 3_600


@dataclass(frozen=True)
class Roads:
    """In a hundred: events that never come, that come twice, that come an hour late only, that somebody forged."""

    lost: int = 0
    twice: int = 0
    stale: int = 0
    forged: int = 0
    shuffled: bool = False


CLEAR = Roads()
BAD = Roads(lost=15, twice=30, stale=10, forged=5, shuffled=True)


@dataclass
class Postman:
    """Fetches new events of the platform and brings them to `/webhooks/stripe`; counts what he did."""

    till: Till
    client: FlaskClient
    secret: str
    seen: set[str] = field(default_factory=set)
    held: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def fetch(self) -> int:
        """Takes over what the provider has to tell since the last time, in the order in which it happened."""
        news: list[dict[str, Any]] = []
        params: dict[str, Any] = {"limit": 100}
        while True:
            found = self.till.stand_in.client.v1.events.list(params)  # type: ignore[arg-type]
            page = [event.to_dict() for event in found.data]
            fresh = [event for event in page if event["id"] not in self.seen]
            news += fresh
            if len(fresh) < len(page) or not found.has_more or not page:
                break
            params["starting_after"] = page[-1]["id"]
        self.seen |= {event["id"] for event in news}
        self.held += reversed(news)
        return len(news)

    def bring(self, roads: Roads, luck: random.Random) -> int:
        """Brings all that was fetched. How many arrived; what is lost stays lost."""
        events, self.held = self.held, []
        if roads.shuffled:
            luck.shuffle(events)
        queue: list[dict[str, Any]] = []
        for event in events:
            if luck.randrange(100) < roads.forged:
                self._refused(_forged(event), WRONG_SECRET, 0)
            if luck.randrange(100) < roads.stale:
                self._refused(event, self.secret, -STALE_SECONDS)
            if luck.randrange(100) < roads.lost:
                self._count("lost")
                continue
            queue.append(event)
            if luck.randrange(100) < roads.twice:
                queue.insert(luck.randrange(len(queue) + 1) if roads.shuffled else len(queue), event)
                self._count("twice")
        for event in queue:
            assert self._post(event, self.secret, 0) == 200
            self._count("arrived")
        return len(queue)

    def _refused(self, event: dict[str, Any], secret: str, age: int) -> None:
        assert self._post(event, secret, age) == 400, "a forged or stale webhook was accepted"
        self._count("refused")

    def _post(self, event: dict[str, Any], secret: str, age: int) -> int:
        body = json.dumps(event, ensure_ascii=False)
        header = signature_header(body, secret, int(time.time()) + age)
        return self.client.post(
            "/webhooks/stripe",
            data=body.encode(),
            headers={"Stripe-Signature": header},
            content_type="application/json; charset=utf-8",
        ).status_code

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


def _forged(event: dict[str, Any]) -> dict[str, Any]:
    return event | {"id": f"{event['id']}_forged"}
