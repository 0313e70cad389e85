"""Packing: what a line comes to, who may say so, and that it is said once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.kernel.database import rows, scalar
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.orders.find import order_by_id
from marketplace.orders.models import Order
from marketplace.payments.rows import payment_of
from marketplace.pickup.begin_packing import begin_packing, days_to_close
from marketplace.pickup.pack import pack_line
from marketplace.pickup.pack_by_default import finish_packing, slots_to_begin
from tests.pickup.scene import Scene, move_clock


def facts(kind: str) -> list[dict[str, int]]:
    return [row.payload for row in rows("SELECT payload FROM fact WHERE kind = :kind ORDER BY id", kind=kind)]


def paid(scene: Scene, **goods: int) -> Order:
    order = scene.order(method="card", **goods)
    scene.authorize(order)
    return order


@pytest.mark.parametrize(
    ("weight_g", "cents"),
    [
        (1400, 350),
        (1302, 326),  # 325.5, half-up
        (1301, 325),  # 325.25
        (1, 0),  # 0.25
        (2, 1),  # 0.5, half-up
        (1612, 403),  # the hold is 350 + 15 % = 402.5, rounded up
        (5000, 403),  # heavier is recorded, not charged
    ],
)
def test_weighed_goods_cost_what_the_scale_says_and_never_more_than_held(
    scene: Scene, weight_g: int, cents: int
) -> None:
    order = paid(scene, cabbage=1, potatoes=1)
    scene.close()
    line = pack_line(scene.line(order, "cabbage"), [scene.farms["brink"]], 1, weight_g)
    assert (line.amount_cents, line.weight_g, line.state) == (cents, weight_g, "packed")


def test_deposit_follows_what_was_packed(scene: Scene) -> None:
    order = paid(scene, milk=3)
    scene.close()
    line = pack_line(scene.line(order, "milk"), [scene.farms["weide"]], 2, None, "Eine Flasche ist gesprungen")
    assert (line.amount_cents, line.deposit_cents, line.state) == (2 * 189 + 30, 30, "short")
    after = order_by_id(order.id)
    assert (after.owed_cents, after.total_cents, after.state) == (408, 3 * (189 + 15), "ready")
    assert facts("OrderChanged") == [{"order_id": order.id, "line_id": line.id}]


def test_the_last_line_makes_the_order_ready_and_captures_what_is_owed(scene: Scene) -> None:
    order = paid(scene, cabbage=2, milk=1)
    scene.close()
    pack_line(scene.line(order, "cabbage"), [scene.farms["brink"]], 2, 2950)
    assert order_by_id(order.id).state == "packing"
    assert facts("OrderReady") == []
    pack_line(scene.line(order, "milk"), [scene.farms["weide"]], 1)
    after, payment = order_by_id(order.id), payment_of(order.id)
    assert payment is not None
    assert (after.state, after.owed_cents) == ("ready", 738 + 204)
    assert (payment.wanted, payment.capture_cents) == ("capture", 738 + 204)
    assert len(facts("OrderReady")) == 1


def test_nothing_there_at_all_cancels_the_order(scene: Scene) -> None:
    order = paid(scene, potatoes=2)
    scene.close()
    pack_line(scene.line(order, "potatoes"), [scene.farms["brink"]], 0, None, "Frost")
    after, payment = order_by_id(order.id), payment_of(order.id)
    assert payment is not None
    assert (after.state, after.owed_cents, payment.wanted) == ("cancelled", 0, "cancel")


def test_a_result_is_written_once(scene: Scene) -> None:
    order = paid(scene, cabbage=1, potatoes=1)
    scene.close()
    line_id, brink = scene.line(order, "cabbage"), [scene.farms["brink"]]
    pack_line(line_id, brink, 1, 1320)
    assert pack_line(line_id, brink, 1, 1320).amount_cents == 330
    for quantity, weight_g in ((1, 1321), (0, None), (1, None)):
        with pytest.raises(Conflict):
            pack_line(line_id, brink, quantity, weight_g, "anders")
    pack_line(scene.line(order, "potatoes"), brink, 1)
    assert pack_line(line_id, brink, 1, 1320).weight_g == 1320, "the same again is nothing, ready or not"
    noted = scalar(
        "SELECT count(*) FROM audit WHERE action = 'order_line.update' AND object = :it", it=f"order_line:{line_id}"
    )
    assert noted == 1


def test_before_the_cut_off_nothing_is_packed(scene: Scene) -> None:
    order = paid(scene, potatoes=1)
    move_clock(scene.closes - timedelta(seconds=2))
    with pytest.raises(Conflict):
        pack_line(scene.line(order, "potatoes"), [scene.farms["brink"]], 1)
    assert begin_packing(scene.day_id) == 0
    assert order_by_id(order.id).state == "confirmed"


def test_another_farms_line_is_unknown(scene: Scene) -> None:
    order = paid(scene, potatoes=1)
    scene.close()
    for farms in ([scene.farms["weide"]], []):
        with pytest.raises(NotFound):
            pack_line(scene.line(order, "potatoes"), farms, 1)
    with pytest.raises(NotFound):
        pack_line(2**62, [scene.farms["brink"]], 1)


@pytest.mark.parametrize(
    ("sku", "quantity", "weight_g", "reason", "field"),
    [
        ("potatoes", 3, None, "", "packed_quantity"),
        ("potatoes", -1, None, "", "packed_quantity"),
        ("potatoes", True, None, "", "packed_quantity"),
        ("potatoes", 1, None, "", "reason"),
        ("potatoes", 1, None, "x" * 201, "reason"),
        ("potatoes", 2, 2500, "", "weight_g"),
        ("cabbage", 1, None, "", "weight_g"),
        ("cabbage", 1, 0, "", "weight_g"),
        ("cabbage", 1, 14_001, "", "weight_g"),
        ("cabbage", 0, 500, "alle verkauft", "weight_g"),
    ],
)
def test_bad_results_are_refused_by_field(
    scene: Scene, sku: str, quantity: int, weight_g: int | None, reason: str, field: str
) -> None:
    order = paid(scene, potatoes=2, cabbage=1)
    scene.close()
    with pytest.raises(Invalid) as refusal:
        pack_line(scene.line(order, sku), [scene.farms["brink"]], quantity, weight_g, reason)
    assert list(refusal.value.errors) == [field]
    assert {line.state for line in order_by_id(order.id).lines} == {"open"}


def test_only_orders_that_are_packed_can_be_packed(scene: Scene) -> None:
    waiting = scene.order(method="card", potatoes=1)
    scene.close()
    with pytest.raises(Conflict):
        pack_line(scene.line(waiting, "potatoes"), [scene.farms["brink"]], 1)
    assert order_by_id(waiting.id).state == "awaiting_payment"


def test_the_day_closes_once_and_late_payers_join(scene: Scene) -> None:
    first = paid(scene, potatoes=1)
    late = scene.order(method="card", potatoes=1)
    assert days_to_close() == []
    scene.close()
    assert days_to_close() == [scene.day_id]
    assert begin_packing(scene.day_id) == 1
    assert begin_packing(scene.day_id) == 0
    assert order_by_id(first.id).state == "packing"
    assert days_to_close() == []
    scene.authorize(late)
    assert days_to_close() == [scene.day_id]
    assert begin_packing(scene.day_id) == 1
    assert facts("MarketDayClosed") == [{"market_day_id": scene.day_id}]
    steps = rows("SELECT to_state FROM order_history WHERE order_id = :id ORDER BY id", id=late.id)
    assert [row.to_state for row in steps] == ["awaiting_payment", "confirmed", "packing"]


def test_when_the_pickup_begins_the_rest_counts_as_packed(scene: Scene) -> None:
    touched, untouched = paid(scene, cabbage=1, milk=1), paid(scene, cabbage=2)
    scene.close()
    begin_packing(scene.day_id)
    pack_line(scene.line(touched, "cabbage"), [scene.farms["brink"]], 1, 1200)
    assert slots_to_begin() == []
    assert finish_packing(scene.slots["markt"]) == 0, "not before it begins"
    scene.begin_pickup()
    assert sorted(slots_to_begin()) == sorted(scene.slots.values())
    assert finish_packing(scene.slots["markt"]) == 2
    assert finish_packing(scene.slots["markt"]) == 0
    for order, owed in ((touched, 300 + 204), (untouched, 700)):
        after, payment = order_by_id(order.id), payment_of(order.id)
        assert payment is not None
        assert (after.state, after.owed_cents, after.packed_by_default) == ("ready", owed, True)
        assert (payment.wanted, payment.capture_cents) == ("capture", owed)
    assert slots_to_begin() == [scene.slots["hofladen"]]


def test_an_order_packed_in_full_is_not_flagged(scene: Scene) -> None:
    order = paid(scene, potatoes=1)
    scene.close()
    pack_line(scene.line(order, "potatoes"), [scene.farms["brink"]], 1)
    scene.begin_pickup()
    assert finish_packing(scene.slots["markt"]) == 0
    assert order_by_id(order.id).packed_by_default is False
