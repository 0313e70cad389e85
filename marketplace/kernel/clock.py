"""Business time, in Python. `app_now()` is its twin in SQL.

Cut-offs, expiry, holds and ages follow this clock. In production it is the machine's clock; in `test` it can be
moved (`marketplace clock`): the shift is one row of the database, which every process reads again within half a
second. Sign-ins, tokens, second factors, rate limits, idempotency keys, signatures, leases and time-outs use
`machine_now()` (DECISIONS 18).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_REFRESH_SECONDS = 0.5

_read_shift: Callable[[], timedelta] | None = None
_shift = timedelta(0)
_read_at = 0.0


def machine_now() -> datetime:
    """The machine's clock, UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """Business time, UTC."""
    return machine_now() + shift()


def shift() -> timedelta:
    """By how much business time is moved; zero but in `test`."""
    global _shift, _read_at
    if _read_shift is not None and time.monotonic() - _read_at > _REFRESH_SECONDS:
        _shift = _read_shift()
        _read_at = time.monotonic()
    return _shift


def follow(read_shift: Callable[[], timedelta] | None) -> None:
    """From now on ask `read_shift` (at most twice a second); None: the machine's clock alone."""
    global _read_shift, _shift, _read_at
    _read_shift, _shift, _read_at = read_shift, timedelta(0), 0.0


def forget() -> None:
    """Read the shift anew at the next look (after it was moved in this process)."""
    global _read_at
    _read_at = 0.0
