"""What happens in the market: one frozen dataclass a fact, written to the outbox by the command that made it so.

A fact carries ids only; whoever reacts reloads. workers/routes.py says who reacts, and a house test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """The base; `kind` is the class name."""


@dataclass(frozen=True)
class FarmJoined(Fact):
    farm_id: int


@dataclass(frozen=True)
class BankAccountChanged(Fact):
    bank_account_id: int


@dataclass(frozen=True)
class PersonInvited(Fact):
    invitation_id: int


@dataclass(frozen=True)
class OrderPlaced(Fact):
    order_id: int


@dataclass(frozen=True)
class OrderConfirmed(Fact):
    order_id: int


@dataclass(frozen=True)
class OrderChanged(Fact):
    """A line was packed short or otherwise than ordered; the customer is told with the reason."""

    order_id: int
    line_id: int


@dataclass(frozen=True)
class OrderReady(Fact):
    order_id: int


@dataclass(frozen=True)
class OrderCollected(Fact):
    order_id: int


@dataclass(frozen=True)
class OrderNotCollected(Fact):
    order_id: int


@dataclass(frozen=True)
class OrderExpired(Fact):
    order_id: int


@dataclass(frozen=True)
class OrderCancelled(Fact):
    order_id: int


@dataclass(frozen=True)
class PaymentWanted(Fact):
    """A payment row says in `wanted` what is still to be brought about at the provider."""

    payment_id: int


@dataclass(frozen=True)
class PaymentNeeded(Fact):
    """A hold brought no money: the customer is asked to pay by this new payment."""

    payment_id: int


@dataclass(frozen=True)
class PaymentLinkReady(Fact):
    """The hosted page is open that could not be opened when the order was placed: its link was promised."""

    payment_id: int


@dataclass(frozen=True)
class MeansWanted(Fact):
    """A means of payment may have been kept at the provider; or its consent was withdrawn before it was."""

    setup_id: int


@dataclass(frozen=True)
class MeansRemoved(Fact):
    means_id: int


@dataclass(frozen=True)
class RefundWanted(Fact):
    refund_id: int


@dataclass(frozen=True)
class RefundDone(Fact):
    refund_id: int


@dataclass(frozen=True)
class DisputeOpened(Fact):
    """A customer's bank took a payment back, or asks about it; the market's people have a deadline."""

    dispute_id: int


@dataclass(frozen=True)
class DisputeClosed(Fact):
    """Won or lost, for good."""

    dispute_id: int


@dataclass(frozen=True)
class WebhookStored(Fact):
    inbox_id: int


@dataclass(frozen=True)
class ReconciliationWanted(Fact):
    """Somebody of the office does not want to wait for the daily comparison with the provider's books."""

    account_id: int


@dataclass(frozen=True)
class MarketDayClosed(Fact):
    market_day_id: int


@dataclass(frozen=True)
class PayoutRunSubmitted(Fact):
    run_id: int


@dataclass(frozen=True)
class PayoutRunApproved(Fact):
    run_id: int


@dataclass(frozen=True)
class PayoutWanted(Fact):
    """A statement is to be paid by transfer through the provider."""

    statement_id: int


@dataclass(frozen=True)
class TransferReversalWanted(Fact):
    """Money that went to a farm's account is to be taken back."""

    reversal_id: int


@dataclass(frozen=True)
class StatementPaid(Fact):
    statement_id: int


@dataclass(frozen=True)
class MailQueued(Fact):
    notification_id: int


@dataclass(frozen=True)
class ImportWanted(Fact):
    """An uploaded table is to be checked, or a checked one applied: its row says which."""

    job_id: int


KINDS: dict[str, type[Fact]] = {kind.__name__: kind for kind in Fact.__subclasses__()}
