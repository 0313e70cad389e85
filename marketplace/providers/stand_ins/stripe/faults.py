"""Failures on order: what the network and the provider do on a bad day.

``error``  answers with an error status, ``hang`` waits so many seconds,
``drop`` closes the connection without an answer. ``before``: nothing was done
yet (after a hang it is then done, late); ``after``: it was done, and only the
answer suffers.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from . import weather
from .errors import ApiError
from .store import Store
from .transaction import Body

KINDS = ("error", "hang", "drop")
MOMENTS = ("before", "after")


class Fault(NamedTuple):
    """One failure to come."""

    kind: str
    moment: str
    status: int
    seconds: float


class ConnectionDropped(Exception):
    """Close the connection, say nothing."""


def order(store: Store, wish: Body) -> None:
    """Let the next ``count`` API calls fail; ``method`` and ``path`` (a prefix) narrow them down."""
    kind, moment = wish.get("kind", "error"), wish.get("moment", "before")
    if kind not in KINDS or moment not in MOMENTS:
        raise ApiError(f"kind is one of {', '.join(KINDS)}; moment one of {', '.join(MOMENTS)}")
    values = (
        kind,
        moment,
        int(wish.get("status", 500)),
        float(wish.get("seconds", 0)),
        str(wish.get("method", "")).upper(),
        str(wish.get("path", "")),
        int(wish.get("count", 1)),
    )
    with store.transaction() as tx:
        tx.connection.execute(
            "INSERT INTO faults (kind, moment, status, seconds, method, path, remaining) VALUES (?, ?, ?, ?, ?, ?, ?)",
            values,
        )


def clear(store: Store) -> None:
    """No failures any more."""
    with store.transaction() as tx:
        tx.connection.execute("DELETE FROM faults")


def take(store: Store, method: str, path: str) -> Fault | None:
    """The failure that this call is to suffer, if any: one on order (it is used up), or one of the weather."""
    with store.transaction() as tx:
        row = tx.connection.execute(
            "SELECT * FROM faults WHERE method IN ('', ?) AND ? LIKE path || '%' ORDER BY id LIMIT 1", (method, path)
        ).fetchone()
        if row is None:
            struck = weather.strike(tx, method, path)
            if struck is None:
                return None
            kind, moment, status = weather.KINDS[struck.name]
            return Fault(kind, moment, status, struck.seconds)
        tx.connection.execute("UPDATE faults SET remaining = remaining - 1 WHERE id = ?", (row["id"],))
        tx.connection.execute("DELETE FROM faults WHERE remaining <= 0")
    return Fault(row["kind"], row["moment"], row["status"], row["seconds"])


def strike(fault: Fault | None, moment: str) -> None:
    """Do the harm, if this is its moment."""
    if fault is None or fault.moment != moment:
        return
    if fault.kind == "hang":
        time.sleep(fault.seconds)
    elif fault.kind == "drop":
        raise ConnectionDropped
    else:
        raise _error(fault)


def _error(fault: Fault) -> ApiError:
    if fault.status == 429:
        text, retry = "Too many requests hit the API too quickly.", max(1, round(fault.seconds))
        return ApiError(text, status=429, code="rate_limit", retry_after=retry)
    if fault.status == 409:
        text = "There is currently another in-progress request using this Idempotent Key."
        return ApiError(text, status=409, kind="idempotency_error", code="idempotency_key_in_use")
    return ApiError("An error on order of a test.", status=fault.status, kind="api_error")
