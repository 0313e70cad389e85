"""One look at both sides: the `contract` views, and the provider's own books, which the market cannot write."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from tests.chaos.weather import exceptions
from tests.factories.paid import Till

AT_THE_PROVIDER = ("stripe:pending", "stripe:available")
CAME_BACK = ("failed", "canceled")


@dataclass
class Look:
    """One look at both sides, taken when asked for."""

    till: Till
    connection: Connection[Any]
    books: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.books = self.till.books()

    def read(self, query: str) -> list[dict[str, Any]]:
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query).fetchall()  # type: ignore[arg-type]

    @cached_property
    def orders(self) -> dict[str, dict[str, Any]]:
        return {row["number"]: row for row in self.read("SELECT * FROM contract.orders")}

    @cached_property
    def entries(self) -> list[dict[str, Any]]:
        return self.read("SELECT * FROM contract.ledger_entries")

    @cached_property
    def payments(self) -> list[dict[str, Any]]:
        return self.read("SELECT * FROM contract.payments")

    @cached_property
    def movements(self) -> list[dict[str, Any]]:
        """The platform's balance transactions."""
        found: list[dict[str, Any]] = self.books["books"][self.books["platform"]]["balance_transactions"]
        return found

    @property
    def intents(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.books["intents"]
        return found

    @cached_property
    def disputes(self) -> list[Any]:
        return list(self.till.stand_in.client.v1.disputes.list({"limit": 100}).auto_paging_iter())

    @property
    def refunds(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.books["refunds"]
        return found

    @cached_property
    def exceptions(self) -> set[str]:
        """PaymentIntents, and numbers of their orders, that wait for a person or for the bank."""
        refs = set(exceptions(self.till))
        return refs | {(one["metadata"] or {}).get("order", "") for one in self.intents if one["id"] in refs}

    def given_back(self, intent: str) -> int:
        """Cents of a PaymentIntent that went back to the customer, or are on their way."""
        return sum(
            one["amount"] for one in self.refunds if one["payment_intent"] == intent and one["status"] not in CAME_BACK
        )

    def posted(self, source_type: str) -> dict[str, int]:
        """Cents that each source moved at the provider, by our ledger."""
        sums: dict[str, int] = defaultdict(int)
        for entry in self.entries:
            if entry["source_type"] == source_type and entry["account"] in AT_THE_PROVIDER:
                sums[entry["source_id"]] += entry["amount_cents"]
        return dict(sums)
