"""A worker's turn at an upload: reading it apart, checking it, and applying what was confirmed in one transaction."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import text

from marketplace.exchange.columns import HEADS
from marketplace.exchange.plan import Finding, Plan
from marketplace.exchange.plan_products import plan_products
from marketplace.exchange.plan_stock import STOCK_HEADS, plan_stock
from marketplace.exchange.sheet import Sheet, Unreadable, reader
from marketplace.exchange.states import WORKED_ON
from marketplace.kernel.database import beside, command, execute, rows, scalar
from marketplace.kernel.words import N_, Words
from marketplace.stock.locks import lock_stock

MOST_TRIES = 3
LOCK_SPACE = 820  # advisory locks (this, id of the upload): one worker at a time, while its row stays free for progress


class Stopped(Exception):
    """What was begun is rolled back; `findings` go to the farm instead."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__(f"{len(findings)} findings")


def work(job_id: int) -> None:
    """Does what the row asks for; safe to run twice. After three broken turns the upload is failed."""
    job = _begin(job_id)
    if job is None:
        return
    try:
        sheet = reader().read(bytes(job.content), job.file_name)
    except Unreadable as unreadable:
        _fail(job_id, unreadable.words)
        return
    _tell(job_id, 0, max(0, len(sheet.rows) - 1))
    if job.state == "uploaded":
        _check(job_id, sheet)
        return
    try:
        _apply(job_id, sheet)
    except Stopped as stopped:
        _step_back(job_id, sheet, stopped.findings)


@command
def _begin(job_id: int) -> Any:
    found = rows(
        "SELECT id, state, tries, file_name, content FROM import_job"
        " WHERE id = :id AND state = ANY(:states) FOR UPDATE",
        id=job_id,
        states=list(WORKED_ON),
    )
    if not found:
        return None
    if found[0].tries >= MOST_TRIES:
        _end(
            job_id, "failed", N_("Das hat mehrmals nicht geklappt. Es wurde nichts übernommen, bitte melden Sie sich.")
        )
        return None
    execute("UPDATE import_job SET tries = tries + 1 WHERE id = :id", id=job_id)
    return found[0]


@command
def _fail(job_id: int, words: Words) -> None:
    _end(job_id, "failed", words)


def _end(job_id: int, state: str, words: Words | str) -> None:
    finding = Finding(0, "", words if isinstance(words, Words) else Words(words))
    execute(
        "UPDATE import_job SET state = :state, content = NULL, ended_at = clock_timestamp(),"
        " findings = CAST(:findings AS jsonb), changes = '[]' WHERE id = :id AND state = ANY(:states)",
        id=job_id,
        state=state,
        findings=json.dumps([finding.as_json()]),
        states=list(WORKED_ON),
    )


def _tell(job_id: int, done: int, total: int) -> None:
    """How far it is, seen at once."""
    with beside() as connection:
        connection.execute(
            text("UPDATE import_job SET rows_done = :done, rows_total = :total WHERE id = :id"),
            {"id": job_id, "done": done, "total": total},
        )


def _plan(job: Any, sheet: Sheet) -> Plan:
    if job.kind == "stock":
        return plan_stock(job.farm_id, job.market_day_id, sheet)
    return plan_products(job.farm_id, sheet)


def _job(job_id: int, state: str) -> Any:
    found = rows(
        "SELECT id, farm_id, market_day_id, kind, digest FROM import_job WHERE id = :id AND state = :state",
        id=job_id,
        state=state,
    )
    return found[0] if found else None


def _show(job_id: int, plan: Plan, state: str) -> None:
    findings, changes = plan.shown()
    execute(
        """
        UPDATE import_job SET state = 'checked', rows_done = rows_total, counts = CAST(:counts AS jsonb),
            findings = CAST(:findings AS jsonb), changes = CAST(:changes AS jsonb), digest = :digest,
            checked_at = clock_timestamp()
        WHERE id = :id AND state = :state
        """,
        id=job_id,
        state=state,
        counts=json.dumps(plan.counts),
        findings=json.dumps(findings),
        changes=json.dumps(changes),
        digest=plan.digest,
    )


@command
def _check(job_id: int, sheet: Sheet) -> None:
    job = _job(job_id, "uploaded")
    if job is not None:
        _show(job_id, _plan(job, sheet), "uploaded")


@command
def _apply(job_id: int, sheet: Sheet) -> None:
    """All of it or nothing. Looked at again here: what changed since the preview stops it."""
    if not scalar("SELECT pg_try_advisory_xact_lock(:space, CAST(:id AS int))", space=LOCK_SPACE, id=job_id % 2**31):
        return  # another worker is at it
    job = _job(job_id, "applying")
    if job is None:
        return
    if job.kind == "stock":
        lock_stock(row.stock_id for row in _stock_of(job))
    else:
        execute("SELECT 1 FROM farm WHERE id = :id FOR NO KEY UPDATE", id=job.farm_id)
    plan = _plan(job, sheet)
    if plan.has_errors:
        raise Stopped([])
    if plan.digest != job.digest:
        words = Words(N_("Inzwischen hat sich etwas geändert. Bitte sehen Sie die Vorschau noch einmal an."))
        raise Stopped([Finding(0, "", words, is_error=False)])
    heads = STOCK_HEADS if job.kind == "stock" else HEADS
    if refused := plan.apply(lambda done, steps: _tell(job_id, plan.lines * done // steps, plan.lines), heads):
        raise Stopped(refused)
    execute(
        "UPDATE import_job SET state = 'done', content = NULL, rows_done = rows_total, ended_at = clock_timestamp()"
        " WHERE id = :id",
        id=job_id,
    )


def _stock_of(job: Any) -> list[Any]:
    """The stock rows that may change, pools included: locked before the day, as everywhere (docs/locks.md)."""
    return rows(
        "SELECT stock_id FROM offer WHERE farm_id = :farm_id AND market_day_id = :day_id"
        " UNION SELECT id FROM stock WHERE farm_id = :farm_id AND market_day_id IS NULL",
        farm_id=job.farm_id,
        day_id=job.market_day_id,
    )


@command
def _step_back(job_id: int, sheet: Sheet, findings: list[Finding]) -> None:
    """Nothing was applied; the farm sees a new preview, with what was refused."""
    job = _job(job_id, "applying")
    if job is not None:
        plan = _plan(job, sheet)
        plan.findings += findings
        _show(job_id, plan, "applying")
