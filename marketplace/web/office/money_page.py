"""The provider's money and ours: the last comparison and what it left, disputes by deadline, what went to the bank."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.kernel import clock
from marketplace.payouts.locks import unmatched_cents
from marketplace.reconciliation.ask import ask_for_comparison, asked
from marketplace.reconciliation.last import Compared, last_result
from marketplace.web.access import allow, approver_or_operator, operator
from marketplace.web.look.filters import money as in_euro
from marketplace.web.office import blueprint
from marketplace.web.office.dispute_words import dispute_reason, dispute_state
from marketplace.web.office.front_rows import open_disputes
from marketplace.web.office.money_rows import at_provider, orders_of_markets, paid_to_bank, refs_of_markets
from marketplace.web.office.visit import me, my_markets, own, readable
from marketplace.web.office.words import bearer


@dataclass(frozen=True)
class Left:
    """A difference that is left: the provider's number of it, what each side says (cents)."""

    ref: str
    rows: tuple[str, ...]
    theirs_cents: int
    ours_cents: int
    is_nobodys: bool


@blueprint.get("/geld")
@allow(approver_or_operator)
def money() -> str:
    """What the last comparison found of one's markets, and of money of which nobody knows whose it is."""
    last = last_result()
    there = at_provider(readable())
    unexplained = sum(unmatched_cents(market.id) for market in my_markets())
    return render_template(
        "office/money.html",
        last=last,
        unexplained=unexplained,
        lists=[(title, why, _left(last, name)) for name, title, why in _lists()],
        wrong_orders=_orders(last),
        repaired=sorted(refs_of_markets(last.result.get("repaired", []), readable())) if last else [],
        asked=asked(),
        may_ask=bool(own()),
        disputes=[_dispute(row) for row in open_disputes(readable())],
        payouts=paid_to_bank(readable()),
        kpis=[
            {"value": in_euro(unexplained), "text": _("unerklärt")},
            {"value": in_euro(there.available_cents), "text": _("beim Zahlungsanbieter verfügbar")},
            {"value": in_euro(there.pending_cents), "text": _("dort noch nicht verfügbar")},
            {"value": in_euro(there.held_cents), "text": _("wegen Reklamationen einbehalten")},
        ],
    )


@blueprint.post("/geld/abgleichen")
@allow(operator)
def compare_now() -> Response:
    """The workers compare with the provider as soon as they can."""
    if ask_for_comparison(me()):
        flash(_("Der Abgleich ist beauftragt. Das Ergebnis steht hier, sobald er fertig ist."), "ok")
    else:
        flash(_("Ein Abgleich ist schon beauftragt."), "ok")
    return redirect(url_for("office.money"), 303)  # type: ignore[return-value]


def _lists() -> tuple[tuple[str, str, str], ...]:
    return (
        (
            "missing_in_ledger",
            _("Fehlt in unseren Büchern"),
            _("Der Zahlungsanbieter hat gebucht, wir nicht."),
        ),
        (
            "missing_at_provider",
            _("Fehlt beim Zahlungsanbieter"),
            _("Wir haben gebucht, der Zahlungsanbieter nicht."),
        ),
        ("differs", _("Betrag oder Gebühr weicht ab"), _("Beide haben gebucht, aber nicht dasselbe.")),
    )


def _left(last: Compared | None, name: str) -> list[Left]:
    mine = {str(market_id) for market_id in readable()}
    return [
        Left(
            ref=item["id"],
            rows=tuple(ref for ref in item["balance_transactions"] if ref != item["id"]),
            theirs_cents=item["provider_cents"],
            ours_cents=item["ledger_cents"],
            is_nobodys=item["market"] is None,
        )
        for item in (last.result.get(name, []) if last else [])
        if item["market"] is None or item["market"] in mine
    ]


def _orders(last: Compared | None) -> list[dict[str, Any]]:
    found: Collection[dict[str, Any]] = last.result.get("orders", []) if last else ()
    mine = orders_of_markets([one["order"] for one in found if one["order"]], readable())
    return [
        {**one, "words": problem_words(one["problem"])} for one in found if one["order"] is None or one["order"] in mine
    ]


def problem_words(problem: str) -> str:
    """Why a payment does not go with its order."""
    return {
        "unknown_payment": _("Eine Zahlung, zu der wir keine Bestellung finden"),
        "stray": _("Eine zweite Zahlung für dieselbe Bestellung"),
        "money_not_booked": _("Bezahlt, aber bei uns noch nicht gebucht"),
        "money_without_order": _("Geld da, Bestellung nicht mehr gültig"),
        "order_without_money": _("Bestellung gültig, Geld nicht da"),
        "hold_gone": _("Reservierung verfallen"),
        "not_captured": _("Gepackt, aber nicht eingezogen"),
        "page_open": _("Zahlseite noch offen, Bestellung zu Ende"),
    }.get(problem, problem)


def _dispute(row: Any) -> dict[str, Any]:
    return {
        "row": row,
        "state": dispute_state(row.state),
        "reason": dispute_reason(row.reason),
        "bearer": bearer(row.borne_by),
        "late": row.evidence_due_by is not None and row.evidence_due_by < clock.now(),
    }
