"""What the provider tells when it is asked for all of something: its events, payments, open pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from marketplace.payments.gateway import EventRow, PageRow, PaymentView
from marketplace.providers.stripe_client import outcomes, plain
from marketplace.providers.stripe_rows import ref_of

_PAGE = 100


class StripeListings:
    """The part of the gateway that lists; `_api` is the client's v1, `_view` reads a payment. The newest come first."""

    _api: Any
    _view: Callable[[Any], PaymentView]

    def events_since(self, since: datetime) -> Iterator[EventRow]:
        with outcomes():
            for found in self._api.events.list(_since(since)).auto_paging_iter():
                data = plain(found)
                yield EventRow(
                    ref=data["id"],
                    kind=data["type"],
                    api_version=data.get("api_version"),
                    created_at=datetime.fromtimestamp(data["created"], UTC),
                    body=json.dumps(data).encode(),
                )

    def payments_since(self, since: datetime) -> Iterator[PaymentView]:
        with outcomes():
            wanted = _since(since) | {"expand": ["data.latest_charge"]}
            for found in self._api.payment_intents.list(wanted).auto_paging_iter():
                yield self._view(found)

    def open_pages(self) -> Iterator[PageRow]:
        with outcomes():
            for found in self._api.checkout.sessions.list({"status": "open", "limit": _PAGE}).auto_paging_iter():
                data = plain(found)
                yield PageRow(data["id"], (data.get("metadata") or {}).get("payment"))

    def payment_of_charge(self, ref: str) -> str | None:
        with outcomes():
            return ref_of(plain(self._api.charges.retrieve(ref)).get("payment_intent"))


def _since(since: datetime) -> dict[str, Any]:
    return {"created": {"gte": int(since.timestamp())}, "limit": _PAGE}
