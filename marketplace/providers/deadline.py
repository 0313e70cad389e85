"""An HTTP client whose calls end after a time in all, however slowly the other side drips (DECISIONS 9).

A read's time-out begins anew with every byte. So a watch ends the socket when the time is over, and whoever reads from
it gets an error.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any

import requests
import stripe
from flask import has_app_context
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from marketplace.kernel.database import in_transaction
from marketplace.providers.circuit import Circuit

_now = threading.local()


class _Watch:
    """Ends one call when its time is over."""

    def __init__(self, seconds: float) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.is_over = False
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> _Watch:
        _now.watch = self
        self._timer.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._timer.cancel()
        with self._lock:
            self._socket = None  # it may be another call's next
        _now.watch = None

    def on(self, found: socket.socket | None) -> None:
        """This is the socket to end; at once if the time is over already."""
        with self._lock:
            self._socket = found
            if self.is_over:
                self._shut()

    def _end(self) -> None:
        with self._lock:
            self.is_over = True
            self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


class _Watched:
    """A connection that tells the watch of its call which socket it uses."""

    sock: Any

    def request(self, *args: Any, **kwargs: Any) -> Any:
        if self.sock is not None:
            _tell(self.sock)
        return super().request(*args, **kwargs)  # type: ignore[misc]

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        _tell(self.sock)


def _tell(found: Any) -> None:
    watch: _Watch | None = getattr(_now, "watch", None)
    if watch is not None:
        watch.on(found)


class _Plain(_Watched, HTTPConnection):
    pass


class _Secure(_Watched, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure  # type: ignore[assignment]


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


def _session() -> requests.Session:
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter())
    return session


class DeadlineClient(stripe.RequestsClient):
    """The provider's HTTP client: `seconds` in all a try, through `circuit`, and never with a transaction open."""

    def __init__(self, *, connect_seconds: float, seconds: float, circuit: Circuit | None) -> None:
        super().__init__(timeout=(connect_seconds, seconds))  # type: ignore[arg-type]
        self._seconds = seconds
        self._circuit = circuit

    def request(self, method: Any, url: Any, headers: Any, post_data: Any = None) -> Any:  # type: ignore[override]
        """One try. Raises RuntimeError within a transaction, ProviderUnavailable while the circuit is open."""
        if _is_within_a_transaction():
            raise RuntimeError("a provider is called with no transaction open")
        if self._circuit is None:
            return self._try(method, url, headers, post_data)
        with self._circuit.call() as was_well:
            answer = self._try(method, url, headers, post_data)
            was_well(answer[1] < 500)
            return answer

    def _try(self, method: Any, url: Any, headers: Any, post_data: Any) -> Any:
        if getattr(self._thread_local, "session", None) is None:
            self._thread_local.session = _session()
        with _Watch(self._seconds) as watch:
            try:
                answer = super().request(method, url, headers, post_data)
            except stripe.APIConnectionError as error:
                if watch.is_over:
                    raise self._too_slow() from error
                raise
            if watch.is_over:
                raise self._too_slow()
            return answer

    def _too_slow(self) -> stripe.APIConnectionError:
        return stripe.APIConnectionError(f"no whole answer within {self._seconds:g} s", should_retry=True)


def _is_within_a_transaction() -> bool:
    return has_app_context() and in_transaction()
