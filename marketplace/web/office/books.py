"""The books: every account of one's markets, and the entries of an order."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from marketplace.ledger.books import entries_of_order, trial_balance
from marketplace.orders.find import order_by_number
from marketplace.payouts.locks import unmatched_cents
from marketplace.web.access import allow, approver_or_operator
from marketplace.web.look.filters import money
from marketplace.web.office import blueprint
from marketplace.web.office.farm_accounts import farm_names
from marketplace.web.office.visit import market_here, my_markets, readable
from marketplace.web.office.words import account_words


@blueprint.get("/buecher")
@allow(approver_or_operator)
def books() -> str:
    """The trial balance."""
    found = trial_balance(readable())
    names = farm_names(readable())
    unmatched = sum(unmatched_cents(market.id) for market in my_markets())
    debit, credit = sum(one.debit_cents for one in found), sum(one.credit_cents for one in found)
    return render_template(
        "office/books.html",
        accounts=[(one, names.get(one.account) or account_words(one.account)) for one in found],
        debit=debit,
        credit=credit,
        kpis=[
            {"value": money(debit), "text": _("Soll")},
            {"value": money(credit), "text": _("Haben")},
            {"value": money(debit - credit), "text": _("Unterschied von Soll und Haben")},
            {"value": money(unmatched), "text": _("Unterschied zum Zahlungsanbieter")},
        ],
    )


@blueprint.get("/buecher/<number>")
@allow(approver_or_operator)
def entries(number: str) -> str:
    """The entries that speak of an order, within one's markets; NotFound."""
    order = order_by_number(number, markets=sorted(readable()))
    market_here(order.market_id)
    names = farm_names(readable())
    return render_template(
        "office/entries.html",
        order=order,
        entries=[
            (entry, names.get(entry.account) or account_words(entry.account))
            for entry in entries_of_order(order.number, readable())
        ],
    )
