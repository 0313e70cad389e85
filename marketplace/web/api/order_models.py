"""The shapes of orders in the OpenAPI document."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

OrderState = Literal[
    "awaiting_payment", "confirmed", "packing", "ready", "collected", "not_collected", "cancelled", "expired"
]
PaymentState = Literal[
    "none", "pending", "authorized", "captured", "partially_refunded", "refunded", "failed", "cancelled"
]


class LineShown(BaseModel):
    """A line. Cents; quantities are sale units, weights grams."""

    id: str
    offer: str
    farm: str
    sku: str
    name: str
    sale_unit: str
    quantity: int
    packed_quantity: int | None
    weight_g: int | None
    price_cents: int
    unit_price_cents: int | None
    unit_price_basis: str | None
    deposit_cents: int
    amount_cents: int
    state: Literal["open", "packed", "short", "cancelled"]
    reason: str


class OrderPlaced(BaseModel):
    """An order just placed."""

    number: str
    token: str | None
    state: OrderState
    payment_state: PaymentState
    payment_method: Literal["card", "sepa_debit", "pay_at_pickup"]
    pickup_slot: str
    total_cents: int
    deposit_cents: int
    lines: list[LineShown]
    payment_url: str | None
    expires_at: datetime | None


class StepShown(BaseModel):
    """A step of an order."""

    at: datetime
    state: OrderState


class OrderShown(OrderPlaced):
    """An order as it stands."""

    pickup_code: str
    pickup_number: int
    owed_cents: int
    placed_at: datetime
    history: list[StepShown]
