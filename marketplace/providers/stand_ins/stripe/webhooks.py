"""Delivering events: signed POSTs, in order of creation, again and again until somebody says 2xx.

Signatures and the times of repetition keep the machine's time, not the
stand-in's clock, because the receiver judges them by its own.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import json
import logging
import threading
import time
from typing import NamedTuple
from urllib.parse import urlsplit

from .errors import ApiError
from .operations.reads import with_pending
from .settings import StandInSettings
from .store import Store
from .timers import anything_due, run_due
from .transaction import Transaction, public

_log = logging.getLogger(__name__)

BACK_OFF_SECONDS = (1, 2, 5, 10, 30)
LATER_SECONDS = 60
GIVE_UP_SECONDS = 3 * 86400
TIMEOUT_SECONDS = 10.0
TICK_SECONDS = 1.0
STOP_SECONDS = 3.0


def signature_header(payload: str, secret: str, moment: int) -> str:
    """``Stripe-Signature`` of a payload: HMAC-SHA256 over time and body."""
    digest = hmac.new(secret.encode(), f"{moment}.{payload}".encode(), hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def allowed_url(url: str, settings: StandInSettings) -> bool:
    """Whether events may go there: the configured address, or the machine itself."""
    if url == settings.webhook_url:
        return True
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        return False
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


STALE_SECONDS = 600


def signing_secrets(tx: Transaction, settings: StandInSettings) -> list[str]:
    """The secrets that sign now: one, or two while they are being exchanged."""
    return json.loads(tx.fact("secrets") or "[]") or [settings.secret]


def signed(payload: str, secrets: list[str], done: list[str], attempts: int) -> str:
    """The header of a delivery, with what the weather does to it: wrong at its first attempt, or at all if lasting."""
    moment = int(time.time())
    if attempts == 0 or "lasting" in done:
        if "forged" in done:
            secrets = ["whsec_somebody_else"]
        if "stale" in done:
            moment -= STALE_SECONDS
        if "future" in done:
            moment += STALE_SECONDS
    first, *rest = [signature_header(payload, secret, moment) for secret in secrets]
    return ",".join([first, *(header.partition(",")[2] for header in rest)])


class _Due(NamedTuple):
    id: int
    url: str
    payload: str
    attempts: int
    first_at: float
    secrets: list[str]
    done: list[str]


class Courier:
    """The background thread: deliveries that are due, and timers that run out while nobody asks."""

    def __init__(self, store: Store, settings: StandInSettings) -> None:
        self._store = store
        self._settings = settings
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stand-in-courier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread. A delivery under way gets a moment; if it takes longer, it is done again after the start."""
        self._stop.set()
        self._store.changed.set()
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._store.changed.wait(self._patience())
            self._store.changed.clear()
            try:
                self._tick()
                while not self._stop.is_set() and (due := self._next()) is not None:
                    self._try(due)
            except Exception:
                _log.exception("courier of the stand-in stumbled")
                self._stop.wait(TICK_SECONDS)

    def _patience(self) -> float:
        with self._store.transaction() as tx:
            row = tx.connection.execute("SELECT min(next_at) AS at FROM deliveries WHERE state = 'waiting'").fetchone()
        return TICK_SECONDS if row["at"] is None else min(TICK_SECONDS, max(0.0, row["at"] - time.time()))

    def _tick(self) -> None:
        with self._store.transaction() as tx:
            if anything_due(tx):
                run_due(tx, self._settings)

    def _next(self) -> _Due | None:
        with self._store.transaction() as tx:
            url = tx.webhook_url
            row = tx.connection.execute(
                "SELECT d.*, o.body FROM deliveries d JOIN objects o ON o.id = d.event"
                " WHERE d.state = 'waiting' AND d.next_at <= ? ORDER BY d.rank LIMIT 1",
                (time.time(),),
            ).fetchone()
            if row is None or not url:
                return None
            event = public(with_pending(tx, json.loads(row["body"])))
            secrets = signing_secrets(tx, self._settings)
        payload = json.dumps(event, indent=2, ensure_ascii=False)
        return _Due(row["id"], url, payload, row["attempts"], row["first_at"], secrets, json.loads(row["done"]))

    def _try(self, due: _Due) -> None:
        status, error = self._post(due)
        now = time.time()
        if status is not None and 200 <= status < 300:
            state, next_at = "delivered", now
        elif now - due.first_at > GIVE_UP_SECONDS:
            state, next_at = "given_up", now
        else:
            wait = BACK_OFF_SECONDS[due.attempts] if due.attempts < len(BACK_OFF_SECONDS) else LATER_SECONDS
            state, next_at = "waiting", now + wait
        with self._store.transaction() as tx:
            # Whoever held the delivery meanwhile keeps it held.
            tx.connection.execute(
                "UPDATE deliveries SET attempts = attempts + 1, next_at = ?, last_status = ?, last_error = ?,"
                " state = CASE WHEN state = 'held' AND ? = 'waiting' THEN state ELSE ? END WHERE id = ?",
                (next_at, status, error, state, state, due.id),
            )

    def _post(self, due: _Due) -> tuple[int | None, str | None]:
        if not allowed_url(due.url, self._settings):
            return None, "address not allowed"
        parts = urlsplit(due.url)
        maker = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = maker(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signed(due.payload, due.secrets, due.done, due.attempts),
            "User-Agent": "Stripe/1.0 (stand-in)",
        }
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", path, due.payload.encode(), headers)
            return connection.getresponse().status, None
        except (OSError, http.client.HTTPException) as problem:
            return None, f"{type(problem).__name__}: {problem}"
        finally:
            connection.close()


def set_url(store: Store, settings: StandInSettings, url: str) -> None:
    """Send events elsewhere until the next start: to the configured address or a loopback one."""
    if not allowed_url(url, settings):
        raise ApiError("Events go to the configured address or to a loopback address only.", param="url")
    with store.transaction() as tx:
        tx.set_fact("webhook_url", url)
