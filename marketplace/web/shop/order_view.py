"""An order as its customer sees it: read together from the order, its slot, its payment and its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import select

from marketplace.farms.models import Farm
from marketplace.kernel import clock, installation
from marketplace.kernel.database import db
from marketplace.kernel.errors import NotFound
from marketplace.market_days.slots import SlotView, slot_by_id
from marketplace.orders.find import order_by_number
from marketplace.orders.models import Order, OrderHistory, OrderLine
from marketplace.orders.tokens import order_by_token
from marketplace.payments.models import Payment, SavedMeans
from marketplace.payments.rows import open_attempt, owes_again, payment_of
from marketplace.web.access import current_actor
from marketplace.web.look.card_words import card_name

WITH_TICKET = ("confirmed", "packing", "ready", "collected", "not_collected")


@dataclass(frozen=True)
class DeclinedMeans:
    """The saved card that did not pay; `asks`: its bank wants the owner to confirm."""

    name: str
    asks: bool


@dataclass(frozen=True)
class OrderView:
    """What the page is made of. `steps`: when each state was reached first; `farms`: names by id.

    `payment` is the one that counts, `attempt` the one that can still be made.
    """

    order: Order
    slot: SlotView
    payment: Payment | None
    attempt: Payment | None
    declined: DeclinedMeans | None
    farms: dict[int, str]
    history: tuple[OrderHistory, ...]

    @property
    def steps(self) -> dict[str, datetime]:
        reached: dict[str, datetime] = {}
        for row in self.history:
            reached.setdefault(row.to_state, row.at)
        return reached

    @property
    def has_ticket(self) -> bool:
        return self.order.state in WITH_TICKET

    @property
    def is_weighed(self) -> bool:
        """Some weight is still to come: sums are said with "ca."."""
        return any(line.catch_weight and line.state == "open" for line in self.order.lines)

    @property
    def can_cancel(self) -> bool:
        """Until the cut-off, as checkout.cancel_order has it."""
        return self.order.state in ("awaiting_payment", "confirmed") and self.slot.orders_close_at > clock.now()

    @property
    def can_pay(self) -> bool:
        order = self.order
        return order.state == "awaiting_payment" and (order.expires_at is None or order.expires_at > clock.now())

    @property
    def owes_again(self) -> bool:
        """The hold brought no money: the customer is asked once more (DECISIONS 16)."""
        return owes_again(self.order, self.payment)

    @property
    def can_extend(self) -> bool:
        """The hold was not extended yet, as checkout.extend_hold has it."""
        order, ttl = self.order, timedelta(seconds=installation.settings().order_ttl_seconds)
        return (
            self.can_pay
            and order.expires_at is not None
            and order.expires_at <= order.placed_at + ttl + timedelta(seconds=1)
        )

    @property
    def changed_lines(self) -> list[OrderLine]:
        """What the farm could not pack as ordered."""
        return [line for line in self.order.lines if line.state in ("short", "cancelled")]

    def groups(self) -> list[dict[str, Any]]:
        """The lines by farm, by the farm's name."""
        named = sorted(self.order.lines, key=lambda line: (self.farms[line.farm_id], line.farm_id, line.id))
        by_farm = groupby(named, key=lambda line: line.farm_id)
        return [{"farm": self.farms[farm_id], "lines": list(lines)} for farm_id, lines in by_farm]


def find_order(number: str, token: str | None) -> Order:
    """The order of that number for who has its token, or is signed in as its customer; else NotFound."""
    number = number.replace("\0", "")[:40]
    if token:
        return order_by_token(number, token.replace("\0", "")[:200])
    account_id = current_actor().account_id
    order = order_by_number(number)
    if account_id is None or order.account_id != account_id:
        raise NotFound()
    return order


def order_view(order: Order) -> OrderView:
    """Everything the page says about an order."""
    ids = {line.farm_id for line in order.lines}
    farms = {row.id: row.name for row in db.session.execute(select(Farm.id, Farm.name).where(Farm.id.in_(ids)))}
    history = db.session.scalars(
        select(OrderHistory).where(OrderHistory.order_id == order.id).order_by(OrderHistory.at, OrderHistory.id)
    )
    payment = payment_of(order.id)
    asked = order.state == "awaiting_payment" or owes_again(order, payment)
    attempt = open_attempt(order.id) if asked else None
    declined = _declined(order.id) if attempt is not None and order.state == "awaiting_payment" else None
    return OrderView(order, slot_by_id(order.slot_id), payment, attempt, declined, farms, tuple(history))


def _declined(order_id: int) -> DeclinedMeans | None:
    found = db.session.execute(
        select(SavedMeans, Payment.last_error)
        .join(Payment, Payment.means_id == SavedMeans.id)
        .where(Payment.order_id == order_id, Payment.state.in_(("failed", "cancelled")))
        .order_by(Payment.id.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    return DeclinedMeans(card_name(found[0]), (found[1] or "").startswith("authentication_required"))
