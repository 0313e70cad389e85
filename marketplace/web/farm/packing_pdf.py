"""The packing list as PDF: harvest list, orders, places; and labels for a roll or for sheets. No money, first names."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from flask import Response
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.kernel import clock
from marketplace.kernel.database import release_reads
from marketplace.kernel.errors import NotFound
from marketplace.papers.typeset import typeset
from marketplace.pickup.packing_list import (
    PackingDay,
    PackingLine,
    ProductTotal,
    lines_by_order,
    totals_by_point,
    totals_by_product,
)
from marketplace.web.access import allow, packer
from marketplace.web.farm import blueprint
from marketplace.web.farm.packing_page import deliveries
from marketplace.web.farm.packing_view import Card, cards, places, rows_of
from marketplace.web.farm.visit import FarmHere, days_and_chosen, farm_here
from marketplace.web.look.filters import clock_time, date_paper, date_short, grams, number, time_window, weekday, weight

Content = dict[str, Any]


@blueprint.get("/<int:farm_id>/packen/<any(ernteliste, bestellungen, abholorte, etiketten, etikettenbogen):paper>.pdf")
@allow(packer)
def packing_pdf(farm_id: int, paper: str) -> Response:
    """The paper of `tag`. 404 for a day without market, 503 while too many papers are being made."""
    farm = farm_here(farm_id, packing=True)
    _days, day = days_and_chosen(farm)
    if day is None:
        raise NotFound()
    template, content = PAPERS[paper](farm, day)
    release_reads()
    response = Response(typeset(template, content), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{paper}-{day.date}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _frame(farm: FarmHere, day: PackingDay, title: str) -> Content:
    """What stands around every list: whose, of which day, and how far it can be trusted."""
    on = f"{weekday(day.date)}, {date_paper(day.date)}"
    now = clock.now()
    foot = _("Stand %(date)s, %(time)s", date=date_paper(now), time=clock_time(now))
    return {
        "title": f"{title}, {on}",
        "head": f"{farm.name} · {title} · {on}",
        "foot": foot if day.final else f"{foot} · {_('noch nicht endgültig')}",
    }


def _notes(lines: list[PackingLine]) -> list[str]:
    return [
        ngettext(
            "%(place)s, Anlieferung bis %(when)s: %(num)d Bestellung",
            "%(place)s, Anlieferung bis %(when)s: %(num)d Bestellungen",
            place["orders"],
            place=place["name"],
            when=clock_time(place["from"]),
        )
        for place in deliveries(lines)
    ]


def harvest_list(farm: FarmHere, day: PackingDay) -> tuple[str, Content]:
    """How much of each product."""
    lines = lines_by_order([farm.id], [day.id])
    usual: dict[tuple[str, str, str], int] = {}
    for line in lines:
        if line.usual_g:
            key = (line.sku, line.name, line.sale_unit)
            usual[key] = usual.get(key, 0) + line.usual_g
    rows = [
        _total(it) | {"weight": weight(usual[key]) if (key := (it.sku, it.name, it.sale_unit)) in usual else ""}
        for it in totals_by_product([farm.id], [day.id])
    ]
    columns = ["", _("Artikel"), _("Menge"), _("Gewicht soll")]
    return "harvest_list", _frame(farm, day, _("Ernteliste")) | {
        "notes": _notes(lines),
        "columns": columns,
        "rows": rows,
    }


def _total(it: ProductTotal) -> Content:
    return {"name": it.name, "unit": it.sale_unit, "quantity": number(it.quantity)}


def order_list(farm: FarmHere, day: PackingDay) -> tuple[str, Content]:
    """Every order with boxes to tick and lines for the weights."""
    lines = lines_by_order([farm.id], [day.id])
    shown = cards(lines, rows_of(farm.id, lines, open_to_pack=False, on_paper=True), open_to_pack=False)
    by_place = [
        {"name": place, "orders": [_order(card) for card in group]}
        for place, group in groupby(shown, lambda card: card.place)
    ]
    return "order_list", _frame(farm, day, _("Packliste")) | {"notes": _notes(lines), "places": by_place}


def _order(card: Card) -> Content:
    return {
        "number": str(card.number),
        "name": card.name,
        "note": card.note,
        "tag": _("später bezahlt") if card.late else "",
        "lines": [
            {
                "count": str(row.count),
                "name": row.name,
                "unit": row.unit,
                "weigh": row.weigh,
                "target": row.target,
                "weight": number(row.weight) if isinstance(row.weight, int) else "",
                "short": row.short,
            }
            for row in card.rows
        ],
    }


def place_list(farm: FarmHere, day: PackingDay) -> tuple[str, Content]:
    """What goes where, and whose numbers wait there."""
    lines = lines_by_order([farm.id], [day.id])
    numbers: dict[str, dict[int, None]] = {}
    for line in lines:
        key = f"{line.point_id} {line.pickup_from}"
        numbers.setdefault(key, {})[line.pickup_number] = None
    shown = []
    for place in places(totals_by_point([farm.id], [day.id])):
        first = place["rows"][0]
        there = [str(it) for it in numbers.get(f"{first.point_id} {first.pickup_from}", {})]
        note = ngettext("%(num)d Bestellung", "%(num)d Bestellungen", len(there))
        name = f"{place['name']}, {place['window']}"
        shown.append({"name": name, "note": note, "rows": [_total(it) for it in place["rows"]], "orders": there})
    return "place_list", _frame(farm, day, _("Abholorte")) | {
        "notes": [],
        "columns": ["", _("Artikel"), _("Menge")],
        "numbers": _("Nummern"),
        "places": shown,
    }


def labels(farm: FarmHere, day: PackingDay, *, sheet: bool = False) -> tuple[str, Content]:
    """One label a line that is not missing as a whole, by place, large number and product."""
    made = [_label(farm, day, line) for line in lines_by_order([farm.id], [day.id]) if line.packed_quantity != 0]
    title = _("Etiketten %(farm)s, %(day)s", farm=farm.name, day=date_paper(day.date))
    return "labels", {"title": title, "sheet": sheet, "none": _("Keine Etiketten"), "labels": made}


def _label(farm: FarmHere, day: PackingDay, line: PackingLine) -> Content:
    count = line.quantity if line.packed_quantity is None else line.packed_quantity
    window = time_window(line.pickup_from, line.pickup_until)
    return {
        "number": str(line.pickup_number),
        "name": line.first_name or _("Kundin"),
        "product": line.name,
        "unit": line.sale_unit,
        "count": str(count),
        "weight": grams(line.weight_g) if line.weight_g is not None else "",
        "age": _("Ausweis prüfen: ab %(age)s", age=line.min_age) if line.min_age else "",
        "foot": [f"{farm.name} · {date_short(day.date)} · {line.number}", f"{line.point_name}, {window}"],
    }


def sheet_of_labels(farm: FarmHere, day: PackingDay) -> tuple[str, Content]:
    """The labels on A4, three by eight."""
    return labels(farm, day, sheet=True)


PAPERS: dict[str, Callable[[FarmHere, PackingDay], tuple[str, Content]]] = {
    "ernteliste": harvest_list,
    "bestellungen": order_list,
    "abholorte": place_list,
    "etiketten": labels,
    "etikettenbogen": sheet_of_labels,
}
