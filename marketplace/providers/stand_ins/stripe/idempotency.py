"""Idempotency keys: the same key and request give the same answer, for 24 hours.

Requests run one after the other, so the second of two that arrive together
finds the answer of the first. Answers to requests that failed a check of their
parameters are not kept: nothing was begun.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple

from .errors import ApiError
from .transaction import Transaction

MAX_KEY_LENGTH = 255


class Answer(NamedTuple):
    """What goes over the wire: status, JSON body, id of the request that made it."""

    status: int
    body: str
    request_id: str


def fingerprint(method: str, path: str, sent: dict[str, Any]) -> str:
    """The same for the same request, whatever the order of its parameters."""
    text = json.dumps([method, path, sent], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def recall(tx: Transaction, key: str, mark: str) -> Answer | None:
    """The answer given before under this key. Refuses the key with another request."""
    row = tx.connection.execute("SELECT * FROM idempotency WHERE account = ? AND key = ?", (tx.account, key)).fetchone()
    if row is None:
        return None
    if row["fingerprint"] != mark:
        raise ApiError(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try"
            f" using a key other than '{key}' if you meant to execute a different request.",
            kind="idempotency_error",
        )
    return Answer(row["status"], row["body"], row["request_id"])


def remember(tx: Transaction, key: str, mark: str, answer: Answer) -> None:
    """Keep the answer."""
    tx.connection.execute(
        "INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?)",
        (tx.account, key, mark, answer.status, answer.body, answer.request_id, tx.now),
    )
