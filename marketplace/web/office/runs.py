"""Payout runs: the list, and drawing one up."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.kernel import clock, installation
from marketplace.kernel.database import rows
from marketplace.kernel.errors import Refusal
from marketplace.kernel.ids import id_from_text
from marketplace.market_days.wall_clock import local_date
from marketplace.payouts.draw_up import draw_up_run
from marketplace.payouts.read import runs_of
from marketplace.web.access import allow, approver_or_operator, operator
from marketplace.web.office import blueprint
from marketplace.web.office.visit import before_asked, me, my_markets, own, readable, why
from marketplace.web.office.words import run_state

PAGE = 30

_SUMS = """
SELECT run_id, count(*) AS farms, coalesce(sum(payout_cents) FILTER (WHERE state NOT IN ('held', 'carried')), 0)::bigint
    AS payout_cents
FROM statement WHERE run_id = ANY(:runs) GROUP BY run_id
"""


@blueprint.get("/auszahlungen")
@allow(approver_or_operator)
def runs() -> str:
    """The newest first; `vor` pages on."""
    return _page({}, "")


def _page(errors: dict[str, str], typed: str) -> str:
    found = runs_of(readable(), PAGE + 1, before_asked())
    sums = {row.run_id: row for row in rows(_SUMS, runs=[run.id for run in found])}
    last_day = local_date(clock.now(), my_markets()[0].timezone)
    return render_template(
        "office/runs.html",
        runs=found[:PAGE],
        sums=sums,
        state=run_state,
        older=url_for("office.runs", vor=found[PAGE - 1].id) if len(found) > PAGE else None,
        newest=url_for("office.runs") if before_asked() else None,
        markets=[(market.id, market.name) for market in my_markets() if market.id in own()],
        until=typed or last_day - timedelta(days=installation.settings().payout_hold_days),
        hold_days=installation.settings().payout_hold_days,
        errors=errors,
    )


@blueprint.post("/auszahlungen")
@allow(operator)
def draw_up() -> Response | tuple[str, int]:
    """A draft of all that is due until a date."""
    market_id = id_from_text(request.form.get("markt", ""))
    if market_id not in own():
        market_id = next(market.id for market in my_markets() if market.id in own())
    typed = request.form.get("bis", "")[:20]
    try:
        until = date.fromisoformat(typed)
        run = draw_up_run(market_id, until, me())
    except ValueError:
        return _page({"bis": _("Bitte ein Datum angeben.")}, typed), 422
    except Refusal as refusal:
        return _page({"bis": why(refusal)}, typed), 409
    flash(_("Der Lauf ist vorbereitet. Bitte prüfen und zur Freigabe vorlegen."), "ok")
    return redirect(url_for("office.run", run_id=run.id), 303)  # type: ignore[return-value]
