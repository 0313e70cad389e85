"""Counting what is rare and must be seen, for all processes together: one row a name and label."""

from __future__ import annotations

import logging

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from marketplace.kernel.database import db

log = logging.getLogger(__name__)

_COUNT = text(
    "INSERT INTO tally AS t (name, label, count) VALUES (:name, :label, 1)"
    " ON CONFLICT (name, label) DO UPDATE SET count = t.count + 1"
)


def count(name: str, label: str) -> None:
    """One more, in a short transaction of its own: what is refused or rolled back counts all the same."""
    with db.engine.begin() as connection:
        connection.execute(_COUNT, {"name": name, "label": label[:100]})


def count_quietly(name: str, label: str) -> None:
    """One more, unless the database is away: then the log is all there is."""
    try:
        count(name, label)
    except (SQLAlchemyError, RuntimeError) as error:
        log.warning("%s %s was not counted (%s)", name, label, type(error).__name__)
