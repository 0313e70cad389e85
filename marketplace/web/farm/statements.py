"""What the market pays the farm, why so much, and the word against it."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.ids import id_from_text
from marketplace.kernel.plain_text import paragraphs
from marketplace.payouts.models import Statement
from marketplace.payouts.object import object_to_statement
from marketplace.payouts.read import StatementRow, find_statement, orders_of_statement, statements_of_farms
from marketplace.web.access import allow, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.visit import FarmHere, farm_here
from marketplace.web.farm.words import said
from marketplace.web.look.filters import money, percent

PAGE = 20


@blueprint.get("/<int:farm_id>/abrechnung")
@allow(farm_member)
def statements(farm_id: int) -> str:
    """The list, the newest first; `vor` is the last one that was seen."""
    farm = farm_here(farm_id)
    found = statements_of_farms([farm.id], PAGE + 1, id_from_text(request.args.get("vor", "")))
    rows = [{"row": row.statement, "until": row.run.until, "state": state_words(row)} for row in found[:PAGE]]
    older = found[PAGE - 1].statement.id if len(found) > PAGE else None
    return render_template("farm/statements.html", rows=rows, older=older, first="vor" not in request.args)


@blueprint.get("/<int:farm_id>/abrechnung/<int:statement_id>")
@allow(farm_member)
def statement(farm_id: int, statement_id: int) -> str:
    """One statement: its sums, the commission by component, the orders behind it."""
    farm = farm_here(farm_id)
    return _page(find_statement(statement_id, [farm.id]))


def _page(found: StatementRow, errors: dict[str, str] | None = None, typed: str = "") -> str:
    return render_template(
        "farm/statement.html",
        statement=found.statement,
        until=found.run.until,
        state=state_words(found),
        holds=holds_of(found.statement),
        sums=_sums(found.statement),
        entries=orders_of_statement(found.statement.id),
        may_object=found.run.state == "in_review",
        errors=errors or {},
        typed=typed,
    )


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


def state_words(row: StatementRow) -> tuple[str, str]:
    """What became of it, and the kind of its tag."""
    state = row.statement.state
    if state == "paid":
        return _("überwiesen"), "ok"
    if state == "failed":
        return _("Überweisung gescheitert"), "stop"
    if state == "carried":
        return _("auf die nächste Abrechnung übertragen"), ""
    if state == "held":
        return _("angehalten"), "warn"
    if row.run.state == "in_review":
        return _("in Prüfung"), "info"
    return _("freigegeben"), "info"


def holds_of(row: Statement) -> list[str]:
    """Why the money waits, as far as the farm can do something about it or must know."""
    if row.state not in ("held", "carried"):
        return []
    known = {
        "no_account": _("Uns fehlt Ihre Bankverbindung. Bitte geben Sie sie der Marktleitung."),
        "bank_changed": _("Ihre Bankverbindung ist neu. Nach der Wartezeit wird überwiesen."),
        "account_disabled": _("Dem Zahlungsanbieter fehlen Angaben zu Ihrem Konto."),
        "disputed": _("Eine Bank hat eine Zahlung zurückgeholt. Bis das entschieden ist, wartet dieser Verkauf."),
        "on_hold": _("Die Marktleitung hat Ihre Auszahlung angehalten."),
        "negative": _("Die Summe ist negativ und wird auf die nächste Abrechnung übertragen."),
    }
    return [known[flag] for flag in row.flags if flag in known]


def component_words(component: str) -> str:
    """What a part of the commission is for."""
    known = {"host": _("Abholorte"), "platform": _("Plattform"), "payment": _("Zahlungen")}
    return known.get(component, component)


def _sums(row: Statement) -> list[dict[str, str]]:
    """From the goods to what is paid out, every deduction by its name."""
    lines = [{"label": _("Gepackte Ware"), "value": money(row.gross_cents)}]
    if row.refunds_cents:
        lines.append({"label": _("Erstattungen"), "value": money(-row.refunds_cents)})
    for fee in row.fees:
        label = _("Provision: %(name)s", name=component_words(fee.component))
        note = _("%(rate)s von %(base)s", rate=percent(fee.rate_bp), base=money(fee.base_cents))
        lines.append({"label": label, "value": money(-fee.amount_cents), "note": note})
    if row.fees_vat_cents:
        lines.append({"label": _("Umsatzsteuer auf die Provision"), "value": money(-row.fees_vat_cents)})
    for label, cents in (
        (_("Pfand"), row.deposits_cents),
        (_("Korrekturen"), row.corrections_cents),
        (_("Übertrag"), row.carried_cents),
    ):
        if cents:
            lines.append({"label": label, "value": money(cents)})
    return [*lines, {"label": _("Auszahlung"), "value": money(row.payout_cents), "kind": "total"}]
