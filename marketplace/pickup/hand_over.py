"""The crate goes over the counter: once, however often the host's phone says so."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import OperationalError

from marketplace.events.facts import OrderCollected
from marketplace.events.outbox import publish
from marketplace.kernel import clock
from marketplace.kernel.database import command, db, in_transaction, scalar, sqlstate
from marketplace.kernel.errors import Conflict, Invalid, NotFound, Refusal, TooYoung, TryLater
from marketplace.kernel.words import N_, Words
from marketplace.orders.models import Order
from marketplace.orders.steps import lock_order, step
from marketplace.payments.fulfil import post_fulfilment
from marketplace.payments.refund import refund_deposits
from marketplace.pickup.find_order import find_by_code, find_by_number
from marketplace.pickup.hosts import Host
from marketplace.pickup.pack_by_default import complete_as_ordered

log = logging.getLogger(__name__)

LOCK_NOT_AVAILABLE = "55P03"
MOST_DEPOSIT_CENTS = 100_00
MOST_DEPOSIT_COUNT = 200
MOST_RETURNED_CENTS = 200_00


class NotReady(Conflict):
    """The order is not packed yet, and its pickup has not begun."""

    word = "not-ready"
    title = N_("Diese Bestellung ist noch nicht gepackt.")


class Unpaid(Conflict):
    word = "unpaid"
    title = N_("Diese Bestellung ist nicht bezahlt.")


class Ended(Conflict):
    """Cancelled, or the pickup is over."""

    word = "ended"
    title = N_("Diese Bestellung wird nicht mehr ausgegeben.")


@dataclass(frozen=True)
class Handover:
    """`code` or `number` names the order; `deposits_returned` are (cents apiece, count); `at`: when, if offline."""

    code: str = ""
    number: str = ""
    deposits_returned: tuple[tuple[int, int], ...] = ()
    age_checked: bool = False
    at: datetime | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a handover: `state` when it stands, else `problem` (a word) and `detail` (a sentence).

    `number`: the order's; as it was sent, or empty, when no order was found.
    """

    number: str
    state: str | None = None
    problem: str | None = None
    detail: Words | None = None


def hand_over(handover: Handover, host: Host) -> Outcome:
    """Hands one order over. Never raises for what a host can do wrong: the outcome says it.

    Again, and at the same time from two phones, is the same answer and no second effect; deposits go back once.
    Problems: not-found (also for places of others), age, not-ready, unpaid, ended, validation, conflict, unavailable.
    """
    number = handover.number
    try:
        order_id, number = _find(handover, host)
        with _apart():
            order = collect(order_id, handover)
    except Refusal as refusal:
        return Outcome(number, problem=refusal.word, detail=_sentence(refusal))
    except OperationalError as error:
        if sqlstate(error) != LOCK_NOT_AVAILABLE:
            raise
        log.warning("order %s is locked by somebody else", number)
        return Outcome(number, problem=TryLater.word, detail=Words(TryLater.title))
    return Outcome(number, state=order.state)


def hand_over_all(handovers: Sequence[Handover], host: Host) -> list[Outcome]:
    """Many at once, as a phone sends them that was offline; the outcomes in the order of the handovers.

    Worked on in the order of the orders' ids, so that two phones with the same crates do not wait for each other.
    """
    outcomes: dict[int, Outcome] = {}
    for index in sorted(range(len(handovers)), key=lambda index: _order_id(handovers[index], host)):
        outcomes[index] = hand_over(handovers[index], host)
    return [outcomes[index] for index in range(len(handovers))]


def _order_id(handover: Handover, host: Host) -> int:
    try:
        return _find(handover, host)[0]
    except NotFound:
        return 0


@contextmanager
def _apart() -> Iterator[None]:
    """Within a larger transaction a refused handover is undone by itself; else it is a transaction of its own."""
    if not in_transaction():
        yield
        return
    with db.session.begin_nested():
        yield


@command
def collect(order_id: int, handover: Handover) -> Order:
    """The order becomes `collected`: posted, told, deposits given back. Raises what keeps it from that."""
    order = lock_order(order_id)
    if order.state == "collected":
        return order
    returned = _returned(handover)
    _make_ready_at_the_counter(order)
    _check(order, handover)
    moment = _moment(order, handover)
    if _age_limited(order):
        order.age_checked_at = moment
    step(order, "collected")
    order.ended_at = moment
    post_fulfilment(order)
    if returned:
        refund_deposits(order, returned)
    publish(OrderCollected(order.id))
    return order


@command
def _find(handover: Handover, host: Host) -> tuple[int, str]:
    if handover.number:
        return find_by_number(handover.number, host)
    return find_by_code(handover.code, host)


def _make_ready_at_the_counter(order: Order) -> None:
    """The pickup has begun and the workers have not come by yet: nobody waits for them in front of the crates."""
    if order.state not in ("confirmed", "packing"):
        return
    begun = scalar(
        "SELECT s.pickup_from <= app_now() AND d.orders_close_at <= app_now() FROM pickup_slot s"
        " JOIN market_day d ON d.id = s.market_day_id WHERE s.id = :id",
        id=order.slot_id,
    )
    if begun or all(line.state != "open" for line in order.lines):
        complete_as_ordered(order)


def _check(order: Order, handover: Handover) -> None:
    if order.state in ("confirmed", "packing"):
        raise NotReady()
    if order.state == "awaiting_payment":
        raise Unpaid()
    if order.state == "cancelled":
        raise Ended(N_("Diese Bestellung wurde storniert."))
    if order.state == "expired":
        raise Ended(N_("Diese Bestellung wurde nicht bezahlt und ist verfallen."))
    if order.state == "not_collected":
        raise Ended(N_("Die Abholzeit dieser Bestellung ist vorbei."))
    if _age_limited(order) and not handover.age_checked:
        raise TooYoung(N_("Bitte prüfen Sie den Ausweis: Ware ab %(age)s Jahren."), age=_age_limited(order))


def _age_limited(order: Order) -> int:
    """The strictest age limit among what was packed; 0 for none."""
    return max((line.min_age for line in order.lines if line.packed_quantity), default=0)


def _returned(handover: Handover) -> int:
    """Cents of the deposits that came back; refuses what nobody carries to a market."""
    total = 0
    for cents, count in handover.deposits_returned:
        if not (1 <= cents <= MOST_DEPOSIT_CENTS and 0 <= count <= MOST_DEPOSIT_COUNT):
            raise Invalid({"deposits_returned": N_("Bitte prüfen Sie das Pfand.")})
        total += cents * count
    if total > MOST_RETURNED_CENTS:
        raise Invalid({"deposits_returned": N_("So viel Pfand geht nicht auf einmal zurück.")})
    return total


def _moment(order: Order, handover: Handover) -> datetime:
    """When it happened: as the phone says, but neither before the order nor in the future."""
    now = clock.now()
    return now if handover.at is None else min(max(handover.at, order.placed_at), now)


def _sentence(refusal: Refusal) -> Words:
    if isinstance(refusal, Invalid) and refusal.errors:
        return next(iter(refusal.errors.values()))
    return refusal.detail
