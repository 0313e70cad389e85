"""What the market pays the farm, when and why so much, and the word against it."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.kernel import installation
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.ids import id_from_text
from marketplace.kernel.plain_text import paragraphs
from marketplace.payouts.object import object_to_statement
from marketplace.payouts.read import StatementRow, find_statement, statements_of_farms
from marketplace.web.access import allow, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.earnings_due import what_is_due
from marketplace.web.farm.earnings_folds import what_it_was
from marketplace.web.farm.earnings_statement import folds_of_statement
from marketplace.web.farm.statement_words import holds_of, state_words, sums_of
from marketplace.web.farm.visit import FarmHere, farm_here
from marketplace.web.farm.words import said

PAGE = 20


@blueprint.get("/<int:farm_id>/abrechnung")
@allow(farm_member)
def statements(farm_id: int) -> str:
    """What will be paid when, then the statements, the newest first; `vor` is the last one that was seen."""
    farm = farm_here(farm_id)
    found = statements_of_farms([farm.id], PAGE + 1, id_from_text(request.args.get("vor", "")))
    rows = [{"row": row.statement, "until": row.run.until, "state": _state(row)} for row in found[:PAGE]]
    older = found[PAGE - 1].statement.id if len(found) > PAGE else None
    first = "vor" not in request.args
    return render_template(
        "farm/statements.html",
        due=what_is_due(farm) if first else None,
        hold_days=installation.settings().payout_hold_days,
        what_it_was=what_it_was,
        rows=rows,
        older=older,
        first=first,
    )


@blueprint.get("/<int:farm_id>/abrechnung/<int:statement_id>")
@allow(farm_member)
def statement(farm_id: int, statement_id: int) -> str:
    """One statement: its sums, the commission by component, the orders behind each."""
    farm = farm_here(farm_id)
    return _page(find_statement(statement_id, [farm.id]))


def _page(found: StatementRow, errors: dict[str, str] | None = None, typed: str = "") -> str:
    return render_template(
        "farm/statement.html",
        statement=found.statement,
        until=found.run.until,
        state=_state(found),
        holds=holds_of(found.statement),
        sums=sums_of(found.statement),
        folds=folds_of_statement(found.statement),
        what_it_was=what_it_was,
        may_object=found.run.state == "in_review",
        errors=errors or {},
        typed=typed,
    )


def _state(row: StatementRow) -> tuple[str, str]:
    return state_words(row.statement.state, row.run.state)


@blueprint.post("/<int:farm_id>/abrechnung/<int:statement_id>")
@allow(farm_member)
def object_to(farm_id: int, statement_id: int) -> Response | tuple[str, int]:
    """An objection holds the farm's money in this run until it is settled."""
    farm: FarmHere = farm_here(farm_id)
    reason = paragraphs(request.form.get("reason", ""))
    try:
        object_to_statement(statement_id, [farm.id], reason[:2000])
    except Invalid as refusal:
        errors = {name: said(text) for name, text in refusal.errors.items()}
        return _page(find_statement(statement_id, [farm.id]), errors, reason), 422
    except Conflict as refusal:
        flash(said(refusal.detail), "stop")
    else:
        flash(_("Ihr Einspruch ist eingetragen. Die Marktleitung sieht ihn vor der Freigabe."), "ok")
    return redirect(url_for("farm.statement", farm_id=farm.id, statement_id=statement_id), 303)  # type: ignore[return-value]
