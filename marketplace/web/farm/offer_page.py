"""One offer: its price of the day, and a pause."""

from __future__ import annotations

from datetime import date

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.kernel.errors import NotFound, Refusal
from marketplace.kernel.money import cents_from_text
from marketplace.stock.capacity import set_offer
from marketplace.web.access import allow, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.stock_rows import StockRow, stock_row
from marketplace.web.farm.visit import FarmHere, farm_here
from marketplace.web.farm.words import why
from marketplace.web.look.filters import amount


def _offer(farm: FarmHere, offer_id: int) -> tuple[StockRow, date]:
    found = stock_row(farm.id, offer_id)
    if found is None:
        raise NotFound()
    return found


@blueprint.get("/<int:farm_id>/bestand/<int:offer_id>")
@allow(farm_member)
def offer(farm_id: int, offer_id: int) -> str:
    """Price and pause of one offer."""
    row, day = _offer(farm_here(farm_id), offer_id)
    return _page(row, day, amount(row.price_cents))


def _page(row: StockRow, day: date, price: str, error: str = "") -> str:
    return render_template("farm/offer.html", row=row, day=day, price=price, error=error)


@blueprint.post("/<int:farm_id>/bestand/<int:offer_id>")
@allow(farm_member)
def change_offer(farm_id: int, offer_id: int) -> Response | tuple[str, int]:
    """The price of this day, a pause, or no limit: `tun` is preis, pause, anbieten or unbegrenzt."""
    farm = farm_here(farm_id)
    row, day = _offer(farm, offer_id)
    wish, price = request.form.get("tun", "preis"), request.form.get("preis", "")
    try:
        if wish in ("pause", "anbieten"):
            set_offer(offer_id, paused=wish == "pause", farm_ids=[farm.id])
        elif wish == "unbegrenzt":
            set_offer(offer_id, None, farm_ids=[farm.id])
        else:
            set_offer(offer_id, price_cents=_cents(price), farm_ids=[farm.id])
    except Refusal as refusal:
        return _page(row, day, price, why(refusal)), 422
    flash(_("Gespeichert."), "ok")
    return redirect(url_for("farm.stock", farm_id=farm.id, tag=day), 303)  # type: ignore[return-value]


def _cents(text: str) -> int:
    """Cents of a typed price; -1, which the command refuses, for anything else."""
    try:
        return int(cents_from_text(text))
    except ValueError:
        return -1
