"""The part of the payment provider's port that keeps means of payment, and uses them without their owner there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from marketplace.payments.gateway import PaymentView


@dataclass(frozen=True)
class MeansView:
    """A card as the provider keeps it. `customer_ref`: whose it is, None when nobody's any more."""

    ref: str
    customer_ref: str | None
    kind: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    fingerprint: str | None


@dataclass(frozen=True)
class SetupRequest:
    """A hosted page that keeps a card and takes no money; `expires_at` on the machine's clock."""

    key: str
    setup_id: int
    customer_ref: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    language: str


@dataclass(frozen=True)
class SetupView:
    """`status`: open, complete, expired; `means_ref` once it is complete."""

    ref: str
    status: str
    url: str | None
    means_ref: str | None


@dataclass(frozen=True)
class MeansPaymentRequest:
    """Cents of EUR to be taken, or held, from a saved means; `key` makes a repeat harmless. `intent`: our uuid."""

    key: str
    order_number: str
    payment_id: int
    amount_cents: int
    capture_later: bool
    customer_ref: str
    means_ref: str
    description: str
    intent: str = ""


class SavedMeansPort(Protocol):
    """What keeping and using saved means needs of the provider. Outcomes as in `gateway`."""

    def create_customer(self, account_id: int, email: str, key: str) -> str: ...

    def open_setup(self, request: SetupRequest) -> SetupView: ...

    def setup(self, ref: str) -> SetupView: ...

    def means(self, ref: str) -> MeansView: ...

    def means_of_payment(self, payment_ref: str) -> str | None: ...

    def detach_means(self, ref: str, key: str) -> None: ...

    def pay_with_means(self, request: MeansPaymentRequest) -> PaymentView:
        """A decline is a view too (`error`, `error_code`), not a refusal."""
        ...

    def find_payment(self, customer_ref: str, payment_id: int) -> PaymentView | None: ...
