"""An order as the API shows it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from marketplace.kernel.database import db
from marketplace.orders.models import Order, OrderHistory, OrderLine
from marketplace.orders.tokens import token_of
from marketplace.payments.rows import open_attempt, owes_again, payment_of


def placed_json(order: Order, payment_url: str | None) -> dict[str, Any]:
    """The answer to `POST /orders`. `payment_url`: the hosted page, null when none is needed or there is none yet."""
    return {
        "number": order.number,
        "token": token_of(order),
        "state": order.state,
        "payment_state": order.payment_state,
        "payment_method": order.payment_method,
        "pickup_slot": str(order.slot_id),
        "total_cents": order.total_cents,
        "deposit_cents": order.deposit_cents,
        "lines": [line_json(line) for line in order.lines],
        "payment_url": payment_url,
        "expires_at": None if order.expires_at is None else order.expires_at.isoformat(),
    }


def order_json(order: Order, *, for_office: bool = False) -> dict[str, Any]:
    """The answer to `GET /orders/{number}`. The office does not get the customer's key to the order."""
    shown = placed_json(order, payment_url(order))
    if for_office:
        shown["token"] = None
    return shown | {
        "pickup_code": order.pickup_code,
        "pickup_number": order.pickup_number,
        "owed_cents": order.owed_cents,
        "placed_at": order.placed_at.isoformat(),
        "history": [
            {"at": step.at.isoformat(), "from": step.from_state, "state": step.to_state} for step in history(order)
        ],
    }


def payment_url(order: Order) -> str | None:
    """Where the order can be paid now; null once it is paid, ended, or while the provider has not answered."""
    if order.state != "awaiting_payment" and not owes_again(order, payment_of(order.id)):
        return None
    payment = open_attempt(order.id)
    return None if payment is None else payment.session_url


def history(order: Order) -> list[OrderHistory]:
    found = select(OrderHistory).where(OrderHistory.order_id == order.id).order_by(OrderHistory.at, OrderHistory.id)
    return list(db.session.scalars(found))


def line_json(line: OrderLine) -> dict[str, Any]:
    """Amounts in cents: `price_cents` a sale unit, `deposit_cents` and `amount_cents` the whole line."""
    return {
        "id": str(line.id),
        "offer": str(line.offer_id),
        "farm": str(line.farm_id),
        "sku": line.sku,
        "name": line.name,
        "sale_unit": line.sale_unit,
        "quantity": line.quantity,
        "packed_quantity": line.packed_quantity,
        "weight_g": line.weight_g,
        "price_cents": line.price_cents,
        "unit_price_cents": line.unit_price_cents,
        "unit_price_basis": line.unit_price_basis,
        "deposit_cents": line.deposit_cents,
        "amount_cents": line.amount_cents,
        "state": line.state,
        "reason": line.reason,
    }
