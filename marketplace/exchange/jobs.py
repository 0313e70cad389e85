"""What became of a farm's uploads: looked at, confirmed, cancelled. Another farm's upload is NotFound."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marketplace.events.facts import ImportWanted
from marketplace.events.outbox import publish
from marketplace.exchange.states import IMPORT, WORKED_ON
from marketplace.kernel.database import command, execute, rows
from marketplace.kernel.errors import Changed, Conflict, NotFound
from marketplace.kernel.words import N_

VIEW = """
SELECT j.id, j.kind, j.state, j.file_name, j.rows_done, j.rows_total, j.counts, j.findings, j.changes, j.digest,
       j.created_at, j.checked_at, j.ended_at, d.date AS day
FROM import_job j LEFT JOIN market_day d ON d.id = j.market_day_id
WHERE j.farm_id = :farm_id
"""


@dataclass(frozen=True)
class JobView:
    """An upload as its farm sees it; `findings` and `changes` as `ImportJob` says."""

    id: int
    kind: str
    state: str
    file_name: str
    rows_done: int
    rows_total: int
    counts: dict[str, int]
    findings: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    digest: str
    created_at: datetime
    checked_at: datetime | None
    ended_at: datetime | None
    day: date | None

    @property
    def runs(self) -> bool:
        """Is a worker at it, or will be soon?"""
        return self.state in WORKED_ON

    @property
    def can_apply(self) -> bool:
        return self.state == "checked" and not self.counts.get("errors") and self.does_something

    @property
    def does_something(self) -> bool:
        return bool(self.counts.get("new") or self.counts.get("changed"))


def job_of(farm_id: int, job_id: int) -> JobView:
    """One upload of the farm."""
    found = rows(VIEW + " AND j.id = :job_id", farm_id=farm_id, job_id=job_id)
    if not found:
        raise NotFound()
    return JobView(**found[0]._mapping)


def recent_jobs(farm_id: int, limit: int = 10) -> list[JobView]:
    """The farm's uploads, the last one first."""
    found = rows(VIEW + " ORDER BY j.id DESC LIMIT :limit", farm_id=farm_id, limit=limit)
    return [JobView(**row._mapping) for row in found]


def _locked(farm_id: int, job_id: int) -> Any:
    found = rows(
        "SELECT state, digest, counts FROM import_job WHERE id = :id AND farm_id = :farm_id FOR UPDATE",
        id=job_id,
        farm_id=farm_id,
    )
    if not found:
        raise NotFound()
    return found[0]


@command
def confirm_import(farm_id: int, job_id: int, digest: str) -> bool:
    """What the preview named `digest` showed is to be applied. False when that was said before: once is enough.

    Refuses previews with errors, or that do nothing (Conflict), and another preview than the one now there (Changed).
    """
    job = _locked(farm_id, job_id)
    if job.state in ("applying", "done"):
        return False
    IMPORT.check(job.state, "applying")
    if job.digest != digest:
        raise Changed(N_("Die Vorschau hat sich geändert. Bitte sehen Sie sie noch einmal an."))
    if job.counts.get("errors"):
        raise Conflict(N_("In der Tabelle sind noch Fehler. Es wurde nichts übernommen."))
    if not (job.counts.get("new") or job.counts.get("changed")):
        raise Conflict(N_("In dieser Tabelle steht nichts Neues."))
    execute("UPDATE import_job SET state = 'applying', rows_done = 0, tries = 0 WHERE id = :id", id=job_id)
    publish(ImportWanted(job_id))
    return True


@command
def cancel_import(farm_id: int, job_id: int) -> None:
    """Nothing of the table is applied; the file is deleted. Refuses while it is being applied; what has ended stays."""
    job = _locked(farm_id, job_id)
    if job.state == "applying":
        raise Conflict(N_("Die Tabelle wird gerade übernommen und lässt sich nicht mehr anhalten."))
    if job.state in ("uploaded", "checked"):
        execute(
            "UPDATE import_job SET state = 'cancelled', content = NULL, ended_at = clock_timestamp() WHERE id = :id",
            id=job_id,
        )
