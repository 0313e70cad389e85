"""The basket: by farm with each cut-off, what does not go and why; putting in and taking out."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.basket.change import MOST_UNITS, set_quantities, set_quantity
from marketplace.basket.contents import AGE, CLOSED, FEW, NOT_OFFERED, OTHER_MARKET, SOLD_OUT, Line
from marketplace.kernel.errors import Invalid
from marketplace.kernel.ids import id_from_text
from marketplace.kernel.words import N_
from marketplace.web.access import allow, anyone
from marketplace.web.language import safe_return
from marketplace.web.missed_demand import note_lines
from marketplace.web.shop import blueprint
from marketplace.web.shop.frame import bar
from marketplace.web.shop.pictures import picture_url
from marketplace.web.shop.visit import chosen_slot_id, forget_reading, owner, owner_for_writing, visit


@blueprint.get("/warenkorb")
@allow(anyone)
def basket() -> str:
    """What lies in the basket, seen against the chosen slot."""
    return render_template("shop/basket.html", visit=visit(), trouble=trouble_of, picture_url=picture_url)


def trouble_of(line: Line) -> str:
    """Why a line does not go as it stands, in words; "" when it does."""
    if line.trouble == FEW:
        if line.at_most == line.most_per_customer:
            return _("Höchstens %(most)s je Kundin, gewünscht: %(wanted)s.", most=line.at_most, wanted=line.quantity)
        return _("Nur noch %(left)s da, gewünscht: %(wanted)s.", left=line.available, wanted=line.quantity)
    words = {
        SOLD_OUT: _("Für diesen Markttag ausverkauft."),
        NOT_OFFERED: _("Gibt es an diesem Markttag nicht."),
        CLOSED: _("Der Bestellschluss dafür ist vorbei."),
        AGE: _("Am unbesetzten Regal prüft niemand den Ausweis; dort geht das nicht."),
        OTHER_MARKET: _("Diesen Hof gibt es an Ihrem Abholort nicht."),
    }
    return words.get(line.trouble, "")


@blueprint.post("/warenkorb")
@allow(anyone)
def put() -> Response:
    """`artikel` (variant) gets `quantity` units, 0 takes it out; `step` (−1, 1) counts from there.

    Goes back to `zurueck`; a script that asks for a part (header `X-Part`) gets the changed parts of the page.
    """
    variant_id = id_from_text(request.form.get("artikel", ""))
    if variant_id is None:
        raise Invalid({"artikel": N_("Diesen Artikel gibt es nicht.")})
    quantity = quantity_from_form()
    before = visit().quantity_of(variant_id)
    name = next((line.name for line in visit().lines if line.variant_id == variant_id), "")
    set_quantity(owner_for_writing(), variant_id, quantity, slot_id=chosen_slot_id())
    forget_reading()
    if quantity > before:
        note_lines([line for line in visit().lines if line.variant_id == variant_id], owner())
    if request.headers.get("X-Part") == "basket":
        return _parts(variant_id, before)
    if quantity == 0 and before:
        flash(_("%(product)s ist nicht mehr im Korb.", product=name), "ok")
    return redirect(safe_return(request.form.get("zurueck") or url_for("shop.basket")), 303)  # type: ignore[return-value]


def quantity_from_form() -> int:
    """Whole sale units from `quantity` and `step`; Invalid for anything that is not 0 to 999."""
    typed, step = request.form.get("quantity", "").strip(), request.form.get("step", "0")
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 4) or step not in ("-1", "0", "1"):
        raise Invalid({"quantity": N_("Die Menge muss zwischen 1 und 999 liegen.")})
    quantity = int(typed) + int(step)
    if not 0 <= quantity <= MOST_UNITS:
        raise Invalid({"quantity": N_("Die Menge muss zwischen 1 und 999 liegen.")})
    return quantity


def _parts(variant_id: int, before: int) -> Response:
    """What of the page changes: the form of the article, the bar, the slip, a sentence to be read out."""
    here = visit()
    line = next((line for line in here.lines if line.variant_id == variant_id), None)
    html = render_template(
        "shop/basket_parts.html",
        variant_id=variant_id,
        line=line,
        before=before,
        name=request.form.get("name", "")[:200],
        back=safe_return(request.form.get("zurueck")),
        visit=here,
        bar=bar(here, stays=not safe_return(request.form.get("zurueck")).startswith("/markt/")),
        trouble=trouble_of(line) if line else "",
    )
    response = make_response(html)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/warenkorb/anpassen")
@allow(anyone)
def fit() -> Response:
    """Lowers what there is less of than wanted to what can be had. What is out stays where it is."""
    units = {line.variant_id: line.at_most or 0 for line in visit().few}
    set_quantities(owner_for_writing(), units)
    forget_reading()
    flash(_("Die Mengen passen jetzt."), "ok")
    return redirect(url_for("shop.basket"), 303)  # type: ignore[return-value]


@blueprint.post("/warenkorb/aussortieren")
@allow(anyone)
def sort_out() -> Response:
    """Takes out what cannot be ordered for the chosen slot, because the customer says so."""
    units: dict[int, int] = {line.variant_id: 0 for line in visit().out}
    set_quantities(owner_for_writing(), units)
    forget_reading()
    return redirect(url_for("shop.basket"), 303)  # type: ignore[return-value]
