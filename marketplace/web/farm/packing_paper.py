"""The packing list on paper and as a table for other programs."""

from __future__ import annotations

import csv
import io

from flask import Response, render_template
from flask_babel import gettext as _

from marketplace.kernel import clock
from marketplace.kernel.errors import NotFound
from marketplace.pickup.packing_list import PackingLine, lines_by_order, totals_by_product
from marketplace.web.access import allow, packer
from marketplace.web.farm import blueprint
from marketplace.web.farm.packing_page import deliveries
from marketplace.web.farm.packing_view import cards, point_name, rows_of
from marketplace.web.farm.visit import days_and_chosen, farm_here
from marketplace.web.look.filters import clock_time

# What a spreadsheet would take for a formula (OWASP, CSV injection).
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@blueprint.get("/<int:farm_id>/packen/drucken")
@allow(packer)
def packing_paper(farm_id: int) -> str:
    """The list black on white: totals first, then every order."""
    farm = farm_here(farm_id, packing=True)
    _days, chosen = days_and_chosen(farm)
    if chosen is None:
        raise NotFound()
    lines = lines_by_order([farm.id], [chosen.id])
    return render_template(
        "farm/packing_paper.html",
        farm=farm,
        day=chosen,
        cards=cards(lines, rows_of(farm.id, lines, open_to_pack=False, on_paper=True), open_to_pack=False),
        products=totals_by_product([farm.id], [chosen.id]),
        deliveries=deliveries(lines),
        now=clock.now(),
    )


@blueprint.get("/<int:farm_id>/packen.csv")
@allow(packer)
def packing_csv(farm_id: int) -> Response:
    """One row a line, by place and large number: RFC 4180, UTF-8 with its mark, semicolons for spreadsheets."""
    farm = farm_here(farm_id, packing=True)
    _days, chosen = days_and_chosen(farm)
    if chosen is None:
        raise NotFound()
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(_head())
    writer.writerows([defused(cell) for cell in _cells(line)] for line in lines_by_order([farm.id], [chosen.id]))
    response = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="packliste-{chosen.date}.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _head() -> list[str]:
    return [
        _("Abholort"),
        _("Abholung ab"),
        _("Nummer"),
        _("Bestellung"),
        _("Vorname"),
        _("Artikelnummer"),
        _("Artikel"),
        _("Einheit"),
        _("Menge"),
        _("Gewicht soll (g)"),
        _("Gepackt"),
        _("Gewicht (g)"),
        _("Grund"),
        _("Später bezahlt"),
    ]


def _cells(line: PackingLine) -> list[str | int | None]:
    return [
        point_name(line),
        clock_time(line.pickup_from),
        line.pickup_number,
        line.number,
        line.first_name,
        line.sku,
        line.name,
        line.sale_unit,
        line.quantity,
        line.usual_g,
        line.packed_quantity,
        line.weight_g,
        line.reason,
        _("ja") if line.late else "",
    ]


def defused(cell: str | int | None) -> str | int | None:
    """Numbers as they are; text that a spreadsheet would run gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(DANGEROUS) else cell
