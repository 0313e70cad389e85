"""Handing over: by code or number, once, with the age looked at and the deposits given back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.kernel import clock
from marketplace.kernel.database import rows, scalar, transaction
from marketplace.orders.find import order_by_id
from marketplace.orders.models import Order
from marketplace.payments.rows import payment_of
from marketplace.pickup.find_order import number_by_entry
from marketplace.pickup.hand_over import Handover, hand_over, hand_over_all
from marketplace.pickup.hosts import Host
from marketplace.pickup.no_show import close_slot, slots_to_finish
from marketplace.pickup.pack import pack_line
from marketplace.pickup.pack_by_default import finish_packing
from tests.pickup.scene import Scene, put_clock_back


def balance(account: str) -> int:
    return int(scalar("SELECT coalesce(sum(amount_cents), 0) FROM ledger_entry WHERE account = :it", it=account))


def ready(scene: Scene, *, method: str = "card", at: str = "markt", **goods: int) -> Order:
    """An order that is packed and, if by card, captured; the pickup has begun."""
    put_clock_back()
    order = scene.order(method=method, at=at, **goods)
    if method == "card":
        scene.authorize(order)
    scene.begin_pickup()
    finish_packing(order.slot_id)
    if method == "card":
        scene.capture(order)
    return order_by_id(order.id)


def test_collected_is_posted_once_and_told_once(scene: Scene) -> None:
    order = ready(scene, potatoes=2, milk=1)
    for handover in (Handover(code=order.pickup_code.lower()), Handover(number=order.number)) * 2:
        outcome = hand_over(handover, scene.host)
        assert (outcome.number, outcome.state, outcome.problem) == (order.number, "collected", None)
    assert scalar("SELECT count(*) FROM ledger_txn WHERE kind = 'fulfilment'") == 1
    assert scalar("SELECT count(*) FROM fact WHERE kind = 'OrderCollected'") == 1
    assert balance(f"farm:{scene.farms['brink']}:payable") == -900
    assert balance(f"farm:{scene.farms['weide']}:payable") == -204
    assert balance("customer:clearing") == 0


def test_age_is_looked_at_when_there_is_something_to_look_at(scene: Scene) -> None:
    order = ready(scene, beer=2, potatoes=1)
    refused = hand_over(Handover(number=order.number), scene.host)
    assert (refused.problem, refused.state) == ("age", None)
    assert order_by_id(order.id).state == "ready"
    outcome = hand_over(Handover(number=order.number, age_checked=True), scene.host)
    assert outcome.state == "collected"
    assert order_by_id(order.id).age_checked_at is not None


def test_beer_that_is_missing_asks_for_no_passport(scene: Scene) -> None:
    order = scene.order(method="card", beer=1, potatoes=1)
    scene.authorize(order)
    scene.close()
    pack_line(scene.line(order, "beer"), [scene.farms["weide"]], 0, None, "Ausverkauft")
    pack_line(scene.line(order, "potatoes"), [scene.farms["brink"]], 1)
    assert hand_over(Handover(number=order.number), scene.host).state == "collected"
    assert order_by_id(order.id).age_checked_at is None


def test_deposits_go_back_once_to_the_card(scene: Scene) -> None:
    order = ready(scene, milk=4)
    handover = Handover(number=order.number, deposits_returned=((15, 4), (8, 2)))
    assert hand_over(handover, scene.host).state == "collected"
    assert hand_over(handover, scene.host).state == "collected"
    assert hand_over(Handover(code=order.pickup_code, deposits_returned=((15, 1),)), scene.host).state == "collected"
    refunds = rows("SELECT amount_cents, borne_by, state FROM refund WHERE order_id = :id", id=order.id)
    assert [tuple(row) for row in refunds] == [(76, "deposits", "submitting")]


def test_paid_at_the_pickup_deposits_come_out_of_the_cash_box(scene: Scene) -> None:
    order = ready(scene, method="pay_at_pickup", milk=2)
    assert order.payment_state == "none"
    outcome = hand_over(Handover(number=order.number, deposits_returned=((15, 2),)), scene.host)
    assert outcome.state == "collected"
    payment = payment_of(order.id)
    assert payment is not None
    assert (order_by_id(order.id).payment_state, payment.captured_cents) == ("captured", 408)
    assert balance(f"cash:{scene.market_id}") == 408 - 30
    assert balance(f"deposits:{scene.market_id}") == 30


@pytest.mark.parametrize("deposits", [((15, 201),), ((0, 1),), ((-15, 1),), ((15, -1),), ((10_000, 3),)])
def test_deposits_out_of_all_reason_stop_the_handover(scene: Scene, deposits: tuple[tuple[int, int], ...]) -> None:
    order = ready(scene, milk=1)
    outcome = hand_over(Handover(number=order.number, deposits_returned=deposits), scene.host)
    assert (outcome.problem, order_by_id(order.id).state) == ("validation", "ready")


def test_more_deposit_than_was_paid_is_a_conflict(scene: Scene) -> None:
    order = ready(scene, milk=1)
    outcome = hand_over(Handover(number=order.number, deposits_returned=((15, 14),)), scene.host)
    assert outcome.problem == "conflict"
    assert order_by_id(order.id).state == "ready"
    assert scalar("SELECT count(*) FROM ledger_txn WHERE kind = 'fulfilment'") == 0


def test_a_host_serves_their_own_place_or_the_whole_market(scene: Scene) -> None:
    order = ready(scene, potatoes=1)
    strangers = (
        Host(),
        Host(point_ids=frozenset({scene.points["hofladen"]})),
        Host(market_ids=frozenset({scene.market_id + 1})),
    )
    for stranger in strangers:
        for handover in (Handover(number=order.number), Handover(code=order.pickup_code)):
            assert hand_over(handover, stranger).problem == "not-found"
    assert hand_over(Handover(code="ZZZZZZ"), scene.host).problem == "not-found"
    own = Host(point_ids=frozenset({scene.points["markt"]}))
    assert hand_over(Handover(code=f" {order.pickup_code[:3]}-{order.pickup_code[3:]} "), own).state == "collected"


def test_what_is_not_packed_or_not_paid_stays(scene: Scene) -> None:
    packing = scene.order(method="card", potatoes=1)
    scene.authorize(packing)
    unpaid = scene.order(method="card", potatoes=1)
    scene.close()
    assert hand_over(Handover(number=packing.number), scene.host).problem == "not-ready"
    assert hand_over(Handover(number=unpaid.number), scene.host).problem == "unpaid"
    scene.begin_pickup()
    assert hand_over(Handover(number=packing.number), scene.host).state == "collected", "nobody waits for a worker"


def test_the_phone_says_when_it_happened(scene: Scene) -> None:
    first, second = ready(scene, potatoes=1), ready(scene, potatoes=1)
    earlier = clock.now() - timedelta(hours=1)
    hand_over(Handover(number=first.number, at=earlier), scene.host)
    hand_over(Handover(number=second.number, at=clock.now() + timedelta(days=3)), scene.host)
    assert order_by_id(first.id).ended_at == earlier
    ended = order_by_id(second.id).ended_at
    assert ended is not None and ended <= clock.now()


def test_who_does_not_come_has_not_collected(scene: Scene) -> None:
    card, cash = ready(scene, potatoes=1), ready(scene, method="pay_at_pickup", milk=1)
    collected = ready(scene, potatoes=1)
    hand_over(Handover(number=collected.number), scene.host)
    assert close_slot(scene.slots["markt"]) == 0, "not before the window is over"
    assert slots_to_finish() == []
    scene.end_pickup()
    assert set(slots_to_finish()) == set(scene.slots.values())
    assert close_slot(scene.slots["markt"]) == 2
    assert close_slot(scene.slots["markt"]) == 0
    assert slots_to_finish() == [scene.slots["hofladen"]]
    assert [order_by_id(order.id).state for order in (card, cash, collected)] == [
        "not_collected",
        "not_collected",
        "collected",
    ]
    assert balance(f"farm:{scene.farms['brink']}:payable") == -900
    assert balance(f"farm:{scene.farms['weide']}:payable") == 0, "pay at pickup: nothing was sold"
    assert hand_over(Handover(number=card.number), scene.host).problem == "ended"
    assert scalar("SELECT count(*) FROM fact WHERE kind = 'OrderNotCollected'") == 2


def test_a_slot_that_nobody_touched_ends_by_itself(scene: Scene) -> None:
    order = scene.order(method="card", potatoes=1)
    scene.authorize(order)
    scene.end_pickup()
    assert close_slot(scene.slots["markt"]) == 1
    after = order_by_id(order.id)
    assert (after.state, after.packed_by_default) == ("not_collected", True)


def test_the_counter_understands_code_number_and_short_number(scene: Scene) -> None:
    order = ready(scene, potatoes=1)
    slot_id = scene.slots["markt"]
    number, short = order.number, str(order.pickup_number)
    entries = (order.pickup_code.lower(), number, number.lower(), number[2:], short)
    assert {number_by_entry(entry, slot_id, scene.host) for entry in entries} == {order.number}


def test_many_at_once_in_one_transaction_each_stands_for_itself(scene: Scene) -> None:
    first, second, third = ready(scene, milk=1), ready(scene, milk=1), ready(scene, beer=1)
    wanted = [
        Handover(number=third.number),
        Handover(number=second.number, deposits_returned=((15, 14),)),
        Handover(code="ZZZZZZ"),
        Handover(number=first.number, deposits_returned=((15, 1),)),
    ]
    with transaction():
        outcomes = hand_over_all(wanted, scene.host)
    assert [(it.state, it.problem) for it in outcomes] == [
        (None, "age"),
        (None, "conflict"),
        (None, "not-found"),
        ("collected", None),
    ]
    assert [order_by_id(order.id).state for order in (first, second, third)] == ["collected", "ready", "ready"]
    assert scalar("SELECT count(*) FROM ledger_txn WHERE kind = 'fulfilment'") == 1
    assert scalar("SELECT count(*) FROM fact WHERE kind = 'OrderCollected'") == 1
    assert scalar("SELECT count(*) FROM refund") == 1
