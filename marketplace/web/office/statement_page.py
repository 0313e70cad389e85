"""One farm in a run: its figures, the orders behind them, and holding its payouts."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.farms.bank import bank_account
from marketplace.kernel.errors import Refusal
from marketplace.kernel.plain_text import one_line
from marketplace.payouts.hold import hold_farm, lift_hold, open_hold
from marketplace.payouts.models import Statement
from marketplace.payouts.read import find_run, find_statement_of_run, orders_of_statement
from marketplace.web.access import allow, approver_or_operator, operator
from marketplace.web.look.filters import money
from marketplace.web.office import blueprint
from marketplace.web.office.visit import market_here, me, own, readable, why
from marketplace.web.office.words import component, flag_more, flag_words, run_state, statement_state


@blueprint.get("/auszahlungen/<int:run_id>/<int:statement_id>")
@allow(approver_or_operator)
def statement(run_id: int, statement_id: int) -> str:
    """The statement within its run, within one's markets; NotFound."""
    run = find_run(run_id, readable())
    market_here(run.market_id)
    found = find_statement_of_run(run, statement_id)
    return render_template(
        "office/statement.html",
        run=run,
        farm=found.farm_name,
        statement=found.statement,
        state=statement_state(found.statement),
        run_tag=run_state(run),
        sums=_sums(found.statement),
        entries=orders_of_statement(found.statement.id),
        flags=[(flag_words(flag), flag_more(flag)) for flag in found.statement.flags],
        account=bank_account(found.statement.farm_id),
        hold=open_hold(found.statement.farm_id),
        mine=run.market_id in own(),
        why=flag_words(found.statement.last_error or ""),
    )


@blueprint.post("/auszahlungen/<int:run_id>/<int:statement_id>/anhalten")
@allow(operator)
def hold(run_id: int, statement_id: int) -> Response:
    """Nothing more is paid to the farm; without a reason an open hold is lifted."""
    run = find_run(run_id, own())
    found = find_statement_of_run(run, statement_id)
    try:
        if request.form.get("lift"):
            lift_hold(found.statement.farm_id)
            flash(_("Der Hof kann wieder ausgezahlt werden."), "ok")
        else:
            hold_farm(found.statement.farm_id, one_line(request.form.get("reason", "")[:500]), me())
            flash(_("Auszahlungen an diesen Hof sind angehalten."), "ok")
    except Refusal as refusal:
        flash(why(refusal), "stop")
    return redirect(url_for("office.statement", run_id=run_id, statement_id=statement_id), 303)  # type: ignore[return-value]


def _sums(found: Statement) -> list[dict[str, str]]:
    lines = [
        {"label": _("Umsatz"), "value": money(found.gross_cents), "note": _("Gepackte Ware, ohne Pfand")},
        {"label": _("Erstattet"), "value": money(-found.refunds_cents)},
        *(
            {
                "label": _("Provision: %(name)s", name=component(fee.component, fee.rate_bp)),
                "value": money(-fee.amount_cents),
                "note": _("von %(base)s", base=money(fee.base_cents)),
            }
            for fee in found.fees
        ),
        {"label": _("Umsatzsteuer auf die Provision"), "value": money(-found.fees_vat_cents)},
        {"label": _("Pfand"), "value": money(found.deposits_cents)},
        {"label": _("Korrekturen"), "value": money(found.corrections_cents)},
        {"label": _("Vortrag"), "value": money(found.carried_cents)},
    ]
    return [*lines, {"label": _("Auszahlung"), "value": money(found.payout_cents), "kind": "total"}]
