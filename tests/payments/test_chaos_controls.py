"""Controls: each proof of the state machine finds what it is there to find, and each guard is what holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from marketplace.checkout.cancel_order import cancel_order
from marketplace.kernel.database import db
from marketplace.payments import gateway, make_refund, settle
from marketplace.payments.refund import refund_amount
from tests.chaos.deeds import Deeds
from tests.chaos.machine import World
from tests.chaos.postman import Postman
from tests.chaos.proofs import broken
from tests.chaos.town import build
from tests.chaos.weather import rest
from tests.factories.paid import Till, drain


@pytest.fixture
def scene(here: World) -> Iterator[tuple[World, Till, Deeds, Postman]]:
    """Two orders, one captured, one held; all of it in order."""
    till = here.fresh()
    town = build(till)
    deeds, postman = Deeds(till, town), Postman(till, here.client, here.secret)
    for day in ("far", "near"):
        placed = deeds.place(town.days[day], {"kale": 2, "milk": 1}, "card")
        assert placed is not None
        deeds.pay(placed, "good")
        deeds.come_back(placed)
    rest(till, postman)
    assert broken(till, here.connection) == []
    yield here, till, deeds, postman


def proofs_that_fail(here: World, till: Till) -> set[str]:
    db.session.rollback()
    return {sentence.partition(":")[0] for sentence in broken(till, here.connection)}


@pytest.mark.parametrize(
    ("sabotage", "proof"),
    [
        ("DELETE FROM ledger_entry WHERE account = 'stripe:fees'", "the_books_hold_together"),
        ("DELETE FROM ledger_entry WHERE account = 'stripe:fees'", "every_transaction_balances"),
        (
            "UPDATE ledger_entry SET amount_cents = amount_cents + 1 WHERE account LIKE 'stripe%'",
            "not_a_cent_apart",
        ),
        ("UPDATE ledger_txn SET source_id = 'ch_x' WHERE kind = 'charge'", "each_movement_is_posted_once"),
        ("UPDATE orders SET state = 'cancelled' WHERE payment_state = 'captured'", "no_money_without_an_order"),
        ("UPDATE orders SET state = 'expired' WHERE payment_state = 'authorized'", "no_money_without_an_order"),
        ("UPDATE orders SET payment_state = 'pending'", "no_order_without_money"),
        ("UPDATE orders SET total_cents = total_cents - 1", "captured_as_allowed"),
        ("UPDATE payment SET captured_cents = captured_cents - 1 WHERE captured_cents > 0", "captured_as_allowed"),
        ("UPDATE delivery SET state = 'parked' WHERE id = (SELECT max(id) FROM delivery)", "nothing_waits"),
        ("UPDATE inbox_event SET state = 'received'", "nothing_waits"),
        ("UPDATE stock SET sold = sold + 1 WHERE sold > 0", "stock_is_counted_right"),
        ("UPDATE reservation SET state = 'live' WHERE state = 'consumed'", "stock_is_counted_right"),
        ("UPDATE orders SET checkout_key = 'same', checkout_scope = id::text", "at_most_one_payment"),
    ],
)
def test_each_proof_finds_its_sabotage(
    scene: tuple[World, Till, Deeds, Postman], servers: Any, worker_database: str, sabotage: str, proof: str
) -> None:
    here, till, _, _ = scene
    with psycopg.connect(servers.superuser_url(worker_database), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(sabotage)  # type: ignore[arg-type]
    assert proof in proofs_that_fail(here, till)


class Sabotaged:
    """The port with one habit broken; all else goes to the real one."""

    def __init__(self, real: Any, **broken: Any) -> None:
        self.real = real
        self.broken = broken

    def __getattr__(self, name: str) -> Any:
        return self.broken.get(name) or getattr(self.real, name)


def test_a_key_made_of_the_amount_swallows_the_second_of_two_equal_refunds(
    scene: tuple[World, Till, Deeds, Postman],
) -> None:
    here, till, deeds, _ = scene
    real = gateway.gateway()

    def refund(ref: str, cents: int, key: str, about: dict[str, str]) -> Any:
        return real.refund(ref, cents, f"re-{ref}-{cents}", {"order": about["order"]})

    gateway.use(Sabotaged(real, refund=refund))  # type: ignore[arg-type]
    for _ in range(2):
        refund_amount(deeds.orders[0], 100, "Entschuldigung", "market")
    drain()
    gateway.use(real)
    assert proofs_that_fail(here, till) & {"each_refund_once", "nothing_waits", "the_books_hold_together"}


def test_a_key_that_is_new_each_time_pays_twice(scene: tuple[World, Till, Deeds, Postman]) -> None:
    here, till, deeds, _ = scene
    real = gateway.gateway()
    tries = iter(range(9))

    def refund(ref: str, cents: int, key: str, about: dict[str, str]) -> Any:
        view = real.refund(ref, cents, f"{key}-{next(tries)}", about)
        if next(tries) < 2:
            raise gateway.ProviderUnavailable("the answer never came")
        return view

    gateway.use(Sabotaged(real, refund=refund))  # type: ignore[arg-type]
    made = refund_amount(deeds.orders[0], 100, "Entschuldigung", "market").id
    db.session.rollback()
    with pytest.raises(gateway.ProviderUnavailable):
        make_refund.make_refund(made)
    make_refund.make_refund(made)
    gateway.use(real)
    assert {"each_refund_once", "not_a_cent_apart"} <= proofs_that_fail(here, till)


def test_an_older_view_believed_would_take_the_state_back(
    scene: tuple[World, Till, Deeds, Postman],
) -> None:
    """`merge` follows the order of states: an old view changes nothing. Else the money would be forgotten."""
    here, till, _, _ = scene
    ref = next(one["id"] for one in till.books()["intents"] if one["status"] == "succeeded")
    payment_id = int(here.connection.execute("SELECT id FROM payment WHERE provider_ref = %s", [ref]).fetchone()[0])
    old = replace(gateway.gateway().payment(ref), status="canceled", received_cents=0, balance=None)
    settle.merge(payment_id, settle.Seen(None, old))
    assert proofs_that_fail(here, till) == set()
    # What would stand there if it had been believed:
    here.connection.execute("UPDATE payment SET state = 'cancelled', captured_cents = 0 WHERE id = %s", [payment_id])
    here.connection.execute("UPDATE orders SET payment_state = 'cancelled' WHERE payment_state = 'captured'")
    assert {"captured_as_allowed", "no_order_without_money", "the_books_hold_together"} <= proofs_that_fail(here, till)


def test_done_before_posting_loses_the_cents(scene: tuple[World, Till, Deeds, Postman]) -> None:
    """A refund noted as done before it is posted, and the worker dies in between: the books are apart."""
    here, till, deeds, _ = scene
    made = refund_amount(deeds.orders[0], 100, "Entschuldigung", "market")
    refund_id, intent = made.id, str(made.uuid)
    db.session.rollback()
    ref = str(here.connection.execute("SELECT provider_ref FROM payment ORDER BY id").fetchone()[0])
    view = gateway.gateway().refund(ref, 100, f"re-{intent}", {"intent": intent})
    here.connection.execute("UPDATE refund SET state = 'done', provider_ref = %s WHERE id = %s", [view.ref, refund_id])
    drain()
    assert {"not_a_cent_apart", "the_books_hold_together"} <= proofs_that_fail(here, till)


def test_a_hold_that_nobody_lets_go_is_found(scene: tuple[World, Till, Deeds, Postman]) -> None:
    here, till, deeds, postman = scene
    real = gateway.gateway()
    gateway.use(Sabotaged(real, cancel=lambda ref, key: real.payment(ref)))  # type: ignore[arg-type]
    cancel_order(deeds.orders[1])
    drain()
    gateway.use(real)
    assert {"no_money_without_an_order", "no_order_without_money"} <= proofs_that_fail(here, till)
    rest(till, postman)  # and it is healed without a hand, once the provider does as it says
    assert proofs_that_fail(here, till) == set()
