"""What a customer does with an order: pay, take more time, cancel, put the same into the basket again."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.basket.change import put_back
from marketplace.checkout.cancel_order import cancel_order
from marketplace.checkout.extend_hold import extend_hold
from marketplace.checkout.start_payment import start_payment
from marketplace.kernel.errors import Conflict
from marketplace.orders.models import Order
from marketplace.payments.ask_again import ask_again
from marketplace.web.access import allow, anyone
from marketplace.web.api.problems import said
from marketplace.web.shop import blueprint
from marketplace.web.shop.checkout import order_url
from marketplace.web.shop.order import page, private
from marketplace.web.shop.order_view import find_order, order_view
from marketplace.web.shop.visit import owner_for_writing


def _mine(number: str) -> Order:
    return find_order(number, request.form.get("token") or request.args.get("token"))


def _back(order: Order) -> Response:
    response = redirect(order_url(order), 303)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response  # type: ignore[return-value]


@blueprint.post("/bestellung/<number>/bezahlen")
@allow(anyone)
def pay(number: str) -> Response:
    """To the hosted page; back to the order while the provider does not answer."""
    order = _mine(number)
    if order_view(order).owes_again:
        try:
            ask_again(order.id, tell=False)
        except Conflict as refusal:
            flash(said(refusal.detail), "warn")
            return _back(order)
    url = start_payment(order.id)
    if url is not None:
        return redirect(url, 303)  # type: ignore[return-value]
    view = order_view(order)
    if view.can_pay or view.owes_again:
        flash(
            _("Die Zahlungsseite antwortet gerade nicht. Bitte versuchen Sie es gleich noch einmal."),
            "warn",
        )
    return _back(order)


@blueprint.post("/bestellung/<number>/verlaengern")
@allow(anyone)
def extend(number: str) -> Response:
    """A little more time to pay, once."""
    order = _mine(number)
    try:
        extend_hold(order.id)
        flash(_("Die Zeit ist verlängert."), "ok")
    except Conflict as refusal:
        flash(said(refusal.detail), "warn")
    return _back(order)


@blueprint.get("/bestellung/<number>/stornieren")
@allow(anyone)
def ask_to_cancel(number: str) -> Response:
    """The question before it happens, with what it means for the money."""
    order = _mine(number)
    view = order_view(order)
    if not view.can_cancel:
        return _back(order)
    return private(render_template("shop/order_cancel.html", **page(view)))


@blueprint.post("/bestellung/<number>/stornieren")
@allow(anyone)
def cancel(number: str) -> Response:
    """Cancels until the cut-off; a cancelled order stays as it is."""
    order = _mine(number)
    try:
        cancel_order(order.id)
    except Conflict as refusal:
        flash(said(refusal.detail), "stop")
    return _back(order)


@blueprint.post("/bestellung/<number>/nochmal")
@allow(anyone)
def again(number: str) -> Response:
    """Puts what was ordered into the basket again, for whichever slot is chosen."""
    order = _mine(number)
    count = put_back(owner_for_writing(), {line.offer_id: line.quantity for line in order.lines})
    if count:
        flash(_("Ihre Artikel liegen wieder im Korb."), "ok")
    return redirect(url_for("shop.basket"), 303)  # type: ignore[return-value]
