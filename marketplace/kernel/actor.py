"""Who acts: carried beside the command for history and audit rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """`name`: an account id as text, or `guest`, `worker`, `cli`, `provider`. `request_id`: of the log line."""

    name: str
    request_id: str = ""


_SYSTEM = Actor("system")
_current: ContextVar[Actor] = ContextVar("actor", default=_SYSTEM)


def current() -> Actor:
    """Who acts now."""
    return _current.get()


def act_as(actor: Actor) -> None:
    """From now on in this context (a request, a task) `actor` acts."""
    _current.set(actor)


@contextmanager
def acting(name: str, request_id: str = "") -> Iterator[None]:
    """Within the block, `name` acts."""
    token = _current.set(Actor(name, request_id))
    try:
        yield
    finally:
        _current.reset(token)
