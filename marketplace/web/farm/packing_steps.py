"""What a farmer does at the packing table: tick, weigh, say what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.kernel.errors import Invalid, NotFound, Refusal
from marketplace.kernel.ids import id_from_text
from marketplace.market_days.wall_clock import local_date
from marketplace.pickup.pack import pack_line
from marketplace.pickup.packing_list import PackingLine, line_to_pack, lines_of_order
from marketplace.web.access import allow, packer
from marketplace.web.farm import blueprint
from marketplace.web.farm.packing_page import packing_page
from marketplace.web.farm.visit import FarmHere, date_or_none, farm_here
from marketplace.web.farm.words import said, why
from marketplace.web.look.filters import grams

UNUSUAL_PERCENT = 15
FIELDS = {"packed_quantity": "gepackt", "weight_g": "gewicht", "reason": "grund"}


@blueprint.post("/<int:farm_id>/packen/<number>")
@allow(packer)
def pack_order(farm_id: int, number: str) -> Response | tuple[str, int]:
    """The ticked lines of one order are packed as ordered; a weight that was typed counts as a tick."""
    farm = farm_here(farm_id, packing=True)
    lines = [line for line in lines_of_order([farm.id], number) if line.state == "open"]
    wanted = [line for line in lines if _ticked(line)]
    errors: dict[str, str] = {}
    unusual: dict[str, str] = {}
    for line in wanted:
        _pack(farm, line, errors, unusual)
    if errors or unusual:
        return packing_page(farm, errors=errors, unusual=unusual, typed=_typed(wanted)), 422
    if not wanted:
        flash(_("Es war nichts abgehakt."), "warn")
    return _back(farm, f"bestellung-{number}" if len(wanted) < len(lines) else "offen")


def _ticked(line: PackingLine) -> bool:
    return str(line.id) in request.form.getlist("gepackt") or bool(request.form.get(f"gewicht-{line.id}", "").strip())


def _pack(farm: FarmHere, line: PackingLine, errors: dict[str, str], unusual: dict[str, str]) -> None:
    field = f"gewicht-{line.id}"
    weight_g = _number(request.form.get(field, "")) if line.catch_weight else None
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


def _number(text: str) -> int | None:
    """Grams as typed: 1320, 1.320, 1 320 g; None for an empty field, -1 for anything else."""
    cleaned = "".join(text.split()).removesuffix("g").replace(".", "")
    if not cleaned:
        return None
    return int(cleaned) if cleaned.isascii() and cleaned.isdigit() and len(cleaned) <= 7 else -1


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
    weight_g = _number(request.form.get("gewicht", "")) if line.catch_weight and packed else None
    sure = request.form.get("sicher") == str(weight_g)
    if weight_g is not None and packed > 0 and is_unusual(line, weight_g, packed) and not sure:
        asked = _("Wirklich %(grams)s? Dann bitte noch einmal speichern.", grams=grams(weight_g))
        return _short_page(line, {"gewicht": asked}, str(weight_g)), 422
    reason = request.form.get("eigener_grund", "").strip() or request.form.get("grund", "").strip()
    try:
        pack_line(line.id, [farm.id], packed, weight_g, reason)
    except Invalid as refusal:
        return _short_page(line, {FIELDS.get(name, name): said(text) for name, text in refusal.errors.items()}), 422
    except NotFound:
        raise
    except Refusal as refusal:
        return _short_page(line, {"gepackt": why(refusal)}), 422
    flash(_("Gemeldet. Die Kundin bekommt eine Nachricht mit dem Grund."), "ok")
    return _back(farm, f"bestellung-{line.number}", _day(line))


def id_or_zero(text: str) -> int:
    """A count as typed; -1, which the command refuses, for anything else."""
    text = text.strip()
    return 0 if text == "0" else id_from_text(text) or -1


def _back(farm: FarmHere, anchor: str, day: date | None = None) -> Response:
    tag = day or date_or_none(request.values.get("tag"))
    return redirect(url_for("farm.packing", farm_id=farm.id, tag=tag, _anchor=anchor), 303)  # type: ignore[return-value]
