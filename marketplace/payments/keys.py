"""How long an idempotency key protects: the one rule for all of them (`cs-`, `cap-`, `can-`, `re-`, `tr-`, `rv-`).

The provider forgets a key after a day. Well before that an earlier try whose answer we never saw is looked for: a
payment and a hold by their own state, a refund and a transfer by the intent in their metadata.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from marketplace.kernel.clock import machine_now

KEYS_LIVE = timedelta(hours=20)


def may_be_forgotten(first_asked: datetime | None) -> bool:
    """May the provider have forgotten a key that was first sent then (UTC)? Then look before it is sent again."""
    return first_asked is not None and machine_now() - first_asked > KEYS_LIVE
