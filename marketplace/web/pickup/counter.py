"""At the counter: find the order, look at the passport, take the bottles back, hand over."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.kernel.errors import NotFound
from marketplace.pickup.find_order import number_by_entry
from marketplace.pickup.hand_over import Handover, hand_over
from marketplace.pickup.pickup_list import CounterOrder, deposit_kinds, order_at_counter
from marketplace.web.access import allow, host
from marketplace.web.pickup import blueprint
from marketplace.web.pickup.frame import at_place
from marketplace.web.pickup.slots import slot_page
from marketplace.web.pickup.visit import host_here

UNREADABLE = -1


@blueprint.post("/<int:slot_id>/suchen")
@allow(host)
def find(slot_id: int) -> Response | tuple[str, int]:
    """Code, order number or large number, typed or scanned. Posted, so that no code stands in an address."""
    typed = request.form.get("code", "").strip()[:60]
    if not typed:
        return slot_page(slot_id, _("Bitte scannen oder tippen Sie einen Code.")), 422
    try:
        number = number_by_entry(typed, slot_id, host_here())
    except NotFound:
        missing = _("„%(typed)s“ gehört zu keiner Bestellung dieses Tages.", typed=typed)
        return slot_page(slot_id, missing, typed), 422
    return redirect(url_for("pickup.order", number=number, stand=slot_id), 303)  # type: ignore[return-value]


@blueprint.get("/bestellung/<number>")
@allow(host)
def order(number: str) -> str:
    """The crate of one order, and what is to be looked at before it goes."""
    return _page(order_at_counter(number, host_here()))


def _page(found: CounterOrder, problem: str = "", word: str = "", form: Mapping[str, str] | None = None) -> str:
    at_place(found)
    farms: dict[str, list[object]] = {}
    for line in found.lines:
        farms.setdefault(line.farm_name, []).append(line)
    return render_template(
        "pickup/order.html",
        order=found,
        farms=farms,
        aged=[line for line in found.lines if line.min_age and line.there],
        deposits=deposit_kinds(found.market_id),
        problem=problem,
        word=word,
        form=form or {},
        elsewhere=_elsewhere(found),
        returned=any(count for _cents, count in _deposits()),
    )


def _elsewhere(found: CounterOrder) -> bool:
    """Was it looked for at another slot than its own?"""
    asked = request.values.get("stand", "")
    return bool(asked) and asked != str(found.slot_id)


@blueprint.post("/bestellung/<number>")
@allow(host)
def give(number: str) -> Response | tuple[str, int]:
    """Ausgegeben. Again is the same answer."""
    here = host_here()
    found = order_at_counter(number, here)
    outcome = hand_over(
        Handover(number=found.number, deposits_returned=_deposits(), age_checked=request.form.get("ausweis") == "1"),
        here,
    )
    if outcome.problem == NotFound.word:
        raise NotFound()
    if outcome.problem:
        words = outcome.detail
        said = _(words.msgid, **words.values) if words else ""
        return _page(order_at_counter(number, here), said, outcome.problem, request.form), 409
    flash(_("Nummer %(number)s ist ausgegeben.", number=found.pickup_number), "ok")
    return redirect(url_for("pickup.slot", slot_id=_back_to(found)), 303)  # type: ignore[return-value]


def _deposits() -> tuple[tuple[int, int], ...]:
    """(cents, count) of the fields `pfand-15`; what is no number is handed on as one that is refused."""
    found = []
    for field, text in request.form.items():
        cents = field.removeprefix("pfand-")
        if not field.startswith("pfand-") or not cents.isascii() or not cents.isdigit() or not text.strip():
            continue
        count = text.strip()
        readable = count.isascii() and count.isdigit() and len(count) <= 4 and len(cents) <= 5
        if not readable or int(count):
            found.append((int(cents[:6]), int(count) if readable else UNREADABLE))
    return tuple(found)


def _back_to(found: CounterOrder) -> int:
    """The stand where the host works, if it is one; else the order's own."""
    asked = request.form.get("stand", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else found.slot_id


