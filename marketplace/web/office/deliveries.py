"""What the workers could not do: seen, and put on its way again."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.events.deliveries import retry
from marketplace.kernel.errors import Refusal
from marketplace.web.access import allow, approver_or_operator, operator
from marketplace.web.office import blueprint
from marketplace.web.office.delivery_rows import deliveries_of, find_delivery
from marketplace.web.office.visit import own, readable, why

MOST = 100
WAITING_TOO_LONG_S = 600


@blueprint.get("/zustellungen")
@allow(approver_or_operator)
def deliveries() -> str:
    """Parked ones, and those that have waited for more than ten minutes."""
    parked = deliveries_of(readable(), ["parked"], limit=MOST)
    waiting = deliveries_of(readable(), ["waiting", "in_flight"], limit=MOST)
    slow = [row for row in waiting if row.age_seconds > WAITING_TOO_LONG_S]
    return render_template(
        "office/deliveries.html", parked=parked, slow=slow, waiting=len(waiting), may_retry=bool(own())
    )


@blueprint.post("/zustellungen/<int:delivery_id>/nochmal")
@allow(operator)
def try_delivery_again(delivery_id: int) -> Response:
    """A parked one runs again."""
    found = find_delivery(delivery_id, own())
    try:
        retry(found.id)
        flash(_("Der Auftrag läuft noch einmal."), "ok")
    except Refusal as refusal:
        flash(why(refusal), "stop")
    return redirect(url_for("office.deliveries"), 303)  # type: ignore[return-value]
