"""A farm's tables: products and the stock of a day, downloaded, and sent back with a look at what they would do."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.exchange.export import Table, products_table, products_template, stock_table
from marketplace.exchange.jobs import recent_jobs
from marketplace.exchange.sheet import ENDINGS, MOST_BYTES
from marketplace.exchange.upload import upload_table
from marketplace.exchange.write import CSV, XLSX, as_csv, as_xlsx
from marketplace.kernel.database import release_reads
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.rate_limits import hit
from marketplace.pickup.packing_list import PackingDay, packing_days
from marketplace.web.access import allow, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.exchange_words import state_words
from marketplace.web.farm.visit import FarmHere, date_from_text, date_or_none, farm_here
from marketplace.web.farm.words import why
from marketplace.web.look.filters import date_short

KINDS = {"produkte": "products", "bestand": "stock"}


@blueprint.get("/<int:farm_id>/tabellen")
@allow(farm_member)
def exchange(farm_id: int) -> str:
    """What can be downloaded and sent, and what became of the last tables."""
    return _page(farm_here(farm_id))


def _open_days(farm: FarmHere) -> list[PackingDay]:
    return [day for day in packing_days([farm.id], since=farm.today) if not day.closed and not day.cancelled]


def _page(farm: FarmHere, kind: str = "", error: str = "") -> str:
    days = _open_days(farm)
    chosen = date_or_none(request.values.get("tag"))
    day = next((it for it in days if it.date == chosen), days[0] if days else None)
    return render_template(
        "farm/exchange.html",
        days=[(it.date.isoformat(), date_short(it.date)) for it in days],
        day=day,
        jobs=[(job, *state_words(job)) for job in recent_jobs(farm.id)],
        errors={f"tabelle-{kind}": error} if error else {},
        endings=",".join(ENDINGS),
    )


@blueprint.get("/<int:farm_id>/tabellen/<any(produkte, vorlage, bestand):what>.<any(xlsx, csv):ending>")
@allow(farm_member)
def download_table(farm_id: int, what: str, ending: str) -> Response:
    """The products, the template, or the stock of `?tag=`, as XLSX or CSV."""
    farm = farm_here(farm_id)
    name = what
    if what == "bestand":
        day = _day(farm, request.args.get("tag", ""))
        table, name = stock_table(farm.id, day.id), f"bestand-{day.date}"
    else:
        table = products_table(farm.id) if what == "produkte" else products_template()
    return _file(table, name, ending)


def _file(table: Table, name: str, ending: str) -> Response:
    content = as_xlsx(table) if ending == "xlsx" else as_csv(table)
    return Response(
        content,
        mimetype=XLSX if ending == "xlsx" else CSV,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{ending}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _day(farm: FarmHere, text: str) -> PackingDay:
    found = packing_days([farm.id], on=date_from_text(text))
    if not found:
        raise NotFound()
    return found[0]


@blueprint.post("/<int:farm_id>/tabellen/<any(produkte, bestand):what>")
@allow(farm_member)
def send_table(farm_id: int, what: str) -> str | Response | tuple[str, int]:
    """Keeps the file and lets a worker look at it; nothing of it is applied before somebody says so."""
    farm = farm_here(farm_id)
    sent = request.files.get(f"tabelle-{what}")
    day = _day(farm, request.form.get("tag", "")) if what == "bestand" else None
    if sent is None or not sent.filename:
        return _page(farm, what, _("Bitte wählen Sie eine Datei aus.")), 422
    content = sent.stream.read(MOST_BYTES + 1)
    release_reads()
    hit(f"tables:{farm.id}", 600, 30)
    try:
        job_id = upload_table(farm.id, KINDS[what], content, sent.filename, day.id if day else None)
    except Invalid as refusal:
        return _page(farm, what, why(refusal)), 422
    except Conflict as refusal:
        return _page(farm, what, why(refusal)), 409
    return _to(farm, "farm.import_job", job_id=job_id)


def _to(farm: FarmHere, page: str, **where: Any) -> Response:
    return redirect(url_for(page, farm_id=farm.id, **where), 303)  # type: ignore[return-value]


def said_and_back(farm: FarmHere, job_id: int, text: str, kind: str) -> Response:
    """A message, and the page of the upload again."""
    flash(text, kind)
    return _to(farm, "farm.import_job", job_id=job_id)
