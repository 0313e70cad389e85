"""What the order's page says: the headline of each state, the path, each line, each step of the history."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from marketplace.kernel import clock
from marketplace.orders.models import OrderLine
from marketplace.web.look.filters import clock_time, grams, moment_near, money, unit_price
from marketplace.web.shop.food_words import unbroken
from marketplace.web.shop.frame import place_name
from marketplace.web.shop.order_view import OrderView


def headline(view: OrderView, *, came_back: bool) -> str:
    """The one thing this page has to say."""
    order, slot = view.order, view.slot
    if order.state == "awaiting_payment":
        if order.payment_method == "sepa_debit" and order.expires_at is None:
            return _("Die Lastschrift ist auf dem Weg")
        return _("Die Zahlung wird geprüft") if came_back else _("Noch bezahlen, dann ist alles reserviert")
    if order.state == "ready":
        if clock.now() >= slot.pickup_from:
            return _("Jetzt liegt alles bereit")
        return _("Ab %(time)s liegt alles bereit", time=clock_time(slot.pickup_from))
    words = {
        "confirmed": _("Danke! Ihre Bestellung ist da."),
        "packing": _("Die Höfe packen für Sie"),
        "collected": _("Abgeholt. Guten Appetit"),
        "not_collected": _("Nicht abgeholt"),
        "cancelled": _("Diese Bestellung ist storniert"),
        "expired": _("Die Zeit zum Bezahlen ist abgelaufen"),
    }
    return words[order.state]


def path(view: OrderView) -> list[dict[str, str]]:
    """Ordered, paid or reserved, packed, ready, collected: with the time of what is behind."""
    order, steps = view.order, view.steps
    packing = _("Die Höfe packen") if order.state != "confirmed" else _("Nach dem Bestellschluss packen die Höfe")
    stations = [
        ("awaiting_payment", _("Bestellt"), moment_near(order.placed_at)),
        ("confirmed", _paid_words(view), _when(steps.get("confirmed"))),
        (
            "packing",
            packing,
            _when(steps.get("packing")) or _("ab %(when)s", when=moment_near(view.slot.orders_close_at)),
        ),
        (
            "ready",
            _("Abholbereit"),
            _("%(when)s, %(place)s", when=moment_near(view.slot.pickup_from), place=place_name(view.slot)),
        ),
        ("collected", _("Abgeholt"), _when(steps.get("collected"))),
    ]
    order_of = [name for name, *_rest in stations]
    if order.state in ("cancelled", "expired"):
        return [
            {"state": "done", "what": what, "when": when}
            for name, what, when in stations
            if name in steps or name == "awaiting_payment"
        ]
    next_step = {"awaiting_payment": "confirmed", "confirmed": "packing", "not_collected": "ready"}
    now = order_of.index(next_step.get(order.state, order.state))
    return [
        {"state": _mark(place, now, order.state == "collected"), "what": what, "when": when}
        for place, (_name, what, when) in enumerate(stations)
    ]


def _paid_words(view: OrderView) -> str:
    order = view.order
    if order.payment_method == "pay_at_pickup":
        return _("Bezahlt wird bei der Abholung")
    if order.state == "awaiting_payment" or view.owes_again:
        return _("Bezahlen")
    return _("Betrag reserviert") if order.payment_state == "authorized" else _("Bezahlt")


def _mark(place: int, now: int, ended: bool) -> str:
    if place < now or ended:
        return "done"
    return "now" if place == now else "todo"


def _when(moment: Any) -> str:
    return moment_near(moment) if moment is not None else ""


def line_row(line: OrderLine) -> dict[str, Any]:
    """A line as the list shows it: what was packed and weighed once the farm has said so."""
    packed = line.packed_quantity if line.packed_quantity is not None else line.quantity
    notes = [line.sale_unit]
    if line.weight_g is not None and line.unit_price_cents is not None:
        notes = [
            _("gewogen %(weight)s", weight=grams(line.weight_g)),
            unit_price(line.unit_price_cents, line.unit_price_basis or "kg"),
        ]
    elif line.unit_price_cents is not None:
        notes.append(unit_price(line.unit_price_cents, line.unit_price_basis or "kg"))
    if line.deposit_cents:
        notes.append(_("zzgl. %(deposit)s Pfand", deposit=money(line.deposit_cents)))
    if line.min_age:
        notes.append(_("ab %(age)s", age=line.min_age))
    if line.refunded_cents:
        notes.append(_("%(amount)s erstattet", amount=money(line.refunded_cents)))
    return {
        "count": packed,
        "name": unbroken(line.name),
        "note": " · ".join(notes),
        "was_count": line.quantity if packed < line.quantity else None,
        "amount_cents": line.amount_cents - line.deposit_cents,
        "approx": line.catch_weight and line.state == "open",
    }


def changes(view: OrderView) -> list[dict[str, str]]:
    """What the customer must be told of: less than ordered, whose words, what it costs (nothing)."""
    said = []
    for line in view.changed_lines:
        packed = line.packed_quantity or 0
        title = (
            _("%(product)s fehlt.", product=line.name)
            if packed == 0
            else _(
                "Nur %(packed)s statt %(ordered)s: %(product)s.",
                packed=packed,
                ordered=line.quantity,
                product=line.name,
            )
        )
        words = (
            _("%(farm)s schreibt: „%(reason)s“", farm=view.farms[line.farm_id], reason=line.reason)
            if line.reason
            else ""
        )
        said.append({"title": title, "text": f"{words} {_('Was fehlt, berechnen wir nicht.')}".strip()})
    return said


def history_words(view: OrderView) -> list[tuple[str, str]]:
    """Every step with its time, the newest last."""
    words = {
        "awaiting_payment": _("Bestellt, Ware reserviert"),
        "confirmed": _("Bestätigt"),
        "packing": _("Bestellschluss, die Höfe packen"),
        "ready": _("Gepackt und gewogen"),
        "collected": _("Abgeholt"),
        "not_collected": _("Nicht abgeholt"),
        "cancelled": _("Storniert"),
        "expired": _("Zeit zum Bezahlen abgelaufen, Ware wieder frei"),
    }
    return [(moment_near(row.at), words[row.to_state]) for row in view.history]


def payment_words(view: OrderView) -> str:
    """What has happened to the money, in one sentence."""
    order = view.order
    if order.payment_method == "pay_at_pickup":
        return _("Bezahlt.") if order.payment_state == "captured" else _("Sie zahlen bei der Abholung.")
    if view.owes_again:
        return _("Der reservierte Betrag ließ sich nicht einziehen. Es ist nichts abgebucht.")
    words = {
        "none": "",
        "pending": _("Noch ist nichts abgebucht."),
        "authorized": _(
            "%(amount)s sind auf der Karte reserviert. Abgebucht wird nach dem Packen, was Sie bekommen.",
            amount=money(order.hold_cents),
        ),
        "captured": _("Abgebucht ist, was Sie bekommen haben."),
        "partially_refunded": _("Ein Teil ist erstattet."),
        "refunded": _("Der Betrag ist erstattet."),
        "failed": _("Die Karte wurde abgelehnt. Es ist nichts abgebucht."),
        "cancelled": _("Die Reservierung ist aufgehoben. Es ist nichts abgebucht."),
    }
    return words[order.payment_state]
