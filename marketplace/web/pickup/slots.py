"""Today's slots, and the orders of one of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.kernel import clock
from marketplace.pickup.pickup_list import HostSlot, SlotOrder, orders_of_slot, slot_of_host, slots_of_host
from marketplace.web.access import allow, host
from marketplace.web.look.filters import clock_time, date_long, money
from marketplace.web.pickup import blueprint
from marketplace.web.pickup.frame import at_place
from marketplace.web.pickup.visit import host_here

BACK, AHEAD = timedelta(hours=12), timedelta(days=7)


@blueprint.get("/")
@allow(host)
def slots() -> str:
    """The slots of today and the coming week, those that run now on top."""
    now = clock.now()
    found = slots_of_host(host_here(), since=now - BACK, until=now + AHEAD)
    shown = [slot for slot in found if not slot.cancelled]
    running = [slot for slot in shown if slot.pickup_from - timedelta(hours=2) <= now < slot.pickup_until]
    others = [slot for slot in shown if slot not in running]
    return render_template("pickup/slots.html", running=running, days=_by_day(others), now=now)


def _by_day(found: list[HostSlot]) -> list[dict[str, Any]]:
    days: dict[Any, list[HostSlot]] = {}
    for slot in found:
        days.setdefault(slot.date, []).append(slot)
    return [{"title": date_long(date), "date": date, "slots": rows} for date, rows in sorted(days.items())]


@blueprint.get("/<int:slot_id>")
@allow(host)
def slot(slot_id: int) -> str:
    """The field for code or number, and who is still to come."""
    return slot_page(slot_id)


def slot_page(slot_id: int, error: str = "", typed: str = "") -> str:
    """The page of a slot; `error` stands at the field."""
    here = host_here()
    found = slot_of_host(slot_id, here)
    at_place(found)
    orders = orders_of_slot(slot_id, here)
    only_open = request.args.get("zeige") != "alle"
    shown = [order for order in orders if order.state in ("confirmed", "packing", "ready")] if only_open else orders
    return render_template(
        "pickup/slot.html",
        slot=found,
        orders=[(order, state_words(order), notes_of(order)) for order in shown],
        only_open=only_open,
        total=len(orders),
        collected=found.collected,
        error=error,
        typed=typed,
        now=clock.now(),
    )


def notes_of(order: SlotOrder) -> str:
    """What the host must know before opening the crate."""
    notes = []
    if order.state == "collected" and order.ended_at:
        notes.append(clock_time(order.ended_at))
    if order.to_pay_cents and order.state in ("confirmed", "packing", "ready"):
        notes.append(_("zu zahlen: %(money)s", money=money(order.to_pay_cents)))
    if order.short:
        notes.append(ngettext("%(num)d Posten mit Fehlmenge", "%(num)d Posten mit Fehlmenge", order.short))
    if order.min_age and order.state != "collected":
        notes.append(_("Ausweis ab %(age)s", age=order.min_age))
    return " · ".join(notes)


def state_words(order: SlotOrder) -> tuple[str, str]:
    """What stands at the large number, and the kind of its tag."""
    if order.state == "collected":
        return _("ausgegeben"), "ok"
    if order.state == "not_collected":
        return _("nicht abgeholt"), "warn"
    if order.state == "cancelled":
        return _("storniert"), "stop"
    if order.state == "ready":
        return _("bereit"), "ok"
    return _("wird gepackt"), "info"
