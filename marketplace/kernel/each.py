"""One after the other, each in a transaction of its own: one that fails does not keep the others waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from marketplace.kernel.database import db

log = logging.getLogger(__name__)


def each(ids: Iterable[int], do: Callable[[int], int]) -> int:
    """Runs `do` for every id and adds up what it gives (how many it did; True counts as one).

    A failure is logged and rolled back, the rest goes on; the last one is raised when all have had their turn.
    """
    done, failed = 0, None
    for thing in ids:
        try:
            done += do(thing)
        except Exception as error:
            db.session.rollback()
            log.exception("%s failed for %s", getattr(do, "__name__", do), thing)
            failed = error
    if failed is not None:
        raise failed
    return done
