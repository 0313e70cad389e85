"""What the workers could not do: seen, and put on its way again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.events.deliveries import retry
from marketplace.kernel.errors import NotFound, Refusal
from marketplace.web.access import allow, approver_or_operator, operator
from marketplace.web.look.filters import moment_near
from marketplace.web.office import blueprint
from marketplace.web.office.delivery_rows import DeliveryRow, deliveries_of, find_delivery
from marketplace.web.office.provider_words import plainly
from marketplace.web.office.visit import own, readable, why
from marketplace.web.office.words import consumer_words

MOST = 100
MOST_AT_ONCE = 1000
WAITING_TOO_LONG_S = 600


@dataclass(frozen=True)
class Work:
    """A delivery in words: what for whom, what went wrong, since when."""

    id: int
    what: str
    more: str
    order_number: str | None
    mine: bool


@blueprint.get("/zustellungen")
@allow(approver_or_operator)
def deliveries() -> str:
    """Parked ones, and those that have waited for more than ten minutes."""
    parked = deliveries_of(readable(), ["parked"], limit=MOST)
    waiting = deliveries_of(readable(), ["waiting", "in_flight"], limit=MOST)
    slow = [row for row in waiting if row.age_seconds > WAITING_TOO_LONG_S]
    kinds = Counter(row.consumer for row in parked if _mine(row))
    return render_template(
        "office/deliveries.html",
        parked=[_work(row) for row in parked],
        slow=[_work(row) for row in slow],
        waiting=len(waiting),
        several=[(consumer, consumer_words(consumer), count) for consumer, count in kinds.items() if count > 1],
    )


def _mine(row: DeliveryRow) -> bool:
    """May this person put it on its way again? What is of no market is everybody's who runs one."""
    return bool(own()) if row.market_id is None else row.market_id in own()


def _work(row: DeliveryRow) -> Work:
    whom = row.order_number or row.farm_name or row.event
    error = plainly(row.last_error) or _("Ohne Meldung. Läuft die Arbeit im Hintergrund?")
    tries = ngettext("1 Versuch", "%(num)d Versuche", row.attempts)
    return Work(
        id=row.id,
        what=": ".join([consumer_words(row.consumer), *([whom] if whom else [])]),
        more=" · ".join([error, _("seit %(when)s", when=moment_near(row.since)), tries]),
        order_number=row.order_number,
        mine=_mine(row),
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


@blueprint.post("/zustellungen/alle-nochmal")
@allow(operator)
def try_deliveries_again() -> Response:
    """All parked ones of one consumer, of one's own markets."""
    consumer = request.form.get("consumer", "")
    again = 0
    for found in deliveries_of(own(), ["parked"], limit=MOST_AT_ONCE):
        if found.consumer == consumer:
            try:
                retry(found.id)
                again += 1
            except NotFound:  # somebody was faster
                pass
    flash(ngettext("1 Auftrag läuft noch einmal.", "%(num)d Aufträge laufen noch einmal.", again), "ok")
    return redirect(url_for("office.deliveries"), 303)  # type: ignore[return-value]
