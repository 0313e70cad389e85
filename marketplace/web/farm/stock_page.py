"""The stock of a market day: rows with − and +, saved by a plain form or one by one by the page's script."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, NotFound, Refusal
from marketplace.kernel.ids import id_from_text
from marketplace.pickup.packing_list import PackingDay
from marketplace.stock.capacity import put_on_sale, set_offer
from marketplace.stock.changes import Wish, change_stock, copy_day, last_change
from marketplace.web.access import allow, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.stock_at_once import ways
from marketplace.web.farm.stock_rows import StockRow, absent_variants, day_before, stock_rows
from marketplace.web.farm.units_typed import units_typed
from marketplace.web.farm.visit import FarmHere, date_from_text, date_or_none, days_and_chosen, farm_here
from marketplace.web.farm.words import day_tabs, why
from marketplace.web.look.filters import clock_time, money, unit_price

NOT_LIMITED = ""


@blueprint.get("/<int:farm_id>/bestand")
@allow(farm_member)
def stock(farm_id: int) -> str:
    """What there is on a day: the next one that takes orders, or that of `?tag=`."""
    farm = farm_here(farm_id)
    days, chosen = days_and_chosen(farm)
    if chosen is not None and chosen.closed and not request.args.get("tag"):
        chosen = next((day for day in days if not day.closed and not day.cancelled), chosen)
    return _page(farm, days, chosen)


def _page(
    farm: FarmHere,
    days: list[PackingDay],
    chosen: PackingDay | None,
    errors: dict[str, str] | None = None,
) -> str:
    """The page; where an amount was refused it snaps back to what holds, and `errors` say why."""
    found = stock_rows(farm.id, chosen.id) if chosen else []
    return render_template(
        "farm/stock.html",
        day=chosen,
        tabs=day_tabs(days, chosen, lambda date: url_for("farm.stock", farm_id=farm.id, tag=date)),
        rows=[_shown(farm, row, f"menge-{row.id}" in (errors or {})) for row in found],
        empty=sum(1 for row in found if row.capacity == 0 and not row.paused),
        before=day_before(farm.id, chosen.date) if chosen and not chosen.closed else None,
        absent=_absent(farm, chosen) if chosen and not chosen.closed else [],
        last=last_change(farm.id, chosen.id) if chosen and not chosen.closed else None,
        ways=ways(),
        errors=errors or {},
        now=clock.now(),
        has_bar=bool(found) and chosen is not None and not chosen.closed,
    )


def _absent(farm: FarmHere, day: PackingDay) -> list[tuple[str, str]]:
    """Choices of what could be put on sale besides."""
    return [(str(it.id), f"{it.name}, {it.sale_unit}") for it in absent_variants(farm.id, day.id)]


def _shown(farm: FarmHere, row: StockRow, wrong: bool) -> dict[str, Any]:
    """The arguments of `stock_row`."""
    attrs = {"id": f"menge-{row.id}", "data-testid": "quantity"}
    if row.catch_weight:
        attrs["data-kilograms"] = str(row.net_quantity)
    if wrong:
        attrs["aria-invalid"] = "true"
    if row.closed:
        attrs["readonly"] = ""
    price = unit_price(row.unit_price_cents or 0, "kg") if row.catch_weight else money(row.price_cents)
    notes = [row.sale_unit]
    if row.capacity is None:
        notes.append(_("nicht begrenzt"))
    if row.pooled:
        notes.append(_("Vorrat für alle Tage"))
    before = None
    if row.sold_before is not None:
        before = (
            _("%(sold)s von %(capacity)s", sold=row.sold_before, capacity=row.capacity_before)
            if row.capacity_before is not None
            else _("%(sold)s verkauft", sold=row.sold_before)
        )
    return {
        "id": row.id,
        "field": f"menge-{row.id}",
        "attrs": attrs,
        "offer_url": url_for("farm.save_stock", farm_id=farm.id, anbieten=row.id),
        "was": NOT_LIMITED if row.capacity is None else row.capacity,
        "closed": row.closed,
        "name": row.name,
        "unit": " · ".join(notes),
        "note": _("auch in kg: 12,5") if row.catch_weight else "",
        "price": price,
        "price_url": url_for("farm.offer", farm_id=farm.id, offer_id=row.id),
        "picture": f"/bilder/{row.picture}" if row.picture else None,
        "capacity": row.capacity,
        "sold": row.taken,
        "last_week": before,
        "paused": row.paused,
        "one_url": None if row.closed else url_for("farm.change_several", farm_id=farm.id),
        "as_before": row.capacity_before is not None and row.capacity_before != row.capacity and not row.pooled,
        "sold_out": row.capacity == row.taken,
    }


@blueprint.post("/<int:farm_id>/bestand")
@allow(farm_member)
def save_stock(farm_id: int) -> str | Response | tuple[str, int]:
    """Saves the amounts that were changed; each by itself, so that one refusal does not lose the others."""
    farm = farm_here(farm_id)
    errors, saved = _save(farm)
    if request.accept_mimetypes.best == "application/json":
        return _answer(farm, errors, saved)
    resume = id_from_text(request.args.get("anbieten", ""))
    if resume is not None:
        set_offer(resume, paused=False, farm_ids=[farm.id])
    if errors:
        days, chosen = days_and_chosen(farm)
        return _page(farm, days, chosen, errors), 422
    if saved or resume:
        flash(_("Gespeichert, %(time)s.", time=clock_time(clock.now())), "ok")
    return _back(farm)


def _save(farm: FarmHere) -> tuple[dict[str, str], list[int]]:
    """What was refused by field, and which offers were saved."""
    if not any(field.startswith("menge-") for field in request.form):
        return {}, []
    _days, chosen = days_and_chosen(farm)
    found = {row.id: row for row in stock_rows(farm.id, chosen.id)} if chosen else {}
    wishes: dict[int, Wish] = {}
    errors: dict[str, str] = {}
    for field, text in request.form.items():
        offer_id = id_from_text(field.removeprefix("menge-")) if field.startswith("menge-") else None
        if offer_id is None or text.strip() == request.form.get(f"war-{offer_id}", "").strip():
            continue
        if offer_id not in found:
            raise NotFound()
        if not text.strip():
            errors[field] = _("Bitte geben Sie eine Menge an. „Nicht begrenzt“ geht auf der Seite des Preises.")
            continue
        usual = found[offer_id].net_quantity if found[offer_id].catch_weight else None
        wishes[offer_id] = Wish(units_typed(text, usual))
    if not wishes or chosen is None:
        return errors, []
    changed = change_stock(farm.id, chosen.id, wishes, "set")
    errors |= {f"menge-{offer_id}": why(refusal) for offer_id, refusal in changed.refused.items()}
    return errors, changed.saved


def _answer(farm: FarmHere, errors: dict[str, str], saved: list[int]) -> Response:
    """For the page's script: what was saved when, and what was refused with the amount that holds."""
    _days, chosen = days_and_chosen(farm)
    holds = {str(row.id): row.capacity for row in stock_rows(farm.id, chosen.id)} if chosen else {}
    response = jsonify(
        saved=[str(offer_id) for offer_id in saved],
        text=clock_time(clock.now()),
        errors=errors,
        holds={f"menge-{offer_id}": amount for offer_id, amount in holds.items()},
    )
    response.status_code = 422 if errors else 200
    return response


