"""Pauses of the farm, how long before the pickup its orders close, and what it wants to be told."""

from __future__ import annotations

from datetime import date

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.farms.wishes import FarmWishes, farm_wishes, set_farm_wishes
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.stock.opening import follow_lead_time
from marketplace.stock.pauses import REASONS, end_pause, pause_farm, pauses_of
from marketplace.web.access import allow, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.visit import FarmHere, farm_here
from marketplace.web.farm.words import said, why

HOUR = 60
MOST_DIGITS = 6


@blueprint.get("/<int:farm_id>/pausen")
@allow(farm_member)
def pauses(farm_id: int) -> str:
    """What is entered, and the forms."""
    return _page(farm_here(farm_id))


@blueprint.post("/<int:farm_id>/pausen")
@allow(farm_member)
def begin_pause(farm_id: int) -> str | Response | tuple[str, int]:
    """`von`, `bis`, `grund`; `weiss`: the number of orders that the page has told of."""
    farm = farm_here(farm_id)
    knows = request.form.get("weiss", "")
    try:
        first, last = (date.fromisoformat(request.form.get(name, "")) for name in ("von", "bis"))
    except ValueError:
        return _page(farm, {"von": _("Bitte geben Sie beide Tage an.")}), 422
    try:
        pause_farm(
            farm.id,
            first,
            last,
            request.form.get("grund", ""),
            today=farm.today,
            knows_of=int(knows) if knows.isascii() and knows.isdigit() and len(knows) <= MOST_DIGITS else None,
        )
    except Invalid as refusal:
        return _page(farm, {name: said(words) for name, words in refusal.errors.items()}), 422
    except Conflict as refusal:
        return _page(farm, warning=why(refusal), orders=refusal.extra.get("orders")), 409
    flash(_("Pause eingetragen."), "ok")
    return _back(farm)


@blueprint.post("/<int:farm_id>/pausen/<int:pause_id>/beenden")
@allow(farm_member)
def finish_pause(farm_id: int, pause_id: int) -> Response:
    """From today on the farm offers again what the pause had taken off sale."""
    farm = farm_here(farm_id)
    end_pause(farm.id, pause_id, farm.today)
    flash(_("Die Pause ist vorbei. Im Bestand steht wieder, was vorher da stand."), "ok")
    return _back(farm)


@blueprint.post("/<int:farm_id>/wuensche")
@allow(farm_member)
def save_wishes(farm_id: int) -> str | Response | tuple[str, int]:
    """`knapp`: told when no more is left; `ausverkauft`; `vorlauf` in hours."""
    farm = farm_here(farm_id)
    numbers = {}
    for name in ("knapp", "vorlauf"):
        text = request.form.get(name, "").strip()
        if text and not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
            return _page(farm, {name: _("Bitte eine ganze Zahl.")}), 422
        numbers[name] = int(text) if text else None
    wishes = FarmWishes(numbers["knapp"], "ausverkauft" in request.form, (numbers["vorlauf"] or 0) * HOUR)
    try:
        set_farm_wishes(farm.id, wishes)
    except Invalid as refusal:
        return _page(farm, {name: said(words) for name, words in refusal.errors.items()}), 422
    follow_lead_time(farm.id)
    flash(_("Gespeichert."), "ok")
    return _back(farm)


def _page(farm: FarmHere, errors: dict[str, str] | None = None, warning: str = "", orders: int | None = None) -> str:
    wishes = farm_wishes(farm.id)
    if wishes is None:
        raise NotFound()
    return render_template(
        "farm/pauses.html",
        pauses=[(pause, _(REASONS[pause.reason])) for pause in pauses_of(farm.id, farm.today)],
        reasons=[(code, _(words)) for code, words in REASONS.items()],
        today=farm.today,
        wishes=wishes,
        lead_hours=wishes.lead_time_minutes // HOUR or "",
        errors=errors or {},
        warning=warning,
        orders=orders,
        typed=request.form,
    )


def _back(farm: FarmHere) -> Response:
    return redirect(url_for("farm.pauses", farm_id=farm.id), 303)  # type: ignore[return-value]
