"""What is done with a run: laid before the second person, signed or sent back, paid, confirmed."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from marketplace.kernel.errors import Refusal
from marketplace.kernel.plain_text import one_line
from marketplace.payouts.approve import approve_run
from marketplace.payouts.confirm_bank import confirm_bank
from marketplace.payouts.models import PayoutRun
from marketplace.payouts.pay import pay_run
from marketplace.payouts.read import find_run
from marketplace.payouts.reject import reject_run
from marketplace.payouts.submit import submit_run
from marketplace.web.access import allow, approver_or_operator, operator
from marketplace.web.office import blueprint
from marketplace.web.office.run_page import run_page
from marketplace.web.office.visit import confirm, me, own, readable, why

Answer = str | Response | tuple[str, int]


@blueprint.post("/auszahlungen/<int:run_id>/vorlegen")
@allow(operator)
def submit(run_id: int) -> Answer:
    """draft → in review; again: with the new figures."""
    found = find_run(run_id, own())
    return _do(found, lambda: submit_run(found.id, me()), _("Der Lauf liegt zur Freigabe vor."))


@blueprint.post("/auszahlungen/<int:run_id>/freigeben")
@allow(approver_or_operator)
def sign(run_id: int) -> Answer:
    """The second signature, with a fresh second factor."""
    found = find_run(run_id, readable())
    note = one_line(request.form.get("note", "")[:500])
    if errors := confirm():
        return run_page(found, errors, note), 422
    return _do(found, lambda: approve_run(found.id, me(), note), _("Freigegeben. Noch geht kein Geld."))


@blueprint.post("/auszahlungen/<int:run_id>/zurueckgeben")
@allow(approver_or_operator)
def send_back(run_id: int) -> Answer:
    """Sends it back; its sales are free for a new run."""
    found = find_run(run_id, readable())
    note = one_line(request.form.get("note", "")[:500])
    done = _("Der Lauf ist zurückgegeben, seine Verkäufe sind wieder frei.")
    return _do(found, lambda: reject_run(found.id, note), done)


@blueprint.post("/auszahlungen/<int:run_id>/auszahlen")
@allow(operator)
def start_paying(run_id: int) -> Answer:
    """Starts paying, with a fresh second factor; again for those that failed."""
    found = find_run(run_id, own())
    if errors := confirm():
        return run_page(found, errors), 422
    return _do(found, lambda: pay_run(found.id), _("Die Auszahlung läuft."))


@blueprint.post("/auszahlungen/<int:run_id>/bank")
@allow(operator)
def bank_confirmed(run_id: int) -> Answer:
    """The bank has carried out the SEPA file."""
    found = find_run(run_id, own())
    if errors := confirm():
        return run_page(found, errors), 422
    return _do(found, lambda: confirm_bank(found.id), _("Gebucht."))


def _do(found: PayoutRun, command: Callable[[], object], done: str) -> Answer:
    try:
        command()
        flash(done, "ok")
    except Refusal as refusal:
        flash(why(refusal), "stop")
    return redirect(url_for("office.run", run_id=found.id), 303)  # type: ignore[return-value]
