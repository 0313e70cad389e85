"""One uploaded table: how far it is, what was found, what it would change; taken over or given up."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, render_template, request
from flask_babel import gettext as _

from marketplace.exchange.jobs import JobView, cancel_import, confirm_import, job_of
from marketplace.exchange.plan import MOST_SHOWN
from marketplace.kernel.errors import Conflict
from marketplace.web.access import allow, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.exchange import said_and_back
from marketplace.web.farm.exchange_words import findings_by_line, progress_words, state_words
from marketplace.web.farm.visit import farm_here
from marketplace.web.farm.words import why


@blueprint.get("/<int:farm_id>/tabellen/einlesen/<int:job_id>")
@allow(farm_member)
def import_job(farm_id: int, job_id: int) -> str:
    """The upload as it stands; while a worker is at it, the page asks again by itself."""
    farm = farm_here(farm_id)
    job = job_of(farm.id, job_id)
    words, kind = state_words(job)
    changed = job.counts.get("new", 0) + job.counts.get("changed", 0)
    return render_template(
        "farm/exchange_job.html",
        job=job,
        state=words,
        state_kind=kind,
        progress=progress_words(job),
        findings=findings_by_line(job),
        more_findings=max(0, job.counts.get("errors", 0) + job.counts.get("notes", 0) - MOST_SHOWN),
        more_changes=max(0, changed - MOST_SHOWN),
    )


@blueprint.get("/<int:farm_id>/tabellen/einlesen/<int:job_id>/stand")
@allow(farm_member)
def import_progress(farm_id: int, job_id: int) -> Response:
    """For the page's script: how far it is, and whether the page is to be loaded again."""
    job: JobView = job_of(farm_here(farm_id).id, job_id)
    answer: dict[str, Any] = {"state": job.state, "runs": job.runs, "text": progress_words(job)}
    response = jsonify(answer | {"done": job.rows_done, "total": job.rows_total})
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post("/<int:farm_id>/tabellen/einlesen/<int:job_id>/uebernehmen")
@allow(farm_member)
def apply_import(farm_id: int, job_id: int) -> Response:
    """What the preview showed is to be done. Said twice it is done once."""
    farm = farm_here(farm_id)
    try:
        confirm_import(farm.id, job_id, request.form.get("vorschau", ""))
    except Conflict as refusal:
        return said_and_back(farm, job_id, why(refusal), "stop")
    return said_and_back(farm, job_id, _("Die Tabelle wird übernommen."), "ok")


@blueprint.post("/<int:farm_id>/tabellen/einlesen/<int:job_id>/abbrechen")
@allow(farm_member)
def give_up_import(farm_id: int, job_id: int) -> Response:
    """Nothing of it is applied, and the file is deleted."""
    farm = farm_here(farm_id)
    try:
        cancel_import(farm.id, job_id)
    except Conflict as refusal:
        return said_and_back(farm, job_id, why(refusal), "stop")
    return said_and_back(farm, job_id, _("Abgebrochen. Es wurde nichts übernommen."), "ok")
