"""The port to whoever carries mail."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Protocol


class MailRefused(Exception):
    """The server will never take this message (a 5xx answer)."""


class MailUnavailable(Exception):
    """Not now: no connection, or a 4xx answer. The same message may be sent again."""


class Mailer(Protocol):
    """Takes one message; raises MailRefused or MailUnavailable."""

    def send(self, message: EmailMessage) -> None: ...


_mailer: Mailer | None = None


def use(chosen: Mailer) -> None:
    """Called by wiring."""
    global _mailer
    _mailer = chosen


def mailer() -> Mailer:
    """The carrier of this process."""
    if _mailer is None:
        raise RuntimeError("no mailer: wiring.connect was not called")
    return _mailer
