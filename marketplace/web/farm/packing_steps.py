"""What a farmer does at the packing table: tick, weigh, say what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.kernel.errors import Invalid, NotFound, Refusal
from marketplace.kernel.ids import id_from_text
from marketplace.kernel.words import N_
from marketplace.market_days.wall_clock import local_date
from marketplace.pickup.grams_typed import grams_typed
from marketplace.pickup.pack import Result, pack_line, unpack_line
from marketplace.pickup.packing_list import PackingLine, line_to_pack, lines_of_order, lines_to_pack
from marketplace.web.access import allow, packer
from marketplace.web.farm import blueprint
from marketplace.web.farm.packing_page import packing_page
from marketplace.web.farm.visit import FarmHere, date_or_none, farm_here
from marketplace.web.farm.words import said, why
from marketplace.web.look.filters import grams

UNUSUAL_PERCENT = 15
NO_WEIGHT = N_("Das ist kein Gewicht. Bitte in Gramm, zum Beispiel 1320.")
FIELDS = {"packed_quantity": "gepackt", "weight_g": "gewicht", "reason": "grund"}


@blueprint.post("/<int:farm_id>/packen/<number>")
@allow(packer)
def pack_order(farm_id: int, number: str) -> Response:
    """The ticked lines of one order are packed as ordered; a weight that was typed counts as a tick."""
    farm = farm_here(farm_id, packing=True)
    lines = [line for line in lines_of_order([farm.id], number) if line.state == "open"]
    return _pack_ticked(farm, lines, f"bestellung-{number}")


@blueprint.post("/<int:farm_id>/packen")
@allow(packer)
def pack_product(farm_id: int) -> Response:
    """The ticked lines of one product, of many orders."""
    farm = farm_here(farm_id, packing=True)
    lines = [line for line in lines_to_pack([farm.id], _named_lines()) if line.state == "open"]
    return _pack_ticked(farm, lines, "offen")


def _named_lines() -> set[int]:
    """The lines that the form speaks of."""
    typed = [name.removeprefix("gewicht-") for name in request.form if name.startswith("gewicht-")]
    return {line for text in (*request.form.getlist("gepackt"), *typed) if (line := id_from_text(text))}


def _pack_ticked(farm: FarmHere, lines: list[PackingLine], anchor: str) -> Response:
    wanted = [line for line in lines if _ticked(line)]
    errors: dict[str, str] = {}
    unusual: dict[str, str] = {}
    for line in wanted:
        _pack(farm, line, errors, unusual)
    if errors or unusual:
        page = packing_page(farm, errors=errors, unusual=unusual, typed=_typed(wanted))
        page.status_code = 422
        return page
    if not wanted:
        flash(_("Es war nichts abgehakt."), "warn")
    return _back(farm, anchor if len(wanted) < len(lines) else "offen")


def _ticked(line: PackingLine) -> bool:
    return str(line.id) in request.form.getlist("gepackt") or bool(request.form.get(f"gewicht-{line.id}", "").strip())


def _pack(farm: FarmHere, line: PackingLine, errors: dict[str, str], unusual: dict[str, str]) -> None:
    field = f"gewicht-{line.id}"
    try:
        weight_g = grams_typed(request.form.get(field, "")) if line.catch_weight else None
    except ValueError:
        errors[f"zeile-{line.id}"] = _("%(name)s: %(why)s", name=line.name, why=_(NO_WEIGHT))
        return
    if weight_g is not None and is_unusual(line, weight_g) and request.form.get(f"sicher-{line.id}") != str(weight_g):
        unusual[str(line.id)] = str(weight_g)
        errors[f"zeile-{line.id}"] = _(
            "Wirklich %(grams)s für %(count)s × %(name)s? Dann bitte noch einmal speichern.",
            grams=grams(weight_g),
            count=line.quantity,
            name=line.name,
        )
        return
    try:
        pack_line(line.id, [farm.id], line.quantity, weight_g)
    except Refusal as refusal:
        errors[f"zeile-{line.id}"] = _("%(name)s: %(why)s", name=line.name, why=why(refusal))


def is_unusual(line: PackingLine, weight_g: int, packed: int | None = None) -> bool:
    """Outside of 15 % around the usual weight of the packed units: worth a second look."""
    if not line.usual_g or weight_g < 1:
        return False
    usual = line.usual_g * (line.quantity if packed is None else packed) // line.quantity
    return abs(weight_g - usual) * 100 > UNUSUAL_PERCENT * usual


def _typed(lines: Iterable[PackingLine]) -> dict[str, str]:
    """What the form said, to be shown again."""
    weights = {f"gewicht-{line.id}": request.form.get(f"gewicht-{line.id}", "") for line in lines}
    return weights | {"gepackt": " ".join(request.form.getlist("gepackt"))}


def _line(farm: FarmHere, line_id: int) -> PackingLine:
    line = line_to_pack([farm.id], line_id)
    if line is None:
        raise NotFound()
    return line


@blueprint.get("/<int:farm_id>/packen/zeile/<int:line_id>/fehlt")
@allow(packer)
def short(farm_id: int, line_id: int) -> str:
    """The form for what is missing of one line."""
    return _short_page(_line(farm_here(farm_id, packing=True), line_id), {})


def _short_page(line: PackingLine, errors: dict[str, str], unusual: str = "") -> str:
    return render_template(
        "farm/short.html", line=line, day=_day(line), errors=errors, unusual=unusual, form=request.form
    )


def _day(line: PackingLine) -> date:
    """The market day of a line, on the market's calendar."""
    return local_date(line.pickup_from, g.market_timezone)


