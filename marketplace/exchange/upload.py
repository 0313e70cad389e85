"""A farm sends a table: kept as it came, and looked at by a worker. Nothing of it is applied yet."""

from __future__ import annotations

from sqlalchemy import insert

from marketplace.events.facts import ImportWanted
from marketplace.events.outbox import publish
from marketplace.exchange.models import ImportJob
from marketplace.exchange.sheet import MOST_BYTES
from marketplace.kernel import actor
from marketplace.kernel.database import command, db, execute, rows
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.plain_text import one_line
from marketplace.kernel.words import N_


@command
def upload_table(farm_id: int, kind: str, content: bytes, file_name: str, market_day_id: int | None = None) -> int:
    """The upload's id. `kind`: products, or stock of a market day. An earlier one that waits is cancelled by it.

    Refuses empty files and more than 5 MB (Invalid at `tabelle`), days that are not of the farm's market or closed,
    and a second table while one is being applied (Conflict).
    """
    if not content:
        raise Invalid({"tabelle": N_("Diese Datei ist leer.")})
    if len(content) > MOST_BYTES:
        raise Invalid({"tabelle": N_("Die Datei ist größer als 5 MB.")})
    farm = rows("SELECT market_id FROM farm WHERE id = :id FOR NO KEY UPDATE", id=farm_id)
    if not farm:
        raise NotFound()
    if kind == "stock":
        _refuse_closed(farm[0].market_id, market_day_id)
    waiting = rows(
        "SELECT id, state FROM import_job WHERE farm_id = :farm_id AND kind = :kind"
        " AND state IN ('uploaded', 'checked', 'applying') FOR UPDATE",
        farm_id=farm_id,
        kind=kind,
    )
    if any(job.state == "applying" for job in waiting):
        raise Conflict(N_("Eine Tabelle wird gerade übernommen. Bitte warten Sie, bis sie fertig ist."))
    for job in waiting:
        execute(
            "UPDATE import_job SET state = 'cancelled', content = NULL, ended_at = clock_timestamp() WHERE id = :id",
            id=job.id,
        )
    made = db.session.scalar(
        insert(ImportJob)
        .values(
            farm_id=farm_id,
            kind=kind,
            market_day_id=market_day_id,
            file_name=one_line(file_name)[-200:] or "tabelle",
            content=content,
            uploaded_by=actor.current().name,
        )
        .returning(ImportJob.id)
    )
    assert made is not None
    publish(ImportWanted(int(made)))
    return int(made)


def _refuse_closed(market_id: int, day_id: int | None) -> None:
    found = rows(
        "SELECT d.cancelled_at IS NOT NULL OR d.closed_at IS NOT NULL OR d.orders_close_at <= app_now() AS closed"
        " FROM market_day d WHERE d.id = :id AND d.market_id = :market_id",
        id=day_id,
        market_id=market_id,
    )
    if not found:
        raise NotFound()
    if found[0].closed:
        raise Conflict(N_("Der Bestellschluss dieses Markttags ist vorbei."))
