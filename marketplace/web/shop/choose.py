"""Place and time first: the slots that take orders, and changing to another one."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.basket.change import remember_slot
from marketplace.basket.contents import Contents, contents
from marketplace.kernel.errors import Closed, SlotFull
from marketplace.market_days.slots import SlotView, find_slot, list_slots
from marketplace.web.access import allow, anyone
from marketplace.web.look.filters import clock_time, date_short, time_window
from marketplace.web.shop import blueprint
from marketplace.web.shop.basket import trouble_of
from marketplace.web.shop.frame import place_name
from marketplace.web.shop.visit import choose, chosen_slot_id, owner, visit

MOST = 500
FEW_PLACES = 10  # per cent: from here on the list says how many places are left


@blueprint.get("/")
@allow(anyone)
def start() -> str | Response:
    """The market of the chosen slot; without one the choice of place and time."""
    slot = visit().slot
    if slot is not None and slot.state == "open":
        return redirect(url_for("shop.market", slot=slot.slug), 302)  # type: ignore[return-value]
    return places()


@blueprint.get("/abholort")
@allow(anyone)
def places() -> str:
    """Every slot that takes orders, the next first; `q` looks for town, postcode and place."""
    q = " ".join(request.args.get("q", "").split())[:60]
    fitting = [slot for slot in list_slots(only_open=True, limit=MOST) if fits(slot, q)]
    shown = fitting if q or request.args.get("alle") == "1" else next_of_each(fitting, chosen_slot_id())
    here = visit()
    found_first = next((slot.slug for slot in shown if slot.places_left > 0), None) if q else None
    chosen = here.slot.slug if here.slot and here.slot in shown else found_first
    return render_template(
        "shop/places.html",
        slots=[choice(slot) for slot in shown],
        more=len(fitting) if len(shown) < len(fitting) else 0,
        q=q,
        chosen=chosen,
        visit=here,
    )


def next_of_each(slots: list[SlotView], chosen_id: int | None) -> list[SlotView]:
    """The next slot with room of every place, and the one that is chosen."""
    seen: set[int] = set()
    kept = []
    for slot in slots:
        first = slot.point_id not in seen and slot.places_left > 0
        if first:
            seen.add(slot.point_id)
        if first or slot.id == chosen_id:
            kept.append(slot)
    return kept


def fits(slot: SlotView, q: str) -> bool:
    """Does the slot's place carry all words of `q`? A postcode may be its beginning."""
    there = f"{slot.town} {slot.point_name} {slot.street}".casefold()
    return all(word in there or slot.postcode.startswith(word) for word in q.casefold().split())


def choice(slot: SlotView) -> dict[str, object]:
    """A slot as the picker shows it."""
    hint = _(
        "%(day)s, %(window)s · bestellen bis %(until)s",
        day=date_short(slot.date),
        window=time_window(slot.pickup_from, slot.pickup_until, slot.timezone),
        until=f"{date_short(slot.orders_close_at, slot.timezone)}, {clock_time(slot.orders_close_at, slot.timezone)}",
    )
    if slot.unattended:
        hint += " · " + _("unbesetztes Regal, kein Alkohol")
    few = 0 < slot.places_left <= FEW_PLACES
    return {
        "value": slot.slug,
        "place": place_name(slot),
        "hint": hint,
        "closed": _("%(when)s: ausgebucht", when=date_short(slot.date)) if slot.places_left <= 0 else None,
        "tag": ngettext("noch %(num)d Platz", "noch %(num)d Plätze", slot.places_left) if few else "",
        "tag_kind": "warn",
    }


@blueprint.post("/abholort")
@allow(anyone)
def choose_slot() -> str | Response:
    """Takes the slot. What would fall out of the basket is said first; then `bestaetigt` comes with the form."""
    if not request.form.get("slot"):
        flash(_("Bitte wählen Sie einen Abholort mit Abholzeit."), "warn")
        return redirect(url_for("shop.places"), 303)  # type: ignore[return-value]
    slot = find_slot(request.form["slot"])
    if slot.state != "open":
        raise Closed()
    if slot.places_left <= 0:
        raise SlotFull()
    before, after = visit(), contents(owner(), slot.id)
    lost = falls_out(before, after)
    if lost and request.form.get("bestaetigt") != "1":
        return render_template("shop/change_slot.html", slot=slot, lost=lost, trouble=trouble_of, visit=before)
    choose(slot)
    remember_slot(owner(), slot.id)
    return redirect(url_for("shop.market", slot=slot.slug), 303)  # type: ignore[return-value]


def falls_out(before: Contents, after: Contents) -> list[object]:
    """Lines that could be ordered until now and cannot for the other slot."""
    until_now = {line.variant_id for line in before.orderable}
    return [line for line in after.out if line.variant_id in until_now]
