"""The files of a run: for the bank, for the tax adviser."""

from __future__ import annotations

from flask import Response, flash, redirect, url_for

from marketplace.kernel.errors import Refusal
from marketplace.payouts.datev import datev_csv
from marketplace.payouts.read import find_run
from marketplace.payouts.sepa import sepa_order
from marketplace.providers.sepa_file import sepa_file
from marketplace.web.access import allow, approver_or_operator
from marketplace.web.api.office_payouts import attachment
from marketplace.web.office import blueprint
from marketplace.web.office.visit import readable, why


@blueprint.get("/auszahlungen/<int:run_id>/sepa.xml")
@allow(approver_or_operator)
def sepa(run_id: int) -> Response:
    """The bank's file, after approval."""
    found = find_run(run_id, readable())
    try:
        order = sepa_order(found)
    except Refusal as refusal:
        flash(why(refusal), "warn")
        return redirect(url_for("office.run", run_id=found.id), 303)  # type: ignore[return-value]
    return attachment(sepa_file(order), "application/xml", f"auszahlung-{found.id}.xml")


@blueprint.get("/auszahlungen/<int:run_id>/datev.csv")
@allow(approver_or_operator)
def datev(run_id: int) -> Response:
    """Commission and payments as bookings."""
    found = find_run(run_id, readable())
    return attachment(datev_csv(found).encode("utf-8-sig"), "text/csv; charset=utf-8", f"auszahlung-{found.id}.csv")
