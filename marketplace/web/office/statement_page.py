"""One farm in a run: its figures, the orders behind them; holding its payouts, taking a transfer back."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from marketplace.farms.bank import bank_account
from marketplace.kernel.database import db
from marketplace.kernel.errors import Invalid, Refusal
from marketplace.kernel.money import cents_from_text
from marketplace.kernel.plain_text import one_line
from marketplace.payouts.hold import hold_farm, lift_hold, open_hold
from marketplace.payouts.models import PayoutRun, Statement, TransferReversal
from marketplace.payouts.read import StatementRow, find_run, find_statement_of_run, orders_of_statement
from marketplace.payouts.reverse_transfer import reverse_transfer, unreversed_cents
from marketplace.web.access import allow, approver_or_operator, operator
from marketplace.web.look.filters import money
from marketplace.web.office import blueprint
from marketplace.web.office.provider_words import plainly
from marketplace.web.office.visit import confirm, errors_of, market_here, me, names_of, own, readable, why
from marketplace.web.office.words import component, flag_more, flag_words, run_state, statement_state


@blueprint.get("/auszahlungen/<int:run_id>/<int:statement_id>")
@allow(approver_or_operator)
def statement(run_id: int, statement_id: int) -> str:
    """The statement within its run, within one's markets; NotFound."""
    run = find_run(run_id, readable())
    return _page(run, find_statement_of_run(run, statement_id), {}, {})


def _page(run: PayoutRun, found: StatementRow, errors: dict[str, str], typed: dict[str, str]) -> str:
    market_here(run.market_id)
    mine = run.market_id in own()
    by_transfer = found.statement.state == "paid" and found.statement.paid_by == "transfer"
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
        mine=mine,
        why=flag_words(found.statement.last_error or ""),
        reversals=_reversals(found.statement),
        left_cents=unreversed_cents(found.statement) if mine and by_transfer else 0,
        errors=errors,
        typed=typed,
    )


def _reversals(statement: Statement) -> list[dict[str, Any]]:
    """What was taken back of the transfer, the oldest first."""
    found = list(
        db.session.scalars(
            select(TransferReversal)
            .where(TransferReversal.statement_id == statement.id)
            .order_by(TransferReversal.id)
        )
    )
    known = names_of([int(one.created_by) for one in found if one.created_by.isdigit()])
    states = {
        "submitting": (_("unterwegs"), "info"),
        "done": (_("zurückgeholt"), "ok"),
        "failed": (_("gescheitert"), "stop"),
    }
    return [
        {
            "row": one,
            "state": states[one.state],
            "who": known.get(int(one.created_by), "") if one.created_by.isdigit() else _("Zahlungsanbieter"),
            "why": plainly(one.last_error),
        }
        for one in found
    ]


@blueprint.post("/auszahlungen/<int:run_id>/<int:statement_id>/zurueckholen")
@allow(operator)
def take_back(run_id: int, statement_id: int) -> str | Response | tuple[str, int]:
    """All or part of a transfer comes back from the farm's account at the provider; with a fresh second factor."""
    run = find_run(run_id, own())
    found = find_statement_of_run(run, statement_id)
    typed = {"amount": request.form.get("amount", "")[:20], "reason": one_line(request.form.get("reason", "")[:500])}
    errors = confirm()
    try:
        cents = cents_from_text(typed["amount"])
    except ValueError:
        errors["amount"] = _("Bitte einen Betrag angeben, zum Beispiel 4,50.")
    if errors:
        return _page(run, found, errors, typed), 422
    try:
        reverse_transfer(found.statement.id, cents, typed["reason"])
    except Invalid as refusal:
        told = {name.removesuffix("_cents"): words for name, words in errors_of(refusal).items()}
        if "amount" in told:
            most = money(unreversed_cents(found.statement))
            told["amount"] = _("Bitte einen Betrag von 0,01 € bis %(most)s angeben.", most=most)
        return _page(run, found, told, typed), 422
    except Refusal as refusal:
        flash(why(refusal), "stop")
    else:
        flash(_("%(cents)s werden vom Konto des Hofs zurückgeholt.", cents=money(cents)), "ok")
    return redirect(url_for("office.statement", run_id=run_id, statement_id=statement_id), 303)  # type: ignore[return-value]


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
