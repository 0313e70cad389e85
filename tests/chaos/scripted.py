"""A whole market week by a script, so that two runs can be compared: what differs is only the way of the webhooks."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass
from typing import Any

from marketplace.kernel.database import db, rows
from tests.chaos.deeds import Deeds
from tests.chaos.machine import World
from tests.chaos.postman import CLEAR, Postman, Roads
from tests.chaos.proofs import broken, told
from tests.chaos.town import Town, build
from tests.chaos.weather import rest
from tests.factories.paid import drain

BASKETS: tuple[dict[str, int], ...] = (
    {"kale": 2, "milk": 3},
    {"cabbage": 2},
    {"honey": 1, "milk": 1, "kale": 1},
    {"cabbage": 1, "korn": 1},
)
WAYS = ("good", "british", "confirmed", "refunds take time", "refunds fail")


@dataclass
class Outcome:
    """`picture`: what became of everything, without ids; `digest` its hash; `counts` of the postman."""

    picture: list[Any]
    counts: dict[str, int]

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(self.picture, default=str).encode()).hexdigest()

    @property
    def deliveries(self) -> int:
        """Requests at our door: what arrived and what was refused."""
        return self.counts.get("arrived", 0) + self.counts.get("refused", 0)


def week(here: World, orders: int, roads: Roads, luck: int) -> Outcome:
    """So many orders, paid, packed, handed over, refunded, disputed; whatever the webhooks do on the way."""
    till = here.fresh()
    town = build(till, capacity=max(40, 4 * orders))
    deeds = Deeds(till, town)
    postman = Postman(till, here.client, here.secret)
    chance = random.Random(luck)

    def calm(*, whole: bool = False) -> None:
        postman.fetch()
        postman.bring(roads, chance)
        drain(2_000)
        rest(till, postman, whole=whole)

    for number in range(orders):
        _order(deeds, town, number)
    calm()
    deeds.hurry("debit_outcome")
    calm()
    for moment in ("closes", "pickup_from"):
        for name in ("near", "far", "distant"):
            town.goes_on_to(getattr(town.days[name], moment))
            calm()
    for number, order_id in enumerate(deeds.orders):
        deeds.hand_over(order_id, bottles=number % 3)
    calm()
    for number, order_id in enumerate(deeds.orders):
        deeds.refund_cents(order_id, 50, "market" if number % 2 else "farm", times=2)
        if number % 3 == 0:
            deeds.refund_by_hand(order_id, 25)
    calm()
    for number, order_id in enumerate(deeds.orders):
        if number % 7 == 0:
            deeds.dispute(order_id)
    calm()
    for won in (True, False) * (orders // 28 + 1):
        deeds.decide(won=won)
    deeds.hurry("refund_outcome", "funds_available")
    calm(whole=True)
    found = broken(till, here.connection)
    assert not found, told(till, here.connection, found)
    here.tally.update(deeds.done)
    return Outcome(_picture(town), dict(postman.counts))


def _order(deeds: Deeds, town: Town, number: int) -> None:
    day = ("near", "far", "near", "distant")[number % 4]
    method = "sepa_debit" if number % 12 == 11 else "card"
    placed = deeds.place(town.days[day], BASKETS[number % len(BASKETS)], method)
    if placed is None:
        return
    if method == "sepa_debit":
        deeds.pay(placed, "empty" if number % 24 == 23 else "good")
        return
    if number % 9 == 8:
        deeds.pay(placed, "declined")
    deeds.pay(placed, WAYS[number % len(WAYS)])


def _picture(town: Town) -> list[Any]:
    """Orders in their order with payments, refunds and entries; accounts of farms by the farms' names."""
    names = {str(farm_id): name for name, farm_id in town.farms.items()}

    def account(code: str) -> str:
        parts = code.split(":")
        return ":".join(names.get(part, part) if parts[0] == "farm" else parts[0] if part.isdigit() else part
                        for part in parts)  # fmt: skip

    picture: list[Any] = []
    for order in rows("SELECT id, state, payment_state, total_cents, owed_cents FROM orders ORDER BY id"):
        paid = rows(
            "SELECT method, state, amount_cents, captured_cents, refunded_cents FROM payment"
            " WHERE order_id = :id ORDER BY id",
            id=order.id,
        )
        back = rows(
            "SELECT amount_cents, borne_by, state FROM refund WHERE order_id = :id"
            " ORDER BY amount_cents, borne_by, state",
            id=order.id,
        )
        posted = rows(
            "SELECT t.kind, e.account, sum(e.amount_cents)::bigint AS cents FROM ledger_entry e"
            " JOIN ledger_txn t ON t.id = e.txn_id WHERE e.order_id = :id GROUP BY t.kind, e.account",
            id=order.id,
        )
        entries = sorted([row.kind, account(row.account), row.cents] for row in posted)
        picture.append([list(order)[1:], [list(row) for row in paid], [list(row) for row in back], entries])
    sums = rows("SELECT account, sum(amount_cents)::bigint AS cents FROM ledger_entry GROUP BY account")
    picture.append(sorted([account(row.account), row.cents] for row in sums))
    db.session.rollback()
    return picture


BAD_ROADS = Roads(lost=5, twice=30, stale=10, forged=5, shuffled=True)


def same(first: Outcome, second: Outcome) -> list[str]:
    """What differs between two runs, order by order."""
    return [
        f"order {number}: {one} / {other}"
        for number, (one, other) in enumerate(zip(first.picture, second.picture, strict=True))
        if one != other
    ]


__all__ = ["BAD_ROADS", "CLEAR", "Outcome", "same", "week"]
