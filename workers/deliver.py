"""One delivery, worked on: taken with its lease, run, and finished, put off or parked by what came of it."""

from __future__ import annotations

import logging

from marketplace.events import deliveries
from marketplace.kernel.actor import acting
from marketplace.kernel.database import db
from marketplace.kernel.errors import Refusal, TryLater
from marketplace.payments.gateway import ProviderRefused, ProviderUnavailable
from workers.routes import CONSUMERS

log = logging.getLogger(__name__)


def deliver(delivery_id: int, token: str) -> str:
    """done, again, parked or gone (no longer ours). Never raises for what a handler does."""
    with acting("worker", f"delivery-{delivery_id}"):
        taken = deliveries.take(delivery_id, token)
        if taken is None:
            return "gone"
        name, fact = taken
        try:
            CONSUMERS[name].run(fact)
        except (ProviderUnavailable, TryLater) as error:
            return _again(delivery_id, token, f"{error}")
        except (ProviderRefused, Refusal) as error:
            db.session.rollback()
            log.error("delivery %s to %s is parked: %s", delivery_id, name, error)
            deliveries.park(delivery_id, token, f"{error}")
            return "parked"
        except Exception as error:
            log.exception("delivery %s to %s failed", delivery_id, name)
            return _again(delivery_id, token, f"{type(error).__name__}: {error}")
        deliveries.finish(delivery_id, token)
        return "done"


def _again(delivery_id: int, token: str, error: str) -> str:
    db.session.rollback()
    deliveries.try_again(delivery_id, token, error)
    return "again"
