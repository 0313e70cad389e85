"""The packing list as it is shown: cards of orders, cards of products, places. No money: helpers see none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.pickup.packing_list import PackingLine, ProductTotal
from marketplace.web.look.filters import grams, time_window

Row = dict[str, Any]
OTHER_LINE = 0


def cards(lines: Iterable[PackingLine], rows: Mapping[int, Row], *, open_to_pack: bool) -> list[dict[str, Any]]:
    """One card an order, by place and large number."""
    return [_card(list(group), rows, open_to_pack) for _number, group in groupby(lines, lambda line: line.number)]


def _card(lines: list[PackingLine], rows: Mapping[int, Row], open_to_pack: bool) -> dict[str, Any]:
    first = lines[0]
    done = all(line.state != "open" for line in lines)
    return {
        "id": f"bestellung-{first.number}",
        "number": first.pickup_number,
        "order": first.number,
        "name": first.first_name or _("Kundin"),
        "note": f"{first.number} · {posts(len(lines))}",
        "done": done,
        "late": first.late,
        "place": f"{point_name(first)}, {time_window(first.pickup_from, first.pickup_until)}",
        "to_pack": open_to_pack and not done,
        "rows": [rows[line.id] for line in lines],
    }


def product_cards(lines: Iterable[PackingLine], rows: Mapping[int, Row], *, open_to_pack: bool) -> list[dict[str, Any]]:
    """One card a product: whose it is, by place and large number."""

    def key(line: PackingLine) -> tuple[str, str, str]:
        return line.name, line.sku, line.sale_unit

    return [
        _product_card(number, list(group), rows, open_to_pack)
        for number, (_key, group) in enumerate(groupby(sorted(lines, key=key), key), 1)
    ]


def _product_card(number: int, lines: list[PackingLine], rows: Mapping[int, Row], open_to_pack: bool) -> dict[str, Any]:
    first = lines[0]
    done = all(line.state != "open" for line in lines)
    return {
        "id": f"artikel-{number}",
        "number": sum(line.quantity for line in lines),
        "order": None,
        "name": first.name,
        "note": f"{first.sale_unit} · {posts(len(lines))}",
        "done": done,
        "late": False,
        "place": None,
        "to_pack": open_to_pack and not done,
        "rows": [rows[line.id] for line in lines],
    }


def posts(count: int) -> str:
    """`3 Posten`."""
    return ngettext("%(num)d Posten", "%(num)d Posten", count)


def rows_of(
    farm_id: int,
    lines: Iterable[PackingLine],
    *,
    open_to_pack: bool,
    by_product: bool = False,
    on_paper: bool = False,
    typed: Mapping[str, str] | None = None,
) -> dict[int, Row]:
    """What each line shows, by its id. By order it is called by its product, by product by its number and name.

    `on_paper`: with lines to write the weights on, and nothing to press.
    """
    typed = typed or {}
    ticked = set(typed.get("gepackt", "").split())
    menu = url_for("farm.short", farm_id=farm_id, line_id=OTHER_LINE)
    head, tail = menu.split(f"/{OTHER_LINE}/")
    words = (
        _("soll %(grams)s"),
        _("alle zusammen"),
        _("nach Waage"),
        _("später bezahlt"),
        _("Kundin"),
        _("Nummer %(number)s, %(product)s"),
    )
    return {
        line.id: _row(
            line, "" if on_paper else f"{head}/{line.id}/{tail}", open_to_pack, by_product, ticked, typed, words
        )
        for line in lines
    }


def _row(
    line: PackingLine,
    menu: str,
    open_to_pack: bool,
    by_product: bool,
    ticked: set[str],
    typed: Mapping[str, str],
    words: tuple[str, ...],
) -> Row:
    """`words`: fixed ones, translated once a page and not once a line."""
    should, together, by_scale, late, somebody, called = words
    has_result = line.state != "open"
    usual = grams(line.usual_g) if line.usual_g else ""
    name, unit, title = line.name, line.sale_unit, line.name
    if by_product:
        title = called % {"number": line.pickup_number, "product": line.name}
        name = f"{line.pickup_number} · {line.first_name or somebody}"
        unit = f"{line.number} · {late}" if line.late else line.number
    target = ""
    if line.catch_weight:
        target = should % {"grams": usual} if usual else by_scale
        target = f"{target}, {together}" if line.quantity > 1 else target
    return {
        "id": line.id,
        "number": line.pickup_number,
        "product": line.name,
        "called": title,
        "name": name,
        "unit": unit,
        "quantity": line.quantity,
        "count": line.packed_quantity if line.packed_quantity is not None else line.quantity,
        "weigh": line.catch_weight and (open_to_pack or has_result or not menu) and line.packed_quantity != 0,
        "usual_g": line.usual_g,
        "target": target,
        "weight": line.weight_g if has_result else typed.get(f"gewicht-{line.id}", ""),
        "state": line.state,
        "ticked": has_result or str(line.id) in ticked,
        "open": open_to_pack and not has_result,
        "may_change": open_to_pack and line.may_change,
        "short": _short(line) if line.state == "short" else "",
        "menu": menu if open_to_pack and (not has_result or line.may_change) else "",
    }


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
