"""The page of an order, behind its token: status, ticket, lines, history. And its date for a calendar."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, render_template, request

from marketplace.kernel import clock
from marketplace.kernel.formats import pickup_code
from marketplace.orders.tokens import token_of
from marketplace.web.access import allow, anyone
from marketplace.web.shop import blueprint, order_words
from marketplace.web.shop.frame import place_name
from marketplace.web.shop.order_view import OrderView, find_order, order_view

# How often a page that waits for the provider's word looks again by itself.
MOST_LOOKS = 40


@blueprint.get("/bestellung/<number>")
@allow(anyone)
def order(number: str) -> Response:
    """The order for who has its token or is its customer. `zurueck`: back from the hosted page, a hint only."""
    view = order_view(find_order(number, request.args.get("token")))
    looks = request.args.get("zurueck", "0")
    came_back = int(looks) if looks.isascii() and looks.isdigit() and len(looks) <= 2 else 0
    return private(render_template("shop/order.html", **page(view, came_back)))


def page(view: OrderView, came_back: int = 0) -> dict[str, Any]:
    """What the template needs."""
    found = view.order
    waits = bool(came_back) and (view.can_pay or view.owes_again)
    return {
        "view": view,
        "order": found,
        "token": token_of(found),
        "headline": order_words.headline(view, came_back=waits),
        "path": order_words.path(view),
        "groups": [
            {"farm": group["farm"], "lines": [order_words.line_row(line) for line in group["lines"]]}
            for group in view.groups()
        ],
        "changes": order_words.changes(view),
        "history": order_words.history_words(view),
        "payment_words": order_words.payment_words(view),
        "waits": waits,
        "look_again": came_back + 1 if waits and came_back < MOST_LOOKS else None,
        "now": clock.now(),
    }


def private(html: str, status: int = 200) -> Response:
    """A page with a token in its address: told to nobody, kept by nobody in between."""
    response = Response(html, status, mimetype="text/html")
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/bestellung/<number>/termin.ics")
@allow(anyone)
def appointment(number: str) -> Response:
    """The pickup as an appointment (RFC 5545): when, where, number and code."""
    view = order_view(find_order(number, request.args.get("token")))
    found, slot = view.order, view.slot
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Pättkesmarkt//Abholung//DE",
        "BEGIN:VEVENT",
        f"UID:{found.uuid}@paettkesmarkt",
        f"DTSTAMP:{_stamp(clock.now())}",
        f"DTSTART:{_stamp(slot.pickup_from)}",
        f"DTEND:{_stamp(slot.pickup_until)}",
        f"SUMMARY:{_text(f'Pättkesmarkt: Abholnummer {found.pickup_number}')}",
        f"LOCATION:{_text(', '.join(part for part in (place_name(slot), slot.street) if part))}",
        f"DESCRIPTION:{_text(f'Bestellung {found.number}, Code {pickup_code(found.pickup_code)}')}",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    response = Response("\r\n".join(lines), mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="abholung-{found.number}.ics"'
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r", "").replace("\n", "\\n")
