"""Consumers of payouts: connected accounts, transfers."""

from __future__ import annotations

from typing import Any

from marketplace.events.facts import FarmJoined, PayoutWanted
from marketplace.payouts.connect import account_changed, connect_farm
from marketplace.payouts.transfer import pay_statement


def connect_account(fact: FarmJoined) -> None:
    """A farm that joined gets its account at the provider."""
    connect_farm(fact.farm_id)


def hear_account(about: dict[str, Any]) -> bool:
    """The provider says that an account has changed."""
    return account_changed(str(about.get("id")))


def pay_wanted(fact: PayoutWanted) -> None:
    """A farm's share of an approved run, paid by transfer."""
    pay_statement(fact.statement_id)
