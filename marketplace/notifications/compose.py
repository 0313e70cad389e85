"""A fact becomes messages: one row a recipient and occasion, however often it is told (I25)."""

from __future__ import annotations

import uuid
from email.utils import parseaddr

from sqlalchemy.dialects.postgresql import insert

from marketplace.events.facts import Fact, MailQueued
from marketplace.events.outbox import publish
from marketplace.kernel import installation
from marketplace.kernel.database import command, db
from marketplace.notifications.kinds import MESSAGES
from marketplace.notifications.models import Notification


@command
def compose(fact: Fact) -> int:
    """Queues what `fact` makes people be told; how many messages are new."""
    occasions = MESSAGES[type(fact)](fact)
    made = 0
    for occasion in occasions:
        name = uuid.uuid4()
        notification_id = db.session.scalar(
            insert(Notification)
            .values(
                uuid=name,
                kind=occasion.kind,
                recipient=occasion.recipient,
                subject_ref=occasion.subject_ref,
                market_id=occasion.market_id,
                order_id=occasion.order_id,
                language=occasion.language,
                values=occasion.values or {},
                message_id=message_id(name),
            )
            .on_conflict_do_nothing()
            .returning(Notification.id)
        )
        if notification_id is not None:
            publish(MailQueued(notification_id))
            made += 1
    return made


def message_id(name: uuid.UUID) -> str:
    """Made once and kept: a message sent twice after a crash is the same message."""
    domain = parseaddr(installation.settings().mail_from)[1].rpartition("@")[2] or "localhost"
    return f"<{name}@{domain}>"
