"""A farm says what it packed of a line, under the order's lock; the last line makes the order ready.

The first result stands. Until the order is ready, whoever saw it may take it back or correct it; a shortage stays, for
the customer has been told.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from marketplace.events.facts import OrderChanged
from marketplace.events.outbox import publish
from marketplace.kernel.database import command, db, scalar
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.words import N_, Words
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.steps import lock_order, step
from marketplace.payments.ready import make_ready
from marketplace.pickup.amounts import amount_as_ordered, packed_amount

MOST_TIMES_THE_USUAL = 10
LEAST_UPPER_GRAMS = 1_000
MOST_GRAMS_A_PIECE = 100_000
LONGEST_REASON = 200
# What somebody saw of a line: sale units packed, grams of all of them.
Result = tuple[int | None, int | None]


@command
def pack_line(
    line_id: int,
    farm_ids: Collection[int],
    packed_quantity: int,
    weight_g: int | None = None,
    reason: str = "",
    *,
    complete: bool = True,
    instead_of: Result | None = None,
) -> OrderLine:
    """Writes the result of one line of these farms: `packed_quantity` sale units, `weight_g` grams of all of them.

    NotFound for foreign and unknown lines. Conflict before the cut-off, for orders that are not being packed, and for
    a line that has another result already; the same result again is nothing. Invalid by field: more than ordered,
    grams missing or out of all reason, less than ordered without a reason.

    `complete=False`, for machines: grams and reason may be left out (INTERFACE); what was not weighed then counts at
    its usual weight, as a line that nobody touched does. `instead_of`: the result that is to be corrected on purpose;
    Conflict unless it is the one that stands, while the order is not ready and nobody was told of a shortage.
    """
    order, lines, line = locked_line(line_id, farm_ids)
    if line.catch_weight and packed_quantity == 0 and weight_g == 0:
        weight_g = None
    if line.state != "open" and (line.packed_quantity, line.weight_g) == (packed_quantity, weight_g):
        return line
    _check_state(order, line, instead_of)
    reason = " ".join(reason.split())
    _check_result(line, packed_quantity, weight_g, reason, complete)
    write_result(line, packed_quantity, weight_g, reason)
    if line.state == "short":
        publish(OrderChanged(order.id, line.id))
    finish_if_complete(order, lines)
    return line


@command
def unpack_line(line_id: int, farm_ids: Collection[int], seen: Result | None = None) -> OrderLine:
    """Takes a tick back: the line is open again, at what was ordered. An open line stays as it is.

    NotFound for foreign and unknown lines. Conflict when the order is ready, when another result than `seen` stands,
    and for a shortage: the customer has been told.
    """
    order, lines, line = locked_line(line_id, farm_ids)
    if line.state == "open":
        return line
    _check_open_to_change(order, line, (line.packed_quantity, line.weight_g) if seen is None else seen)
    amount = amount_as_ordered(line)
    line.packed_quantity = line.weight_g = None
    line.amount_cents = amount.amount_cents
    line.deposit_cents = amount.deposit_cents
    line.state, line.reason = "open", ""
    finish_if_complete(order, lines)
    return line


def locked_line(line_id: int, farm_ids: Collection[int]) -> tuple[Order, list[OrderLine], OrderLine]:
    """The locked order of a line of these farms, its lines, and the line; NotFound."""
    order_id = db.session.scalar(
        select(OrderLine.order_id).where(OrderLine.id == line_id, OrderLine.farm_id.in_(sorted(farm_ids)))
    )
    if order_id is None:
        raise NotFound()
    order = lock_order(order_id)
    lines = lines_of(order)
    return order, lines, next(line for line in lines if line.id == line_id)


def lines_of(order: Order) -> list[OrderLine]:
    """The lines of a locked order, read afresh."""
    found = db.session.scalars(
        select(OrderLine)
        .where(OrderLine.order_id == order.id)
        .order_by(OrderLine.id)
        .execution_options(populate_existing=True)
    )
    return list(found)


def write_result(line: OrderLine, packed_quantity: int, weight_g: int | None, reason: str) -> None:
    """Writes what was packed, and what it comes to."""
    amount = packed_amount(line, packed_quantity, weight_g)
    line.packed_quantity = packed_quantity
    line.weight_g = weight_g
    line.amount_cents = amount.amount_cents
    line.deposit_cents = amount.deposit_cents
    line.reason = reason
    line.state = "packed" if packed_quantity == line.quantity else "short"


def finish_if_complete(order: Order, lines: list[OrderLine]) -> None:
    """The sum as packed so far; with the last result the order is ready and its money is captured."""
    order.owed_cents = sum(line.amount_cents for line in lines)
    db.session.flush()
    if all(line.state != "open" for line in lines):
        make_ready(order)


def cut_off_is_over(market_day_id: int) -> bool:
    """Whether the day's orders are closed, by the database's clock."""
    return bool(scalar("SELECT orders_close_at <= app_now() FROM market_day WHERE id = :id", id=market_day_id))


def _check_state(order: Order, line: OrderLine, instead_of: Result | None) -> None:
    if not cut_off_is_over(order.market_day_id):
        raise Conflict(N_("Gepackt wird erst nach dem Bestellschluss."))
    if order.state == "awaiting_payment":
        raise Conflict(N_("Diese Bestellung ist noch nicht bezahlt."))
    if line.state != "open":
        _check_open_to_change(order, line, instead_of)
    if order.state == "confirmed":
        step(order, "packing")
    if order.state != "packing":
        raise Conflict(N_("Diese Bestellung wird nicht mehr gepackt."))


def _check_open_to_change(order: Order, line: OrderLine, seen: Result | None) -> None:
    """Conflict unless the result of a line that has one may be replaced by somebody who saw it."""
    if line.state == "short":
        raise Conflict(N_("Die Fehlmenge ist der Kundin schon gemeldet; das Ergebnis bleibt."))
    if order.state != "packing":
        raise Conflict(N_("Diese Bestellung ist fertig gepackt; das Ergebnis bleibt."))
    if seen != (line.packed_quantity, line.weight_g):
        raise Conflict(N_("Diese Zeile ist schon gepackt; das Ergebnis bleibt, wie es gemeldet wurde."))


def _check_result(line: OrderLine, packed: int, weight_g: int | None, reason: str, complete: bool) -> None:
    errors: dict[str, str | Words] = {}
    if not _whole(packed) or not 0 <= packed <= line.quantity:
        errors["packed_quantity"] = Words(N_("Gepackt: 0 bis %(most)s."), {"most": line.quantity})
    elif line.catch_weight and packed:
        most = most_grams(line, packed)
        if weight_g is None and complete:
            errors["weight_g"] = N_("Bitte geben Sie das Gewicht in Gramm an.")
        elif weight_g is not None and not (_whole(weight_g) and 1 <= weight_g <= most):
            errors["weight_g"] = Words(N_("Gewicht in Gramm: 1 bis %(most)s."), {"most": most})
    elif weight_g is not None:
        errors["weight_g"] = N_("Hier ist nichts zu wiegen.")
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        errors["reason"] = Words(N_("Der Grund hat höchstens %(most)s Zeichen."), {"most": LONGEST_REASON})
    elif "packed_quantity" not in errors and packed < line.quantity and not reason and complete:
        errors["reason"] = N_("Bitte sagen Sie der Kundin in ein paar Worten, warum etwas fehlt.")
    if errors:
        raise Invalid(errors)


def most_grams(line: OrderLine, packed: int) -> int:
    """More grams than this are a slip of the finger: ten times the usual weight."""
    if line.net_unit != "g":
        return packed * MOST_GRAMS_A_PIECE
    return max(LEAST_UPPER_GRAMS, MOST_TIMES_THE_USUAL * packed * line.net_quantity)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
