"""Consumers of news: facts become messages, queued messages are sent."""

from __future__ import annotations

from marketplace.events.facts import Fact, MailQueued
from marketplace.kernel.errors import Conflict, TryLater
from marketplace.notifications.compose import compose
from marketplace.notifications.mailer import MailRefused, MailUnavailable
from marketplace.notifications.send import send


def compose_for(fact: Fact) -> None:
    """The messages that a fact makes."""
    compose(fact)


def send_queued(fact: MailQueued) -> None:
    """One message; a server that is away is tried again, a refusal is parked where the office sees it."""
    try:
        send(fact.notification_id)
    except MailUnavailable as error:
        raise TryLater(f"the mail server does not answer: {error}") from None
    except MailRefused as error:
        raise Conflict(f"the mail server refuses: {error}") from None
