"""One tap for one article or for all: nothing left, none today, as last week; and taking it back."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.kernel.errors import NotFound, Refusal
from marketplace.kernel.ids import id_from_text
from marketplace.stock.bulk import WAYS, change_at_once
from marketplace.stock.changes import Changed, take_back
from marketplace.web.access import allow, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.visit import FarmHere, date_or_none, days_and_chosen, farm_here
from marketplace.web.farm.words import why

MOST_LETTERS = 7


def ways() -> list[tuple[str, str]]:
    """What can be done to all articles of a day at once."""
    return [
        ("last_week", _("wie letzte Woche")),
        ("add", _("so viel mehr (oder weniger, mit Minus)")),
        ("set", _("auf diese Menge setzen")),
        ("sold_out", _("ausverkauft")),
        ("none_today", _("heute nicht anbieten")),
        ("offer", _("wieder anbieten")),
    ]


@blueprint.post("/<int:farm_id>/bestand/auf-einmal")
@allow(farm_member)
def change_several(farm_id: int) -> Response:
    """`tun`: a way for all, with `menge`; `eins`: `way-offer` for one article."""
    farm = farm_here(farm_id)
    _days, day = days_and_chosen(farm)
    if day is None:
        raise NotFound()
    way, _dash, number = request.form.get("eins", "").partition("-")
    offers = None
    if way:
        offer_id = id_from_text(number)
        if offer_id is None or way not in WAYS:
            raise NotFound()
        offers = [offer_id]
    try:
        _say(change_at_once(farm.id, day.id, way or request.form.get("tun", ""), _amount(), offers))
    except NotFound:
        raise
    except Refusal as refusal:
        flash(why(refusal), "stop")
    return _back(farm)


@blueprint.post("/<int:farm_id>/bestand/zuruecknehmen")
@allow(farm_member)
def undo_stock(farm_id: int) -> Response:
    """The last change of the day's stock is taken back."""
    farm = farm_here(farm_id)
    change_id = id_from_text(request.form.get("aenderung", ""))
    if change_id is None:
        raise NotFound()
    try:
        _say(take_back(farm.id, change_id))
    except NotFound:
        raise
    except Refusal as refusal:
        flash(why(refusal), "stop")
    return _back(farm)


def _amount() -> int | None:
    """A whole number, with a minus for less; None for anything else."""
    text = request.form.get("menge", "").strip().replace("−", "-").removeprefix("+")
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= MOST_LETTERS else None


def _say(changed: Changed) -> None:
    """How many follow; the first of those that do not, with its reason."""
    if changed.saved:
        count = len(changed.saved)
        flash(ngettext("%(num)d Artikel geändert.", "%(num)d Artikel geändert.", count), "ok")
    for refusal in list(changed.refused.values())[:1]:
        flash(why(refusal), "stop")
    if not changed.saved and not changed.refused:
        flash(_("Daran ist nichts zu ändern."), "info")


def _back(farm: FarmHere) -> Response:
    day = date_or_none(request.form.get("tag"))
    return redirect(url_for("farm.stock", farm_id=farm.id, tag=day), 303)  # type: ignore[return-value]
