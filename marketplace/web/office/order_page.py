"""One order as the office sees it: its money as a story, lines by farm, and what can be given back."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from sqlalchemy import select

from marketplace.checkout.cancel_order import BY_OFFICE
from marketplace.farms.models import Farm
from marketplace.kernel.database import db
from marketplace.market_days.slots import slot_by_id
from marketplace.orders.find import order_by_number
from marketplace.orders.models import Order, OrderLine
from marketplace.payments.refund import BEFORE_READY, MONEY_IN
from marketplace.payments.rows import open_attempt, owes_again, payment_of
from marketplace.reports.order_money import money_of_order
from marketplace.web.access import allow, approver_or_operator
from marketplace.web.look.filters import grams, moment_near, money
from marketplace.web.office import blueprint
from marketplace.web.office.order_story import told
from marketplace.web.office.visit import market_here, own, readable
from marketplace.web.office.words import order_state, payment_method, payment_state


@blueprint.get("/bestellungen/<number>")
@allow(approver_or_operator)
def order(number: str) -> str:
    """The order of that number, within one's markets; NotFound."""
    return order_page(order_by_number(number, markets=sorted(readable())), {}, {})


def order_page(found: Order, errors: dict[str, str], typed: dict[str, str]) -> str:
    """The page, with what is wrong in a form of it."""
    market_here(found.market_id)
    mine = found.market_id in own()
    payment = payment_of(found.id)
    return render_template(
        "office/order.html",
        order=found,
        slot=slot_by_id(found.slot_id),
        groups=_groups(found),
        facts=_facts(found, payment),
        steps=told(money_of_order(found.id)),
        state=order_state(found.state),
        payment_tag=payment_state(found.payment_state),
        owes_again=owes_again(found, payment),
        link_is_out=open_attempt(found.id) is not None,
        mine=mine,
        may_cancel=mine and found.state in BY_OFFICE,
        may_refund=mine and _refundable(found),
        refundable=[(line, _left(line)) for line in found.lines if _left(line) > 0],
        most_cents=sum(line.amount_cents - line.refunded_cents for line in found.lines),
        asks=request.args.get("frage") == "stornieren" or typed.get("form") == "cancel",
        errors=errors,
        typed=typed,
    )


def _refundable(found: Order) -> bool:
    """Money is in, or less of what is held can be captured; not while a packed order waits for its money."""
    return found.payment_state in MONEY_IN or (found.payment_state == "authorized" and found.state in BEFORE_READY)


def _left(line: OrderLine) -> int:
    """Units that can still be given back."""
    packed = line.quantity if line.packed_quantity is None else line.packed_quantity
    return packed - line.refunded_quantity if line.amount_cents > line.refunded_cents else 0


def _groups(found: Order) -> list[dict[str, Any]]:
    lines = sorted(found.lines, key=lambda line: (line.farm_id, line.id))
    wanted = {line.farm_id for line in lines}
    names = {farm.id: farm.name for farm in db.session.scalars(select(Farm).where(Farm.id.in_(wanted)))}
    return [
        {"farm": names[farm_id], "lines": [_line(line) for line in own_lines]}
        for farm_id, own_lines in groupby(lines, key=lambda line: line.farm_id)
    ]


def _line(line: OrderLine) -> dict[str, Any]:
    notes = [line.sale_unit]
    if line.weight_g is not None:
        notes.append(grams(line.weight_g))
    if line.deposit_cents:
        notes.append(_("davon Pfand %(cents)s", cents=money(line.deposit_cents)))
    if line.lowered_cents:
        notes.append(_("gemindert um %(cents)s", cents=money(line.lowered_cents)))
    if line.refunded_cents:
        notes.append(_("erstattet %(cents)s", cents=money(line.refunded_cents)))
    if line.reason:
        notes.append(line.reason)
    packed = line.quantity if line.packed_quantity is None else line.packed_quantity
    return {
        "count": packed,
        "name": line.name,
        "note": " · ".join(notes),
        "was_count": line.quantity if packed != line.quantity else None,
        "amount_cents": line.amount_cents,
        "approx": line.catch_weight and line.state == "open",
    }


def _facts(found: Order, payment: Any) -> list[tuple[str, str]]:
    facts = [
        (_("Kundin, Kunde"), found.customer_name),
        (_("E-Mail"), found.email),
        (_("Telefon"), found.phone or "–"),
        (_("Bestellt"), moment_near(found.placed_at)),
        (_("Zahlart"), payment_method(found.payment_method)),
        (_("Abholcode"), found.pickup_code),
    ]
    if payment is not None:
        facts.append((_("Reserviert"), money(payment.authorized_cents)))
        facts.append((_("Eingezogen"), money(payment.captured_cents)))
        facts.append((_("Erstattet"), money(payment.refunded_cents)))
    return facts
