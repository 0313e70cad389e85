"""Giving money back: an intent row first, then provider and ledger. Equal amounts are distinct intents (I10)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from marketplace.events.facts import RefundDone, RefundWanted
from marketplace.events.outbox import publish
from marketplace.kernel import actor
from marketplace.kernel.database import command, db
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.money import split
from marketplace.kernel.words import N_, Words
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.steps import lock_order
from marketplace.payments.bookings import book_lowered, book_refund
from marketplace.payments.dispute_bookings import WITHOUT_GOODS
from marketplace.payments.dispute_refunds import is_lost, note_all_gone, refuse_disputed
from marketplace.payments.models import Payment, Refund, RefundShare
from marketplace.payments.rows import lock_payment_of, move
from marketplace.payments.shares import farm_parts

MONEY_IN = ("captured", "partially_refunded")
BEFORE_READY = ("confirmed", "packing")


@command
def refund_lines(order_id: int, wanted: Sequence[tuple[int, int]], reason: str, borne_by: str = "farm") -> Refund:
    """Gives back whole sale units: `wanted` are (line id, quantity). Invalid beyond what was packed and kept."""
    order = lock_order(order_id)
    lines = {line.id: line for line in order.lines}
    shares: dict[int, tuple[int, int]] = {}
    for line_id, quantity in wanted:
        line = lines.get(line_id)
        if line is None:
            raise Invalid({"lines": N_("Diese Zeile gehört nicht zur Bestellung.")})
        before = shares.get(line_id, (0, 0))[0]
        shares[line_id] = (before + quantity, 0)
    for line_id, (quantity, _) in shares.items():
        shares[line_id] = (quantity, _worth(lines[line_id], quantity))
    return _refund(order, shares, reason, borne_by)


def _worth(line: OrderLine, quantity: int) -> int:
    """What `quantity` of the packed units of a line cost, less what was given back; the last unit takes the rest."""
    packed = line.quantity if line.packed_quantity is None else line.packed_quantity
    left = packed - line.refunded_quantity
    if quantity < 1 or quantity > left:
        raise Invalid(
            {"lines": Words(N_("Von dieser Zeile können höchstens %(left)s erstattet werden."), {"left": left})}
        )
    money = line.amount_cents - line.refunded_cents
    return money if quantity == left else min(money, split(line.amount_cents, [quantity, packed - quantity])[0])


@command
def refund_amount(order_id: int, amount_cents: int, reason: str, borne_by: str = "farm") -> Refund:
    """Gives back an amount, spread over the lines by what they cost (largest remainder)."""
    order = lock_order(order_id)
    lines = list(order.lines)
    left = [line.amount_cents - line.refunded_cents for line in lines]
    if amount_cents < 1 or amount_cents > sum(left):
        raise Invalid(
            {"amount_cents": Words(N_("Der Betrag muss zwischen 1 und %(most)s Cent liegen."), {"most": sum(left)})}
        )
    parts = split(amount_cents, left)
    return _refund(
        order, {line.id: (0, part) for line, part in zip(lines, parts, strict=True) if part}, reason, borne_by
    )


def _refund(order: Order, shares: dict[int, tuple[int, int]], reason: str, borne_by: str) -> Refund:
    total = sum(cents for _, cents in shares.values())
    payment = lock_payment_of(order)
    if borne_by not in ("farm", "market"):
        raise Invalid({"borne_by": N_("Es trägt der Hof oder der Markt.")})
    if payment is None or payment.state not in (*MONEY_IN, "authorized"):
        raise Conflict(N_("Für diese Bestellung ist kein Geld da, das zurückgehen könnte."))
    if total < 1:
        raise Invalid({"lines": N_("Es ist nichts zu erstatten.")})
    refuse_disputed(payment)
    if payment.state == "authorized":
        return _lower(order, payment, shares, total, reason, borne_by)
    if order.state in WITHOUT_GOODS:  # what is left of it is the customer's own money: nobody bears it
        borne_by = "clearing"
    if payment.method == "pay_at_pickup":
        return _in_cash(order, payment, shares, total, reason, borne_by)
    refund = _intent(order, payment, total, reason, borne_by)
    _share(order, refund, shares)
    return refund


def _in_cash(
    order: Order, payment: Payment, shares: dict[int, tuple[int, int]], total: int, reason: str, borne_by: str
) -> Refund:
    """Paid at the pickup, given back there: recorded at once, there is nobody to ask."""
    if total > payment.captured_cents - payment.refunded_cents:
        raise Conflict(
            N_("Von dieser Zahlung können höchstens %(free)s Cent zurückgehen."),
            free=payment.captured_cents - payment.refunded_cents,
        )
    refund = _done(order, payment, total, reason, borne_by)
    _share(order, refund, shares)
    payment.refunded_cents += total
    move(order, payment, "refunded" if payment.refunded_cents == payment.captured_cents else "partially_refunded")
    book_refund(order, refund, farm_parts(refund))
    publish(RefundDone(refund.id))
    return refund


def _done(order: Order, payment: Payment, cents: int, reason: str, borne_by: str) -> Refund:
    """A refund that needs nothing of the provider."""
    refund = Refund(
        order_id=order.id,
        payment_id=payment.id,
        amount_cents=cents,
        reason=reason[:500],
        borne_by=borne_by,
        state="done",
        created_by=actor.current().name,
    )
    db.session.add(refund)
    db.session.flush()
    return refund


def _intent(order: Order, payment: Payment, cents: int, reason: str, borne_by: str) -> Refund:
    """The row of a refund; refuses more than was captured and is not yet on its way back."""
    under_way = db.session.scalar(
        select(func.coalesce(func.sum(Refund.amount_cents), 0)).where(
            Refund.payment_id == payment.id, Refund.state == "submitting"
        )
    )
    free = _captured_or_about_to_be(payment) - payment.refunded_cents - int(under_way or 0)
    if cents > free:
        raise Conflict(N_("Von dieser Zahlung können höchstens %(free)s Cent zurückgehen."), free=free)
    refund = Refund(
        order_id=order.id,
        payment_id=payment.id,
        amount_cents=cents,
        reason=reason[:500],
        borne_by=borne_by,
        created_by=actor.current().name,
    )
    db.session.add(refund)
    db.session.flush()
    publish(RefundWanted(refund.id))
    return refund


def _captured_or_about_to_be(payment: Payment) -> int:
    """What was captured; or what the worker is about to: the refund then waits for it."""
    if payment.state == "authorized" and payment.wanted == "capture":
        return payment.capture_cents or 0
    return payment.captured_cents


def _share(order: Order, refund: Refund, shares: dict[int, tuple[int, int]]) -> None:
    for line in order.lines:
        quantity, cents = shares.get(line.id, (0, 0))
        if cents or quantity:
            db.session.add(RefundShare(refund_id=refund.id, line_id=line.id, quantity=quantity, amount_cents=cents))
            line.refunded_quantity += quantity
            line.refunded_cents += cents
    db.session.flush()


def _lower(
    order: Order, payment: Payment, shares: dict[int, tuple[int, int]], total: int, reason: str, borne_by: str
) -> Refund:
    """Nothing captured yet: less will be. The farm's lines shrink, or the market's income pays the rest."""
    if payment.wanted == "capture":
        raise Conflict(N_("Das Geld wird gerade eingezogen. Bitte gleich noch einmal."))
    if order.state not in BEFORE_READY:  # its capture failed; what was packed and sold stands in the books
        raise Conflict(N_("Für diese Bestellung ist kein Geld da, das zurückgehen könnte."))
    refund = _done(order, payment, total, reason, borne_by)
    for line in order.lines:
        quantity, cents = shares.get(line.id, (0, 0))
        if not cents:
            continue
        db.session.add(RefundShare(refund_id=refund.id, line_id=line.id, quantity=quantity, amount_cents=cents))
        if borne_by == "farm":
            line.lowered_cents += cents
            line.amount_cents -= cents
    if borne_by == "farm":
        order.owed_cents = sum(line.amount_cents for line in order.lines)
    else:
        book_lowered(order, refund)
    db.session.flush()
    publish(RefundDone(refund.id))
    return refund


def lowered_by_market(order: Order) -> int:
    """Cents that the market took over before capture: they are owed to the farm and not captured."""
    found = db.session.scalar(
        select(func.coalesce(func.sum(Refund.amount_cents), 0)).where(
            Refund.order_id == order.id,
            Refund.borne_by == "market",
            Refund.state == "done",
            Refund.provider_ref.is_(None),
        )
    )
    return int(found or 0)


def left_cents(payment: Payment) -> int:
    """Cents of a payment that were captured and are neither back nor on their way back."""
    under_way = db.session.scalar(
        select(func.coalesce(func.sum(Refund.amount_cents), 0)).where(
            Refund.payment_id == payment.id, Refund.state == "submitting"
        )
    )
    return payment.captured_cents - payment.refunded_cents - int(under_way or 0)


def came_back(payment: Payment) -> int:
    """How many refunds of a payment the provider could not carry out after all."""
    found = db.session.scalar(
        select(func.count()).where(
            Refund.payment_id == payment.id, Refund.state == "failed", Refund.provider_ref.is_not(None)
        )
    )
    return int(found or 0)


def give_back_all(order: Order, payment: Payment) -> None:
    """Everything captured and not yet on its way back goes back; the customer's, so no farm bears it."""
    give_back(order, payment, payment.captured_cents, N_("Bestellung nicht ausgeführt"))


def give_back(order: Order, payment: Payment, cents: int, reason: str) -> Refund | None:
    """Gives back what was captured and is not owed (`clearing`): at most what is left.

    While a dispute is open it waits for its end; after a lost one the bank has given it back already.
    """
    if is_lost(payment.id):
        note_all_gone(order, payment)
        return None
    cents = min(cents, left_cents(payment))
    return _intent(order, payment, cents, reason, "clearing") if cents > 0 else None


def refund_deposits(order: Order, amount_cents: int) -> Refund | None:
    """Bottles and crates that came back (DECISIONS 22): to the payment, or in cash; borne by the deposits account."""
    payment = lock_payment_of(order)
    if payment is None or amount_cents < 1 or is_lost(payment.id):
        return None
    if payment.method != "pay_at_pickup":
        return _intent(order, payment, amount_cents, N_("Pfand zurück"), "deposits")
    refund = _done(order, payment, amount_cents, N_("Pfand zurück"), "deposits")
    book_refund(order, refund)
    return refund
