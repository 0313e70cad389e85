"""State of the stand-in in one SQLite file: what was answered is on disk, also after kill -9."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .ids import new_id
from .schema import ADDED, TABLES
from .transaction import Transaction

_LOCK_PATIENCE_SECONDS = 10.0


class StateInUse(RuntimeError):
    """Another process already has this file of state."""


class Store:
    """The one connection of the process. Transactions run one after the other."""

    def __init__(self, path: Path, webhook_url: str = "") -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._owner = _own(path)
        self._turn = threading.RLock()
        self._webhook_url = webhook_url
        self.changed = threading.Event()
        """Set after a commit that left webhooks to deliver or a timer to watch."""
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(TABLES)
        self._bring_up()
        with self.transaction() as tx:
            tx.drop_fact("webhook_url")  # a test's wish ends with the process; the settings count again
            if tx.fact("account") is None:
                tx.set_fact("account", new_id("account"))

    @contextmanager
    def transaction(self, account: str = "") -> Iterator[Transaction]:
        """One transaction, alone. ``account`` is the connected account it acts for, empty for the platform."""
        with self._turn:
            self._connection.execute("BEGIN IMMEDIATE")
            tx = Transaction(self._connection, account, self._webhook_url)
            try:
                yield tx
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
        if tx.news:
            self.changed.set()

    def _bring_up(self) -> None:
        for table, name, kind in ADDED:
            known = {row["name"] for row in self._connection.execute(f"PRAGMA table_info({table})")}
            if name not in known:
                self._connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")

    def close(self) -> None:
        """Let go of the file, so that the next process may take it."""
        with self._turn:
            self._connection.close()
            os.close(self._owner)


def _own(path: Path) -> int:
    """Lock the file of state for this process. A predecessor that is just ending gets a moment."""
    handle = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + _LOCK_PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(handle)
                raise StateInUse(f"{path} is in use by another stand-in") from None
            time.sleep(0.05)
