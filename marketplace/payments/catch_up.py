"""Events that no webhook brought: fetched every hour from a cursor, stored like webhooks, so each acts once."""

from __future__ import annotations

import logging
from datetime import timedelta

from marketplace.events import inbox
from marketplace.events.turns import end_turn, note_read, read_until, take_turn, turn_of
from marketplace.kernel.clock import machine_now
from marketplace.payments.gateway import ProviderUnavailable, gateway

log = logging.getLogger(__name__)

JOB = CURSOR = "events"
EVERY = timedelta(hours=1)
# An event may be listed somewhat after its time.
OVERLAP = timedelta(hours=2)
# The provider keeps events for 30 days.
AT_FIRST = timedelta(days=30)


def catch_up() -> int:
    """Stores every event since the cursor that is not in the inbox; how many were missing.

    Raises ProviderUnavailable and ProviderRefused; the cursor stays then, and what was stored stays stored.
    """
    since = (read_until(CURSOR) or machine_now() - AT_FIRST + OVERLAP) - OVERLAP
    found = sorted(gateway().events_since(since), key=lambda event: event.created_at)
    missing = 0
    for event in found:
        missing += inbox.store(event.ref, event.kind, event.api_version, event.body)
    if found:
        note_read(CURSOR, found[-1].created_at)
    if missing:
        log.warning("%s events of the payment provider had not reached us", missing)
    return missing


def catch_up_hourly() -> int:
    """The sweep: once an hour. A provider that is away is asked again in some minutes, from the same cursor."""
    due_at = turn_of(EVERY)
    if not take_turn(JOB, due_at):
        return 0
    try:
        missing = catch_up()
    except ProviderUnavailable as error:
        log.warning("the provider's events could not be read: %s", error)
        return 0
    end_turn(JOB, due_at)
    return missing
