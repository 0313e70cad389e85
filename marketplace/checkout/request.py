"""What a customer asks for, as the page and the API hand it over."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date

METHODS = ("card", "sepa_debit", "pay_at_pickup")


@dataclass(frozen=True)
class OrderRequest:
    """`lines`: (offer id, sale units); the same offer twice is summed.

    `means_id`: pay with this saved means of the account; `keep_means`: keep the card of the hosted page, which the
    customer has agreed to.
    `checkout_scope` and `checkout_key` name the form or request: a second submit finds the first one's order (I5).
    """

    slot_id: int
    lines: tuple[tuple[int, int], ...]
    name: str
    email: str
    checkout_scope: str
    checkout_key: str
    phone: str = ""
    birth_date: date | None = None
    payment_method: str = "card"
    account_id: int | None = None
    language: str = "de"
    means_id: int | None = None
    keep_means: bool = False

    def summed(self) -> dict[int, int]:
        """Sale units by offer id, in the order in which they were asked for."""
        units: dict[int, int] = {}
        for offer_id, quantity in self.lines:
            units[offer_id] = units.get(offer_id, 0) + quantity
        return units

    def fingerprint(self) -> bytes:
        """The hash of what was asked for: the same key with another one is another request."""
        born = self.birth_date.isoformat() if self.birth_date else None
        asked = [
            self.slot_id,
            sorted(self.summed().items()),
            self.name,
            self.email,
            self.phone,
            born,
            self.payment_method,
            *([self.means_id, self.keep_means] if self.means_id or self.keep_means else []),
        ]
        return hashlib.sha256(json.dumps(asked).encode()).digest()
