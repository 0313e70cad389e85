"""What the market pays the farm, and why so much."""

from __future__ import annotations

from flask import render_template, request
from flask_babel import gettext as _

from marketplace.kernel.errors import NotFound
from marketplace.web.access import allow, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.statement_rows import StatementRow, entries_of, farm_statement, farm_statements, fees_of
from marketplace.web.farm.visit import farm_here
from marketplace.web.look.filters import money, percent

PAGE = 20


@blueprint.get("/<int:farm_id>/abrechnung")
@allow(farm_member)
def statements(farm_id: int) -> str:
    """The list, the newest first; `seite` pages back."""
    farm = farm_here(farm_id)
    typed = request.args.get("seite", "1")
    page = int(typed) if typed.isascii() and typed.isdigit() and 0 < len(typed) < 5 else 1
    found = farm_statements(farm.id, limit=PAGE + 1, skip=PAGE * (max(page, 1) - 1))
    rows = [{"row": row, "state": state_words(row)} for row in found[:PAGE]]
    return render_template("farm/statements.html", rows=rows, page=page, more=len(found) > PAGE)


@blueprint.get("/<int:farm_id>/abrechnung/<int:statement_id>")
@allow(farm_member)
def statement(farm_id: int, statement_id: int) -> str:
    """One statement: its sums, the commission by component, the orders behind it."""
    farm = farm_here(farm_id)
    found = farm_statement(farm.id, statement_id)
    if found is None:
        raise NotFound()
    return render_template(
        "farm/statement.html",
        statement=found,
        state=state_words(found),
        sums=_sums(found),
        entries=entries_of(farm.id, found.id),
    )


def state_words(row: StatementRow) -> tuple[str, str]:
    """What became of it, and the kind of its tag."""
    if row.state == "paid":
        return _("überwiesen"), "ok"
    if row.state == "failed":
        return _("Überweisung gescheitert"), "stop"
    if row.state == "carried":
        return _("übertragen auf die nächste Abrechnung"), ""
    if row.run_state == "in_review":
        return _("in Prüfung"), "info"
    if row.state == "held":
        return _("angehalten"), "warn"
    return _("freigegeben"), "info"


def _sums(row: StatementRow) -> list[dict[str, str]]:
    """From the goods to what is paid out, every deduction by its name."""
    lines = [{"label": _("Gepackte Ware"), "value": money(row.gross_cents)}]
    if row.refunds_cents:
        lines.append({"label": _("Erstattungen"), "value": money(-row.refunds_cents)})
    for fee in fees_of(row.id):
        label = _("Provision: %(name)s", name=fee.component)
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
