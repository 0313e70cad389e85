"""The port through which farms are paid: a transfer through the provider, and accounts to transfer to.

Outcomes as everywhere: a view is *done*; `ProviderRefused` is a clear no, nothing happened; `ProviderUnavailable`
says try again, and that we do not know. Never called with a transaction open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from marketplace.payments.gateway import BalanceView, ProviderRefused, ProviderUnavailable

__all__ = [
    "AccountRequest",
    "AccountView",
    "Bank",
    "ProviderRefused",
    "ProviderUnavailable",
    "ReversalView",
    "TransferRequest",
    "TransferView",
    "port",
    "use",
]

# `AccountView.disabled` of an account that the farm has taken our access away from.
LEFT = "access_lost"
# The provider's words for "not enough money there yet": time heals it.
NOT_YET = ("balance_insufficient",)


@dataclass(frozen=True)
class TransferRequest:
    """Cents of EUR to a farm's connected account. `intent`: our statement's uuid, by which it is found again."""

    key: str
    intent: str
    group: str
    account_ref: str
    amount_cents: int
    description: str


@dataclass(frozen=True)
class TransferView:
    """A transfer that was made; `balance` is its row in the provider's books, if it came along."""

    ref: str
    amount_cents: int
    account_ref: str
    balance: BalanceView | None


@dataclass(frozen=True)
class ReversalView:
    """A part of a transfer that was taken back. `intent`: the uuid of our row that asked for it, if we did."""

    ref: str
    amount_cents: int
    intent: str | None
    balance: BalanceView | None


@dataclass(frozen=True)
class AccountRequest:
    """A farm that is to be paid by transfer. `key` makes a repeat harmless."""

    key: str
    farm_id: int
    name: str
    email: str


@dataclass(frozen=True)
class AccountView:
    """`enabled`: transfers may go there now.

    `submitted`: the farm has answered the provider's questions once. `missing`: what it asks for now, in its own words
    (`individual.verification.document`); `reviewing`: what it is looking at. `disabled`: why it pays nothing there.
    """

    ref: str
    enabled: bool
    submitted: bool = False
    missing: tuple[str, ...] = ()
    reviewing: tuple[str, ...] = ()
    disabled: str = ""


class Bank(Protocol):
    """What payouts need of the provider."""

    def transfer(self, request: TransferRequest) -> TransferView: ...

    def find_transfer(self, request: TransferRequest) -> TransferView | None:
        """A transfer of the same group and intent that was made already."""
        ...

    def reverse(self, transfer_ref: str, amount_cents: int, key: str, intent: str) -> ReversalView:
        """Takes cents of a transfer back from the farm's account."""
        ...

    def reversals(self, transfer_ref: str) -> list[ReversalView]: ...

    def account_balance(self, ref: str) -> int:
        """Cents on a farm's account, available and pending together; less than nothing when it owes the provider."""
        ...

    def open_account(self, request: AccountRequest) -> AccountView: ...

    def account(self, ref: str) -> AccountView: ...

    def onboarding_link(self, account_ref: str, return_url: str, refresh_url: str) -> str:
        """A page of the provider, good once and for minutes, where the farm answers its questions. Never kept."""
        ...


_bank: Bank | None = None


def use(chosen: Bank) -> None:
    """Called by wiring: this process pays through `chosen`."""
    global _bank
    _bank = chosen


def port() -> Bank:
    """The bank of this process."""
    if _bank is None:
        raise RuntimeError("no bank: wiring.connect was not called")
    return _bank
