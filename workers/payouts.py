"""Consumers of payouts: connected accounts, transfers."""

from __future__ import annotations

from typing import Any

from marketplace.events.facts import FarmJoined, PayoutWanted, TransferReversalWanted
from marketplace.kernel.errors import TryLater
from marketplace.payouts.connect import awaits_account, connect_farm, farm_of_account, look_at_account
from marketplace.payouts.reverse_transfer import make_reversal
from marketplace.payouts.transfer import pay_statement


def connect_account(fact: FarmJoined) -> None:
    """A farm that joined gets its account at the provider."""
    connect_farm(fact.farm_id)


def hear_account(about: dict[str, Any], account: str | None = None) -> bool:
    """The provider says that an account has changed. TryLater while a farm's account is being opened.

    `account`: whose event it is; when a farm takes our access away, the event speaks of us and not of the account.
    """
    farm_id = farm_of_account(str(account if about.get("object") == "application" else about.get("id")))
    if farm_id is None:
        if awaits_account((about.get("metadata") or {}).get("farm")):
            raise TryLater(f"account {about.get('id')} is not written down yet")
        return False
    look_at_account(farm_id)
    return True


def reverse_wanted(fact: TransferReversalWanted) -> None:
    """Money that is taken back from a farm's account."""
    make_reversal(fact.reversal_id)


def pay_wanted(fact: PayoutWanted) -> None:
    """A farm's share of an approved run, paid by transfer."""
    pay_statement(fact.statement_id)
