"""The packing list as it is shown: cards of orders, rows of products, places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.pickup.packing_list import PackingLine, ProductTotal
from marketplace.web.look.filters import grams, money, time_window


def cards(
    farm_id: int,
    lines: Iterable[PackingLine],
    *,
    open_to_pack: bool,
    on_paper: bool = False,
    typed: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """One card an order: what `order_card` and `pack_line` show. `on_paper`: with lines to write the weights on."""
    return [
        _card(farm_id, list(group), open_to_pack, on_paper, typed or {})
        for _number, group in groupby(lines, lambda line: line.number)
    ]


def _card(
    farm_id: int, lines: list[PackingLine], open_to_pack: bool, on_paper: bool, typed: Mapping[str, str]
) -> dict[str, Any]:
    first = lines[0]
    done = all(line.state != "open" for line in lines)
    parts = ngettext("%(num)d Posten", "%(num)d Posten", len(lines))
    tag, kind = "", "ok"
    if done:
        tag = _("gepackt")
    elif first.late:
        tag, kind = _("später bezahlt"), "warn"
    return {
        "number": first.pickup_number,
        "order": first.number,
        "name": first.first_name or _("Kundin"),
        "note": f"{first.number} · {parts}",
        "done": done,
        "tag": tag,
        "tag_kind": kind,
        "point": point_name(first),
        "window": time_window(first.pickup_from, first.pickup_until),
        "to_pack": open_to_pack and not done,
        "lines": [_row(farm_id, line, open_to_pack, on_paper, typed) for line in lines],
    }


def _row(
    farm_id: int, line: PackingLine, open_to_pack: bool, on_paper: bool, typed: Mapping[str, str]
) -> dict[str, Any]:
    result = line.state != "open"
    weigh = None
    if line.catch_weight and not result and (open_to_pack or on_paper):
        weigh = grams(line.usual_g) if line.usual_g else _("nach Waage")
        if line.quantity > 1:
            weigh = _("%(grams)s, alle zusammen", grams=weigh)
    count = line.packed_quantity if result and line.packed_quantity is not None else line.quantity
    return {
        "id": line.id,
        "count": count,
        "name": line.name,
        "unit": _unit(line, weigh is None),
        "done": result or str(line.id) in typed.get("gepackt", "").split(),
        "weigh": weigh,
        "weight_g": typed.get(f"gewicht-{line.id}", ""),
        "amount": None,
        "short": _short(line) if line.state == "short" else None,
        "attrs": {"id": f"zeile-{line.id}"} | ({} if open_to_pack and not result else {"disabled": ""}),
        "short_url": url_for("farm.short", farm_id=farm_id, line_id=line.id) if open_to_pack and not result else None,
    }


def _unit(line: PackingLine, say_weight: bool) -> str:
    """Sale unit, and what the scale said, or will about say."""
    notes = [line.sale_unit]
    if line.usual_g and line.state == "open" and say_weight:
        notes.append(_("soll %(grams)s", grams=grams(line.usual_g)))
    if line.state == "short":
        notes[0] = _("%(unit)s, bestellt %(count)s", unit=line.sale_unit, count=line.quantity)
    if line.weight_g is not None:
        notes.append(_("%(grams)s gewogen, %(money)s", grams=grams(line.weight_g), money=money(line.amount_cents)))
    return " · ".join(notes)


def _short(line: PackingLine) -> str:
    missing = line.quantity - (line.packed_quantity or 0)
    return _("%(count)s fehlt (%(reason)s)", count=missing, reason=line.reason)


def point_name(place: PackingLine | ProductTotal) -> str:
    """`Nottuln, Stiftsplatz`."""
    if place.point_name.startswith(place.point_town + " "):
        return f"{place.point_town}, {place.point_name.removeprefix(place.point_town).strip()}"
    return place.point_name if place.point_town in place.point_name else f"{place.point_town}, {place.point_name}"


def places(totals: Iterable[ProductTotal]) -> list[dict[str, Any]]:
    """The totals by place and window."""
    found = []
    for (_id, start), group in groupby(totals, lambda it: (it.point_id, it.pickup_from)):
        rows = list(group)
        until = rows[0].pickup_until
        found.append(
            {
                "name": point_name(rows[0]),
                "window": time_window(start, until) if start and until else "",
                "rows": rows,
            }
        )
    return found
