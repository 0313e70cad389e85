"""Consumers of comparisons with the provider's books."""

from __future__ import annotations

from marketplace.events.facts import ReconciliationWanted
from marketplace.reconciliation.run import reconcile


def compare_now(fact: ReconciliationWanted) -> None:
    """Compares and mends, as the daily run does; twice is once."""
    reconcile()
