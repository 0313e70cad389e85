"""A circuit that opens when the provider is down, so that nobody waits for it; and how many may ask at once.

One a process. Threads do not wait for each other's calls: the lock is held for the count alone.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from marketplace.payments.gateway import ProviderUnavailable

log = logging.getLogger(__name__)

FAILURES_TO_OPEN = 4
SECONDS_OPEN = 15.0
# How long a call waits for another's to end before it gives up for now.
SECONDS_TO_WAIT = 0.25


class Circuit:
    """`closed`: calls go out. After some failures in a row `open`: refused at once. Then one call tries (`half-open`).

    `at_once`: calls that may be under way together, None for any number. `on_change` hears the new state.
    """

    def __init__(
        self,
        *,
        at_once: int | None = None,
        seconds_open: float = SECONDS_OPEN,
        on_change: Callable[[str], None] | None = None,
    ) -> None:
        self._lock = threading.Lock()
        self._slots = None if at_once is None else threading.BoundedSemaphore(at_once)
        self._seconds_open = seconds_open
        self._on_change = on_change
        self._failures = 0
        self._opened_at: float | None = None
        self._is_tried = False

    @property
    def state(self) -> str:
        """closed, open or half-open."""
        with self._lock:
            if self._opened_at is None:
                return "closed"
            return "half-open" if self._is_tried or self._is_over() else "open"

    @contextmanager
    def call(self) -> Iterator[Callable[[bool], None]]:
        """Lets a call through, or raises ProviderUnavailable at once. The caller says by the function given whether
        the provider was well; saying nothing, or an error, counts as a failure.
        """
        if self._slots is not None and not self._slots.acquire(timeout=SECONDS_TO_WAIT):
            raise ProviderUnavailable("too many calls to the provider are under way")
        try:
            self._enter()
            well: list[bool] = []
            try:
                yield well.append
            finally:
                self._leave(bool(well) and well[0])
        finally:
            if self._slots is not None:
                self._slots.release()

    def _is_over(self) -> bool:
        return self._opened_at is not None and time.monotonic() - self._opened_at >= self._seconds_open

    def _enter(self) -> None:
        with self._lock:
            if self._opened_at is None:
                return
            if self._is_tried or not self._is_over():
                raise ProviderUnavailable("the provider is down; nobody asks it for a moment")
            self._is_tried = True
        log.info("the payment provider is tried again")

    def _leave(self, was_well: bool) -> None:
        with self._lock:
            before = self._opened_at is not None
            self._is_tried = False
            self._failures = 0 if was_well else self._failures + 1
            if was_well:
                self._opened_at = None
            elif before or self._failures >= FAILURES_TO_OPEN:
                self._opened_at = time.monotonic()
            after = self._opened_at is not None
        if before != after:
            self._tell("open" if after else "closed")

    def _tell(self, state: str) -> None:
        log.log(logging.ERROR if state == "open" else logging.INFO, "the circuit to the payment provider is %s", state)
        if self._on_change is not None:
            self._on_change(state)
