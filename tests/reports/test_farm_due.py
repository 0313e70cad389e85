"""What a farm has coming, by pickup date; the lines beneath a sum add up to it; nothing of another farm."""

from __future__ import annotations

from datetime import timedelta

from marketplace.kernel.database import execute, scalar, transaction
from marketplace.orders.models import Order
from marketplace.payouts.approve import approve_run
from marketplace.payouts.draw_up import draw_up_run
from marketplace.payouts.submit import submit_run
from marketplace.reports.farm_due import OpenSum, open_sums, sums_in_runs
from marketplace.reports.farm_lines import coming_lines, other_lines, parts_of_statement, sold_lines
from tests.factories.paid import placed
from tests.factories.small_market import small_market
from tests.payouts.scene import DAYS_AGO, Scene, today

DISPUTE = """
INSERT INTO dispute (provider_ref, market_id, order_id, payment_id, charge_ref, amount_cents, state, borne_by,
                     opened_at)
SELECT 'dp_1', o.market_id, o.id, p.id, 'ch_1', 100, 'needs_response', 'farm', app_now()
FROM orders o JOIN payment p ON p.order_id = o.id WHERE o.id = :id
"""


def open_of(scene: Scene, farm: str) -> list[OpenSum]:
    return open_sums(scene.farm(farm), today())


def dispute(order: Order) -> None:
    with transaction():
        execute(DISPUTE, id=order.id)


def test_a_sale_is_due_the_hold_days_after_its_pickup(scene: Scene) -> None:
    order = scene.sell(("milk", 204, 15), ("kale", 340, 0))
    day = today() - timedelta(days=DAYS_AGO)
    (milk,) = open_of(scene, "dairy")
    assert (milk.kind, milk.day, milk.why, milk.orders, milk.cents) == ("sale", day, "", 1, 204)
    assert milk.due_from == day + timedelta(days=3)
    (line,) = sold_lines(scene.farm("dairy"), None, day, 0, 10)
    assert (line.number, line.pickup_number, line.name) == (order.number, order.pickup_number, "milk")
    assert (line.goods_cents, line.deposit_cents) == (189, 15)
    assert [one.cents for one in open_of(scene, "field")] == [340]
    assert open_of(scene, "bees") == []
    assert sold_lines(scene.farm("bees"), None, day, 0, 10) == []


def test_lines_come_in_pages_and_add_up(scene: Scene) -> None:
    for _ in range(5):
        scene.sell(("milk", 204, 15), ("korn", 1490, 0))
    farm, day = scene.farm("dairy"), today() - timedelta(days=DAYS_AGO)
    first = sold_lines(farm, None, day, 0, 6)
    rest = sold_lines(farm, None, day, first[-1].id, 6)
    assert (len(first), len(rest)) == (6, 4)
    (whole,) = open_of(scene, "dairy")
    assert sum(line.goods_cents + line.deposit_cents for line in first + rest) == whole.cents == 5 * 1694
    assert whole.orders == 5
    assert {line.name for line in sold_lines(farm, None, None, 0, 20, deposits=True)} == {"milk"}


def test_a_refund_goes_off_at_once_with_its_reason(scene: Scene) -> None:
    order = scene.sell(("kale", 340, 0))
    scene.refund(order, "kale", 100)
    scene.correct("field", 55)
    sale, rest = open_of(scene, "field")
    assert (sale.kind, sale.cents) == ("sale", 340)
    assert (rest.kind, rest.cents, rest.due_from) == ("rest", -45, None)
    refund, correction = other_lines(scene.farm("field"), None, "all", 0, 10)
    assert (refund.number, refund.goods, refund.memo, refund.cents) == (order.number, "kale", "Druckstelle", -100)
    assert (correction.number, correction.part, correction.cents) == (None, "correction", 55)
    assert other_lines(scene.farm("field"), None, "refund", 0, 10) == [refund]
    assert other_lines(scene.farm("dairy"), None, "all", 0, 10) == []


def test_what_a_bank_disputes_waits(scene: Scene) -> None:
    scene.sell(("kale", 340, 0))
    dispute(scene.sell(("kale", 680, 0)))
    assert [(one.why, one.cents) for one in open_of(scene, "field")] == [("", 340), ("disputed", 680)]


def test_money_that_is_not_there_waits(scene: Scene) -> None:
    order = scene.sell(("kale", 340, 0))
    with transaction():
        execute("UPDATE orders SET payment_state = 'authorized' WHERE id = :id", id=order.id)
    assert [(one.why, one.cents) for one in open_of(scene, "field")] == [("unpaid", 340)]
    with transaction():
        execute("UPDATE orders SET payment_state = 'captured' WHERE id = :id", id=order.id)
    assert [one.why for one in open_of(scene, "field")] == [""]


def test_what_a_run_holds_is_not_open(scene: Scene) -> None:
    order = scene.sell(("milk", 204, 15), ("kale", 340, 0))
    scene.refund(order, "milk", 89)
    run = draw_up_run(scene.market, today(), scene.operator)
    assert open_of(scene, "dairy") == []
    (held,) = sums_in_runs(scene.farm("dairy"))
    assert (held.run_state, held.until) == ("draft", today())
    submit_run(run.id, scene.operator)
    approve_run(run.id, scene.approver)
    (held,) = sums_in_runs(scene.farm("dairy"))
    assert (held.run_state, held.state, held.flags) == ("approved", "due", ("first_account",))
    statement = held.statement_id
    parts = {(part.kind, part.cents) for part in parts_of_statement(statement)}
    assert parts == {("sales", 189), ("refund", -89), ("deposit", 15)}
    farm, day = scene.farm("dairy"), today() - timedelta(days=DAYS_AGO)
    assert [line.name for line in sold_lines(farm, statement, day, 0, 10)] == ["milk"]
    assert [line.memo for line in other_lines(farm, statement, "refund", 0, 10)] == ["Druckstelle"]
    assert sold_lines(scene.farm("field"), statement, day, 0, 10) == []
    assert other_lines(scene.farm("field"), statement, "refund", 0, 10) == []


def test_what_is_ordered_and_not_handed_over_is_expected(scene: Scene) -> None:
    coming = small_market(slug="morgen")
    placed(coming, {"kale": 2, "milk": 1}, payment_method="pay_at_pickup")
    placed(coming, {"kale": 1})  # not paid yet
    day = scalar("SELECT date FROM market_day WHERE id = :id", id=coming.day)
    (one,) = open_sums(coming.farms["field"], today())
    assert (one.kind, one.day, one.orders, one.cents) == ("expected", day, 1, 680)
    (line,) = coming_lines(coming.farms["field"], day, 0, 10)
    assert (line.name, line.quantity, line.packed_quantity, line.goods_cents) == ("Kale", 2, None, 680)
    assert open_sums(coming.farms["bees"], today()) == []
