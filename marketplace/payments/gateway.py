"""The port to the payment provider: what we ask of it and what it tells, without its client library.

Three outcomes (ARCHITECTURE, habit 4): a returned view is *done*; `ProviderRefused` is final; `ProviderUnavailable`
says try again, and that we do not know whether it was done. Never called with a transaction open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from marketplace.payments.saved_port import SavedMeansPort


class ProviderRefused(Exception):
    """No, and asking again will not help. `code` is the provider's word."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


# The provider's word for an object that it does not know.
UNKNOWN = "resource_missing"


class ProviderUnavailable(Exception):
    """No answer, or none that can be trusted: the outcome is unknown, the same key may be sent again."""


class BadEvent(Exception):
    """A webhook that is not what it claims to be: signature, age, or livemode."""


@dataclass(frozen=True)
class SessionRequest:
    """A hosted payment page. Cents of EUR; `expires_at` on the machine's clock; `key` makes a repeat harmless.

    `keep_for`: the provider's customer for whom the card is kept, who has agreed to that. `intent`: our row's uuid.
    """

    key: str
    order_number: str
    payment_id: int
    amount_cents: int
    capture_later: bool
    methods: tuple[str, ...]
    email: str
    description: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    language: str
    keep_for: str | None = None
    intent: str = ""


@dataclass(frozen=True)
class SessionView:
    """`status`: open, complete, expired. `payment_ref` is null until the customer submits (DECISIONS 17)."""

    ref: str
    status: str
    url: str | None
    payment_ref: str | None


@dataclass(frozen=True)
class BalanceView:
    """A row of the provider's own books: `amount = net + fee`, cents."""

    ref: str
    kind: str
    source: str
    amount_cents: int
    fee_cents: int
    net_cents: int
    available: bool
    available_on: datetime
    created_at: datetime


@dataclass(frozen=True)
class PaymentView:
    """A PaymentIntent with its charge, as it stands at the provider now.

    `status`: requires_payment_method, requires_action, processing, requires_capture, canceled, succeeded.
    `intent`: the uuid of our row that asked for it, None when it does not say.
    """

    ref: str
    status: str
    amount_cents: int
    capturable_cents: int
    received_cents: int
    currency: str
    order_number: str | None
    payment_id: str | None
    charge_ref: str | None
    capture_before: datetime | None
    balance: BalanceView | None
    error: str | None = None
    error_code: str | None = None
    intent: str | None = None


@dataclass(frozen=True)
class RefundView:
    """`status`: pending, requires_action, succeeded, failed, canceled. `failure`: the row that brought it back.

    `payment_ref`: the PaymentIntent it gives back of; `intent`: the uuid of our row that asked for it, if we did.
    """

    ref: str
    status: str
    amount_cents: int
    balance: BalanceView | None
    failure_ref: str | None = None
    failure: BalanceView | None = None
    payment_ref: str | None = None
    intent: str | None = None


@dataclass(frozen=True)
class PayoutView:
    """A payout to the bank. `status`: pending, in_transit, paid, failed, canceled; `items`: the rows that it pays out,
    none when the provider does not say. `failure`: the row that brought it back.
    """

    ref: str
    status: str
    amount_cents: int
    row: BalanceView | None
    items: tuple[str, ...]
    failure: BalanceView | None = None


@dataclass(frozen=True)
class DisputeView:
    """A payment that a customer's bank took back or asks about. `state` in our words (`payments.models.Dispute`).

    `rows`: what it took from our balance and gave back, none for an inquiry. `evidence_due_by` UTC.
    """

    ref: str
    state: str
    amount_cents: int
    reason: str
    charge_ref: str
    payment_ref: str | None
    evidence_due_by: datetime | None
    opened_at: datetime
    rows: tuple[BalanceView, ...]


@dataclass(frozen=True)
class EventView:
    """A verified webhook. `object` is what it is about, as plain data."""

    ref: str
    kind: str
    api_version: str | None
    object: dict[str, Any]


@dataclass(frozen=True)
class EventRow:
    """An event as the provider lists it; `body` is what a webhook would have brought. UTC, the provider's clock."""

    ref: str
    kind: str
    api_version: str | None
    created_at: datetime
    body: bytes


@dataclass(frozen=True)
class PageRow:
    """A hosted page that is still open; `payment_id`: the payment of ours that it names."""

    ref: str
    payment_id: str | None


class Gateway(SavedMeansPort, Protocol):
    """What the market needs of a payment provider."""

    def open_session(self, request: SessionRequest) -> SessionView: ...

    def session(self, ref: str) -> SessionView: ...

    def expire_session(self, ref: str) -> SessionView: ...

    def payment(self, ref: str) -> PaymentView: ...

    def capture(self, ref: str, amount_cents: int, key: str) -> PaymentView: ...

    def cancel(self, ref: str, key: str) -> PaymentView: ...

    def refund(self, payment_ref: str, amount_cents: int, key: str, about: dict[str, str]) -> RefundView: ...

    def refund_by_ref(self, ref: str) -> RefundView: ...

    def find_refund(self, payment_ref: str, intent: str) -> RefundView | None: ...

    def refunds_of(self, payment_ref: str) -> list[str]: ...

    def dispute(self, ref: str) -> DisputeView: ...

    def disputes_of(self, payment_ref: str) -> list[str]: ...

    def balance(self, ref: str) -> BalanceView: ...

    def balances_since(self, since: datetime) -> Iterator[BalanceView]: ...

    def payout(self, ref: str) -> PayoutView: ...

    def events_since(self, since: datetime) -> Iterator[EventRow]: ...

    def payments_since(self, since: datetime) -> Iterator[PaymentView]: ...

    def open_pages(self) -> Iterator[PageRow]: ...

    def payment_of_charge(self, ref: str) -> str | None: ...

    def verify_event(self, body: bytes, signature: str) -> EventView: ...


_gateway: Gateway | None = None


def use(chosen: Gateway) -> None:
    """Called by wiring: this process talks to `chosen`."""
    global _gateway
    _gateway = chosen


def gateway() -> Gateway:
    """The provider of this process."""
    if _gateway is None:
        raise RuntimeError("no payment provider: wiring.connect was not called")
    return _gateway
