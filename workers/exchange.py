"""Tables that farms upload: checked, and applied once confirmed. The row says which of the two, and how far it is."""

from __future__ import annotations

from marketplace.events.facts import ImportWanted
from marketplace.exchange.work import work


def work_on(fact: ImportWanted) -> None:
    """Reads the table again each time: a worker that was killed leaves nothing behind but the row."""
    work(fact.job_id)
