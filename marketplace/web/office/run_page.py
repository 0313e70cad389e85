"""One payout run: what is unusual, who signed, every statement."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.kernel.database import rows
from marketplace.payouts.locks import unmatched_cents
from marketplace.payouts.models import PayoutRun
from marketplace.payouts.read import StatementRow, find_run, statements_of, sums_of
from marketplace.payouts.statements import digest_of, draw
from marketplace.web.access import allow, approver_or_operator
from marketplace.web.look.filters import moment_near, money
from marketplace.web.office import blueprint
from marketplace.web.office.visit import market_here, me, names_of, own, readable
from marketplace.web.office.words import GRAVE, flag_more, flag_words, run_state, statement_state

_BALANCE = """
SELECT coalesce(sum(amount_cents) FILTER (WHERE amount_cents > 0), 0)::bigint AS debit_cents,
       coalesce(sum(amount_cents), 0)::bigint AS rest
FROM ledger_entry WHERE market_id = :id
"""
_ORDERS = """
SELECT count(DISTINCT e.order_id) AS orders FROM payout_line l JOIN ledger_entry e ON e.id = l.ledger_entry_id
WHERE l.run_id = :id
"""


@blueprint.get("/auszahlungen/<int:run_id>")
@allow(approver_or_operator)
def run(run_id: int) -> str:
    """The run of that number, within one's markets; NotFound."""
    return run_page(find_run(run_id, readable()), {})


def run_page(found: PayoutRun, errors: dict[str, str], note: str = "") -> str:
    """The page, with what is wrong in its form."""
    market = market_here(found.market_id)
    statements = statements_of(found)
    going = [row for row in statements if row.statement.state not in ("held", "carried")]
    staying = [row for row in statements if row.statement.state in ("held", "carried")]
    mine = found.market_id in own()
    changed = found.state == "in_review" and digest_of(draw(found)) != found.figures_hash
    return render_template(
        "office/run.html",
        run=found,
        market=market,
        state=run_state(found),
        statements=[_shown(row) for row in statements],
        sums=sums_of([row.statement for row in statements]),
        kpis=_kpis(going, staying, statements),
        flagged=[_flagged(row, flag) for row in statements for flag in row.statement.flags],
        signature=_signature(found),
        checks=_checks(found, changed),
        changed=changed,
        going=len(going),
        mine=mine,
        signs=found.state == "in_review" and me() not in (found.created_by, found.submitted_by),
        by_sepa=[row for row in statements if row.statement.paid_by == "sepa"],
        waits_for_bank=any(r.statement.state == "paying" and r.statement.paid_by == "sepa" for r in statements),
        failed=[row for row in statements if row.statement.state == "failed"],
        why_failed=lambda error: flag_words(error or ""),
        errors=errors,
        note=note,
    )


def _shown(row: StatementRow) -> dict[str, Any]:
    statement = row.statement
    grave = any(flag in GRAVE for flag in statement.flags)
    state, kind = statement_state(statement)
    return {
        "row": statement,
        "farm": row.farm_name,
        "url": url_for("office.statement", run_id=statement.run_id, statement_id=statement.id),
        "flag": "open" if grave else ("flagged" if statement.flags else ""),
        "note": ", ".join(flag_words(flag) for flag in statement.flags) or None,
        "note_kind": "stop" if grave else "warn",
        "state": state,
        "kind": kind,
    }


def _flagged(row: StatementRow, flag: str) -> dict[str, str]:
    statement = row.statement
    grave = flag in GRAVE
    return {
        "what": f"{flag_words(flag)}: {row.farm_name}, {money(statement.payout_cents)}",
        "more": statement.objection if flag == "objection" else flag_more(flag),
        "icon": "flag" if grave else "info",
        "kind": "stop" if grave else "",
        "url": url_for("office.statement", run_id=statement.run_id, statement_id=statement.id),
    }


def _kpis(
    going: list[StatementRow], staying: list[StatementRow], statements: list[StatementRow]
) -> list[dict[str, str]]:
    fees = sum(row.statement.fees_cents + row.statement.fees_vat_cents for row in statements)
    count = sum(len(row.statement.flags) for row in statements)
    return [
        {
            "value": money(sum(row.statement.payout_cents for row in going)),
            "text": ngettext("geht an 1 Hof", "gehen an %(num)d Höfe", len(going)),
        },
        {
            "value": money(sum(row.statement.payout_cents for row in staying)),
            "text": ngettext("bleibt stehen (1 Hof)", "bleiben stehen (%(num)d Höfe)", len(staying)),
        },
        {"value": money(fees), "text": _("Provision und Umsatzsteuer")},
        {"value": str(count), "text": ngettext("Auffälligkeit", "Auffälligkeiten", count)},
    ]


def _signature(found: PayoutRun) -> dict[str, str]:
    names = names_of([found.created_by, found.submitted_by, found.approved_by])
    preparer = found.submitted_by or found.created_by
    signer, note = "", ""
    if found.approved_by is not None:
        signer, note = names.get(found.approved_by, ""), moment_near(found.approved_at) if found.approved_at else ""
    elif found.state == "in_review" and me() not in (found.created_by, found.submitted_by):
        signer, note = names_of([me()]).get(me(), ""), _("das sind Sie")
    return {
        "prepared_by": names.get(preparer, ""),
        "prepared_at": moment_near(found.submitted_at or found.created_at),
        "second": signer,
        "second_note": note,
    }


def _checks(found: PayoutRun, changed: bool) -> list[dict[str, Any]]:
    """What a second person could look up, looked up."""
    balance = rows(_BALANCE, id=found.market_id)[0]
    unmatched = unmatched_cents(found.market_id)
    orders = rows(_ORDERS, id=found.id)[0].orders
    checks: list[dict[str, Any]] = [
        {"text": _("Soll = Haben: %(cents)s", cents=money(balance.debit_cents)), "open": balance.rest != 0},
        {"text": ngettext("1 Bestellung, Geld eingezogen", "%(num)d Bestellungen, Geld eingezogen", orders)},
    ]
    if unmatched:
        text = _("Bücher und Zahlungsanbieter weichen um %(cents)s ab", cents=money(unmatched, sign=True))
        checks.append({"text": text, "open": True})
    else:
        checks.append({"text": _("Bücher = Zahlungsanbieter, auf den Cent")})
    if found.state == "in_review":
        text = _("Zahlen haben sich seit der Vorlage geändert") if changed else _("Zahlen unverändert seit der Vorlage")
        checks.append({"text": text, "open": changed})
    return checks
