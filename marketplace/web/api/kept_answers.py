"""Idempotency-Key: the answer to a POST is kept, and the same request again gets it, in parallel too.

Claim, effect and answer are one transaction: either all of it happened, or none. A parallel second waits at the row
that the first has claimed. What was refused is not kept: nothing happened, so it may be tried again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request

from marketplace.kernel.database import command, execute, rows, scalar
from marketplace.kernel.errors import Invalid, KeyReused, Refusal
from marketplace.kernel.words import N_
from marketplace.people.person import Person

HEADER = "Idempotency-Key"
LONGEST_KEY = 255


@dataclass(frozen=True)
class Claim:
    """Who asks with which key for what."""

    scope: str
    key: str
    fingerprint: bytes


def claim_of(person: Person, parsed: Any) -> Claim | None:
    """What the request's key claims; None without one. Refuses a key that is too long or not printable."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Invalid({HEADER: N_("Der Schlüssel der Anfrage hat 1 bis 255 druckbare Zeichen.")})
    return Claim(scope_of(person), key, fingerprint(parsed))


def scope_of(person: Person) -> str:
    """In which scope a key holds: the token's; for guests all have one."""
    return "guest" if person.token_id is None else f"token:{person.token_id}"


def fingerprint(parsed: Any) -> bytes:
    """The hash of what was asked for: method, path, arguments and body, and the order's token that opened the door.

    Without the token a guest who knows somebody's key would be shown the kept answer to it.
    """
    token = request.headers.get("Order-Token", "")
    asked = [request.method, request.path, sorted(request.args.items(multi=True)), token, parsed]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).digest()


@command
def once(claim: Claim, run: Callable[[], tuple[Any, int]]) -> tuple[Any, int]:
    """Body and status of `run`, run at most once for this claim. KeyReused when the key was for something else."""
    # The first may take as long as a statement may; the second waits for it rather than for the usual lock.
    execute("SET LOCAL lock_timeout = '9s'")
    claimed = _take(claim)
    execute("SET LOCAL lock_timeout = '3s'")
    if not claimed:
        return _kept(claim)
    body, status = run()
    execute(
        "UPDATE kept_answer SET status = :status, body = CAST(:body AS jsonb) WHERE scope = :scope AND key = :key",
        status=status,
        body=json.dumps(body),
        scope=claim.scope,
        key=claim.key,
    )
    return body, status


def _take(claim: Claim) -> bool:
    """True when the key was free, or its answer is older than 48 hours."""
    taken = scalar(
        "INSERT INTO kept_answer AS k (scope, key, fingerprint) VALUES (:scope, :key, :print)"
        " ON CONFLICT (scope, key) DO UPDATE SET fingerprint = :print, status = NULL, body = NULL,"
        " created_at = clock_timestamp() WHERE k.created_at < clock_timestamp() - interval '48 hours' RETURNING 1",
        scope=claim.scope,
        key=claim.key,
        print=claim.fingerprint,
    )
    return taken is not None


@command
def _kept(claim: Claim) -> tuple[Any, int]:
    kept = rows(
        "SELECT fingerprint, status, body FROM kept_answer WHERE scope = :scope AND key = :key",
        scope=claim.scope,
        key=claim.key,
    )[0]
    if bytes(kept.fingerprint) != claim.fingerprint:
        raise KeyReused()
    return kept.body, kept.status


def repeatable(claim: Claim, run: Callable[[bool], tuple[Any, int]]) -> tuple[Any, int]:
    """As `once`, for what cannot be one transaction but may be run twice: it has no second effect, or a provider is
    called on the way. `run` is told whether it is the first; the answer that is kept first is everybody's.

    Called with no transaction open. A refusal gives the key back.
    """
    is_first = _begin(claim)
    kept = _kept(claim)
    if kept[1] is not None:
        return kept
    try:
        body, status = run(is_first)
    except Refusal:
        _give_back(claim)
        raise
    return _keep(claim, body, status)


@command
def _begin(claim: Claim) -> bool:
    """True for the first, and for whoever comes when the first must have been killed."""
    return _take(claim) or bool(
        execute(
            "UPDATE kept_answer SET created_at = clock_timestamp() WHERE scope = :scope AND key = :key"
            " AND status IS NULL AND created_at < clock_timestamp() - interval '15 seconds'",
            scope=claim.scope,
            key=claim.key,
        )
    )


@command
def _keep(claim: Claim, body: Any, status: int) -> tuple[Any, int]:
    execute(
        "INSERT INTO kept_answer AS k (scope, key, fingerprint, status, body)"
        " VALUES (:scope, :key, :print, :status, CAST(:body AS jsonb))"
        " ON CONFLICT (scope, key) DO UPDATE SET status = :status, body = CAST(:body AS jsonb) WHERE k.status IS NULL",
        scope=claim.scope,
        key=claim.key,
        print=claim.fingerprint,
        status=status,
        body=json.dumps(body),
    )
    return _kept(claim)


@command
def _give_back(claim: Claim) -> None:
    execute(
        "DELETE FROM kept_answer WHERE scope = :scope AND key = :key AND status IS NULL",
        scope=claim.scope,
        key=claim.key,
    )
