"""Orders: the list, by state, day, and words."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _

from marketplace.kernel.ids import id_from_text
from marketplace.web.access import allow, approver_or_operator
from marketplace.web.office import blueprint
from marketplace.web.office.order_rows import orders_of_office
from marketplace.web.office.visit import before_asked, readable
from marketplace.web.office.words import order_state, payment_state

PAGE = 50
LONGEST_WORDS = 100
FILTERS = ("stand", "tag", "slot", "suche")
# The chips: a word of the address → the states behind it.
GROUPS = {
    "": None,
    "live": ("confirmed", "packing", "ready"),
    "awaiting_payment": ("awaiting_payment",),
    "ready": ("ready",),
    "collected": ("collected", "not_collected"),
    "ended": ("cancelled", "expired"),
}


@blueprint.get("/bestellungen")
@allow(approver_or_operator)
def orders() -> str:
    """`stand` a group of states, `tag` a pickup date, `slot`, `suche`: number, code, name, address, provider's
    number; `vor` pages on.
    """
    stand = request.args.get("stand", "")
    words = request.args.get("suche", "").strip()[:LONGEST_WORDS]
    typed_day = request.args.get("tag", "")
    try:
        day = date.fromisoformat(typed_day) if typed_day else None
    except ValueError:
        day = None
    found = orders_of_office(
        readable(),
        states=GROUPS.get(stand),
        day=day,
        slot_id=id_from_text(request.args.get("slot", "")),
        words=words.replace("\0", ""),
        limit=PAGE + 1,
        before_id=before_asked(),
    )
    kept: dict[str, Any] = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    older = url_for("office.orders", **{**kept, "vor": found[PAGE - 1].id}) if len(found) > PAGE else None
    return render_template(
        "office/orders.html",
        orders=found[:PAGE],
        older=older,
        newest=url_for("office.orders", **kept) if before_asked() else None,
        chips_items=_chips(stand, kept),
        typed={"suche": words, "tag": typed_day, "stand": stand},
        filtered=bool(kept),
        order_state=order_state,
        payment_state=payment_state,
    )


def _chips(stand: str, kept: dict[str, Any]) -> list[dict[str, Any]]:
    labels = {
        "": _("Alle"),
        "live": _("Laufend"),
        "awaiting_payment": _("Unbezahlt"),
        "ready": _("Abholbereit"),
        "collected": _("Übergeben"),
        "ended": _("Storniert, abgelaufen"),
    }
    return [
        {
            "label": labels[group],
            "url": url_for("office.orders", **{**kept, "stand": group or None}),
            "current": group == stand,
        }
        for group in GROUPS
    ]
