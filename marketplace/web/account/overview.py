"""The account's front page: where one may go, one's orders, one's signed-in browsers."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.kernel.errors import NotFound
from marketplace.orders.of_account import orders_of_account
from marketplace.people import sign_ins
from marketplace.web.access import allow, current_actor, signed_in
from marketplace.web.account import blueprint
from marketplace.web.account.where import ways_of


@blueprint.get("/")
@allow(signed_in)
def overview() -> str:
    """What belongs to whoever is signed in."""
    person = current_actor()
    assert person.account_id is not None
    return render_template(
        "account/overview.html",
        person=person,
        ways=ways_of(person),
        orders=[_order_row(order) for order in orders_of_account(person.account_id, limit=20)],
        browsers=sign_ins.of_account(person.account_id),
        here_id=person.sign_in_id,
    )


def _order_row(order: Any) -> dict[str, Any]:
    words = {
        "awaiting_payment": _("wartet auf Zahlung"),
        "confirmed": _("bestätigt"),
        "packing": _("wird gepackt"),
        "ready": _("liegt bereit"),
        "collected": _("abgeholt"),
        "not_collected": _("nicht abgeholt"),
        "cancelled": _("storniert"),
        "expired": _("abgelaufen"),
    }
    kinds = {"awaiting_payment": "warn", "not_collected": "warn", "confirmed": "ok", "packing": "ok", "ready": "ok"}
    return {
        "number": order.number,
        "url": url_for("shop.order", number=order.number),
        "placed_at": order.placed_at,
        "total_cents": order.total_cents,
        "state": words[order.state],
        "kind": kinds.get(order.state, ""),
    }


@blueprint.post("/browser/<int:sign_in_id>/beenden")
@allow(signed_in)
def end_browser(sign_in_id: int) -> Response:
    """Signs one of one's browsers out, at once."""
    person = current_actor()
    assert person.account_id is not None
    if not sign_ins.end(person.account_id, sign_in_id):
        raise NotFound()
    flash(_("Abgemeldet."), "ok")
    return redirect(url_for("account.overview"), 303)  # type: ignore[return-value]


@blueprint.post("/browser/beenden")
@allow(signed_in)
def end_other_browsers() -> Response:
    """Signs all other browsers out."""
    person = current_actor()
    assert person.account_id is not None
    ended = sign_ins.end_all(person.account_id, but=person.sign_in_id)
    flash(ngettext("%(num)d anderes Gerät abgemeldet.", "%(num)d andere Geräte abgemeldet.", ended), "ok")
    return redirect(url_for("account.overview"), 303)  # type: ignore[return-value]
