"""The outbox: a fact is a row of the transaction in which it became true, and a NOTIFY that rings at commit."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import insert

from marketplace.events.facts import KINDS, Fact
from marketplace.events.models import Fact as FactRow
from marketplace.kernel.database import db, in_transaction

# The channel that the trigger `doorbell` of the table rings.
DOORBELL = "outbox"


def publish(*facts: Fact) -> None:
    """Writes `facts` with the change they speak of. Refuses outside a transaction: a fact alone is a rumour."""
    if not in_transaction():
        raise RuntimeError("a fact is published in the transaction that makes it true")
    if not facts:
        return
    db.session.execute(insert(FactRow), [{"kind": type(fact).__name__, "payload": asdict(fact)} for fact in facts])


def read(row: FactRow) -> Fact:
    """The fact of a row."""
    return KINDS[row.kind](**row.payload)
