"""Sending: `sending` is committed before the server hears of it, so a crash sends the same message again."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.kernel.clock import machine_now
from marketplace.kernel.database import command, db, in_transaction
from marketplace.notifications.letters import letter_of
from marketplace.notifications.mailer import MailRefused, mailer
from marketplace.notifications.models import Notification
from marketplace.notifications.render import message_of


def send(notification_id: int) -> None:
    """Sends one message that is not sent yet. Raises MailUnavailable (again later), MailRefused: kept as `failed`.

    A failed one is sent again when somebody asks for it: its delivery is parked until then.
    """
    if in_transaction():
        raise RuntimeError("mail is sent with no transaction open")
    message = _begin(notification_id)
    if message is None:
        return
    try:
        mailer().send(message)
    except MailRefused as error:
        _end(notification_id, "failed", str(error))
        raise
    _end(notification_id, "sent", None)


@command
def _begin(notification_id: int):  # type: ignore[no-untyped-def]
    row = db.session.scalar(select(Notification).where(Notification.id == notification_id).with_for_update())
    if row is None or row.state == "sent":
        return None
    row.state = "sending"
    row.attempts += 1
    return message_of(letter_of(row), row.recipient, row.message_id, row.created_at)


@command
def _end(notification_id: int, state: str, error: str | None) -> None:
    row = db.session.scalar(select(Notification).where(Notification.id == notification_id).with_for_update())
    assert row is not None
    row.state = state
    row.last_error = None if error is None else error[:500]
    if state == "sent":
        row.sent_at = machine_now()