@blueprint.post("/<int:farm_id>/bestand/wie-letzte-woche")
@allow(farm_member)
def like_last_week(farm_id: int) -> Response:
    """The amounts, prices and pauses of a week before, never below what is sold."""
    farm = farm_here(farm_id)
    day = date_from_text(request.form.get("tag", ""))
    source = day_before(farm.id, day)
    if source is None:
        raise NotFound()
    _days, chosen = days_and_chosen(farm)
    if chosen is None:
        raise NotFound()
    try:
        count = len(copy_day(farm.id, chosen.id, source, day).saved)
        flash(ngettext("%(num)d Artikel wie letzte Woche.", "%(num)d Artikel wie letzte Woche.", count), "ok")
    except Conflict as refusal:
        flash(why(refusal), "stop")
    return _back(farm)


@blueprint.post("/<int:farm_id>/bestand/dazu")
@allow(farm_member)
def put_variant_on_sale(farm_id: int) -> Response:
    """Puts something on sale that was not on sale on this day."""
    farm = farm_here(farm_id)
    _days, chosen = days_and_chosen(farm)
    variant_id = id_from_text(request.form.get("artikel", ""))
    if chosen is None or variant_id is None:
        raise NotFound()
    try:
        units = None if "unbegrenzt" in request.form else units_typed(request.form.get("menge", ""))
        put_on_sale(farm.id, chosen.id, variant_id, units)
        flash(_("Im Angebot."), "ok")
    except NotFound:
        raise
    except Refusal as refusal:
        flash(why(refusal), "stop")
    return _back(farm)


def _back(farm: FarmHere) -> Response:
    return redirect(url_for("farm.stock", farm_id=farm.id, tag=date_or_none(request.form.get("tag"))), 303)  # type: ignore[return-value]