@blueprint.post("/<int:farm_id>/packen/zeile/<int:line_id>/fehlt")
@allow(packer)
def say_short(farm_id: int, line_id: int) -> Response | tuple[str, int]:
    """Less than ordered, with its reason; the customer is told and does not pay for it."""
    farm = farm_here(farm_id, packing=True)
    line = _line(farm, line_id)
    packed = id_or_zero(request.form.get("gepackt", ""))
    try:
        weight_g = grams_typed(request.form.get("gewicht", "")) if line.catch_weight and packed else None
    except ValueError:
        return _short_page(line, {"gewicht": _(NO_WEIGHT)}), 422
    sure = request.form.get("sicher") == str(weight_g)
    if weight_g is not None and packed > 0 and is_unusual(line, weight_g, packed) and not sure:
        asked = _("Wirklich %(grams)s? Dann bitte noch einmal speichern.", grams=grams(weight_g))
        return _short_page(line, {"gewicht": asked}, str(weight_g)), 422
    reason = request.form.get("eigener_grund", "").strip() or request.form.get("grund", "").strip()
    try:
        pack_line(line.id, [farm.id], packed, weight_g, reason, instead_of=_seen())
    except Invalid as refusal:
        return _short_page(line, {FIELDS.get(name, name): said(text) for name, text in refusal.errors.items()}), 422
    except NotFound:
        raise
    except Refusal as refusal:
        return _short_page(line, {"gepackt": why(refusal)}), 422
    if packed == line.quantity:
        flash(_("Gespeichert."), "ok")
        return _back(farm, f"zeile-{line.id}", _day(line))
    flash(_("Gemeldet. Die Kundin bekommt eine Nachricht mit dem Grund."), "ok")
    return _back(farm, f"bestellung-{line.number}", _day(line))


@blueprint.post("/<int:farm_id>/packen/zeile/<int:line_id>/offen")
@allow(packer)
def unpack(farm_id: int, line_id: int) -> Response | tuple[str, int]:
    """Takes a tick back."""
    farm = farm_here(farm_id, packing=True)
    line = _line(farm, line_id)
    try:
        unpack_line(line.id, [farm.id], _seen())
    except NotFound:
        raise
    except Refusal as refusal:
        return _short_page(_line(farm, line_id), {"gepackt": why(refusal)}), 422
    flash(_("Wieder offen."), "ok")
    return _back(farm, f"zeile-{line.id}", _day(line))


def _seen() -> Result | None:
    """The result that the page showed, of the field `war`: units and grams (`2-2800`), or units alone (`2-`)."""
    packed, dash, weight = request.form.get("war", "").partition("-")
    if not dash:
        return None
    return id_or_zero(packed), id_or_zero(weight) if weight else None


def id_or_zero(text: str) -> int:
    """A count as typed; -1, which the command refuses, for anything else."""
    text = text.strip()
    return 0 if text == "0" else id_from_text(text) or -1


def _back(farm: FarmHere, anchor: str, day: date | None = None) -> Response:
    tag = day or date_or_none(request.values.get("tag"))
    view = "produkte" if request.values.get("ansicht") == "produkte" else None
    back = url_for("farm.packing", farm_id=farm.id, tag=tag, ansicht=view, _anchor=anchor)
    return redirect(back, 303)  # type: ignore[return-value]
