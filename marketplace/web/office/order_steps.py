"""What the office does with an order: gives money back, asks for it again, cancels it."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from marketplace.checkout.cancel_order import cancel_order
from marketplace.kernel.errors import Invalid, Refusal
from marketplace.kernel.money import cents_from_text
from marketplace.kernel.plain_text import one_line
from marketplace.orders.find import order_by_number
from marketplace.orders.models import Order
from marketplace.payments.ask_again import ask_again
from marketplace.payments.models import Refund
from marketplace.payments.refund import refund_amount, refund_lines
from marketplace.payments.rows import open_attempt
from marketplace.web.access import allow, operator
from marketplace.web.look.filters import money
from marketplace.web.office import blueprint
from marketplace.web.office.order_page import order_page
from marketplace.web.office.visit import confirm, errors_of, own, why

MOST_DIGITS = 5


@blueprint.post("/bestellungen/<number>/erstatten")
@allow(operator)
def refund(number: str) -> str | Response | tuple[str, int]:
    """Units of lines, or an amount spread over the lines; borne by the farm or the market."""
    found = order_by_number(number, markets=sorted(own()))
    typed = {name: request.form.get(name, "")[:500] for name in ("reason", "borne_by", "amount_cents")}
    typed["reason"] = one_line(typed["reason"])
    errors = {} if typed["reason"] else {"reason": _("Bitte geben Sie einen Grund an; die Kundin liest ihn.")}
    errors |= confirm()
    if errors:
        return order_page(found, errors, typed), 422
    try:
        made = _refund(found, typed)
    except Invalid as refusal:
        return order_page(found, errors_of(refusal), typed), 422
    except Refusal as refusal:
        return order_page(found, {"amount_cents": why(refusal)}, typed), 409
    flash(_("%(cents)s gehen zurück.", cents=money(made.amount_cents)), "ok")
    return redirect(url_for("office.order", number=found.number), 303)  # type: ignore[return-value]


def _refund(found: Order, typed: dict[str, str]) -> Refund:
    borne_by = typed["borne_by"] or "farm"
    wanted = [(line.id, _units(line.id)) for line in found.lines if _units(line.id)]
    if wanted and typed["amount_cents"].strip():
        raise Invalid({"amount_cents": _("Bitte entweder Stücke oder einen Betrag angeben.")})
    if wanted:
        return refund_lines(found.id, wanted, typed["reason"], borne_by)
    try:
        amount = cents_from_text(typed["amount_cents"])
    except ValueError:
        raise Invalid({"amount_cents": _("Bitte Stücke oder einen Betrag angeben, zum Beispiel 4,50.")}) from None
    return refund_amount(found.id, amount, typed["reason"], borne_by)


def _units(line_id: int) -> int:
    typed = request.form.get(f"line-{line_id}", "").strip()
    if not typed:
        return 0
    if not typed.isascii() or not typed.isdigit() or len(typed) > MOST_DIGITS:
        raise Invalid({f"line-{line_id}": _("Bitte eine ganze Zahl.")})
    return int(typed)


@blueprint.post("/bestellungen/<number>/zahlungslink")
@allow(operator)
def send_new_link(number: str) -> Response:
    """The customer is asked once more by a page of its own; an open link stays as it is."""
    found = order_by_number(number, markets=sorted(own()))
    was_open = open_attempt(found.id)
    try:
        attempt = ask_again(found.id)
        if was_open is not None and attempt.id == was_open.id:
            flash(_("Ein Zahlungslink ist noch offen; er gilt weiter."), "ok")
        else:
            flash(_("Ein neuer Zahlungslink geht an die Kundin oder den Kunden."), "ok")
    except Refusal as refusal:
        flash(why(refusal), "stop")
    return redirect(url_for("office.order", number=found.number), 303)  # type: ignore[return-value]


@blueprint.post("/bestellungen/<number>/stornieren")
@allow(operator)
def cancel(number: str) -> str | Response | tuple[str, int]:
    """Frees the stock, lets the hold go or gives the money back."""
    found = order_by_number(number, markets=sorted(own()))
    if errors := confirm():
        return order_page(found, errors, {"form": "cancel"}), 422
    try:
        cancel_order(found.id, by_office=True)
        flash(_("Bestellung %(number)s ist storniert.", number=found.number), "ok")
    except Refusal as refusal:
        flash(why(refusal), "stop")
    return redirect(url_for("office.order", number=found.number), 303)  # type: ignore[return-value]
