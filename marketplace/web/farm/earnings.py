"""A farm's figures: by week and product, best sellers, short lines, and what was asked for after it was sold out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.exchange.write import CSV, as_csv
from marketplace.kernel.errors import NotFound
from marketplace.kernel.ids import id_from_text
from marketplace.reports.farm_sales import missed_by_farm, sales_of_farm
from marketplace.web.access import allow, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.earnings_figures import (
    added,
    best_sellers,
    by_both_table,
    by_week,
    missed_table,
    missed_words,
    plot,
    products_table,
    week_words,
    weeks_between,
    weeks_table,
)
from marketplace.web.farm.visit import FarmHere, farm_here

USUAL = timedelta(weeks=11)
MOST_DAYS = 731
SHOWN = 12


@dataclass(frozen=True)
class Range:
    """From which day to which, both inclusive; `errors` by field when the address said nonsense.

    `typed`: what the form shows; nothing for what is no date, which a browser's field for dates does not take.
    """

    since: date
    until: date
    errors: dict[str, str]
    typed: dict[str, str]

    @property
    def values(self) -> dict[str, str]:
        """For addresses."""
        return {"von": self.since.isoformat(), "bis": self.until.isoformat()}


def range_asked(farm: FarmHere) -> Range:
    """`?von=&bis=`; without them the last twelve weeks, the running one included."""
    sunday = farm.today + timedelta(days=6 - farm.today.weekday())
    errors: dict[str, str] = {}
    days: dict[str, date] = {}
    for name in ("von", "bis"):
        text = request.args.get(name, "").strip()
        try:
            days[name] = date.fromisoformat(text)
            if not 2000 <= days[name].year < 2100:
                raise ValueError(text)
        except ValueError:
            if text:
                errors[name] = _("Bitte schreiben Sie das Datum so: 2026-11-26")
    until = days.get("bis", sunday)
    since = days.get("von", until - timedelta(days=until.weekday()) - USUAL)
    if not errors and since > until:
        errors["bis"] = _("Das Ende liegt vor dem Anfang.")
    elif not errors and (until - since).days > MOST_DAYS:
        errors["von"] = _("Höchstens zwei Jahre auf einmal.")
    if errors:
        typed = {name: days[name].isoformat() if name in days else "" for name in ("von", "bis")}
        return Range(sunday - timedelta(days=6) - USUAL, sunday, errors, typed)
    return Range(since, until, {}, {"von": since.isoformat(), "bis": until.isoformat()})


@blueprint.get("/<int:farm_id>/zahlen")
@allow(farm_member)
def earnings(farm_id: int) -> str | tuple[str, int]:
    """The figures of `?von=&bis=`, of all products or of `?produkt=` (id)."""
    farm = farm_here(farm_id)
    asked = range_asked(farm)
    all_sales = sales_of_farm(farm.id, asked.since, asked.until)
    all_missed = missed_by_farm(farm.id, asked.since, asked.until)
    products = best_sellers(all_sales, all_missed)
    chosen = next((it for it in products if it.product_id == id_from_text(request.args.get("produkt", ""))), None)
    sales = [it for it in all_sales if chosen is None or it.product_id == chosen.product_id]
    missed = [it for it in all_missed if chosen is None or it.product_id == chosen.product_id]
    weeks = by_week(sales, weeks_between(asked.since, asked.until))
    values: dict[str, Any] = {**asked.values, **({"produkt": str(chosen.product_id)} if chosen else {})}
    html = render_template(
        "farm/earnings.html",
        asked=asked,
        typed=asked.typed,
        errors=asked.errors,
        chosen=chosen,
        products=products,
        total=added(sales),
        missed=sorted(missed, key=lambda it: (it.week, it.units), reverse=True)[:SHOWN],
        missed_total=(sum(it.times for it in missed), sum(it.units for it in missed)),
        weeks=weeks[::-1],
        plot=plot(weeks, farm.today),
        here=lambda **more: url_for("farm.earnings", farm_id=farm.id, **{**asked.values, **more}),
        file=lambda what: url_for("farm.earnings_file", farm_id=farm.id, what=what, **values),
        week_words=week_words,
        missed_words=missed_words,
    )
    return (html, 422) if asked.errors else html


@blueprint.get("/<int:farm_id>/zahlen/<any(wochen, produkte, einzeln, gefragt):what>.csv")
@allow(farm_member)
def earnings_file(farm_id: int, what: str) -> Response:
    """The same figures as a table for a spreadsheet."""
    farm = farm_here(farm_id)
    asked = range_asked(farm)
    if asked.errors:
        raise NotFound()
    product_id = id_from_text(request.args.get("produkt", ""))

    def of_product(found: list[Any]) -> list[Any]:
        return [it for it in found if product_id is None or it.product_id == product_id]

    sales = of_product(sales_of_farm(farm.id, asked.since, asked.until)) if what != "gefragt" else []
    missed = of_product(missed_by_farm(farm.id, asked.since, asked.until)) if what in ("gefragt", "produkte") else []
    if what == "wochen":
        table = weeks_table(by_week(sales, weeks_between(asked.since, asked.until)))
    elif what == "einzeln":
        table = by_both_table(sales)
    else:
        table = products_table(best_sellers(sales, missed)) if what == "produkte" else missed_table(missed)
    return Response(
        as_csv(table),
        mimetype=CSV,
        headers={
            "Content-Disposition": f'attachment; filename="{what}-{asked.since}-{asked.until}.csv"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
