"""Whatever is sold, refunded, corrected and paid out, in any order: no cent appears, none is lost (I16, I19, I20)."""

from __future__ import annotations

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.kernel.database import rows, scalar
from marketplace.kernel.errors import Changed
from marketplace.ledger.books import trial_balance
from marketplace.orders.models import Order
from marketplace.payouts import bank
from marketplace.payouts.approve import approve_run
from marketplace.payouts.check_books import check_books
from marketplace.payouts.draw_up import draw_up_run
from marketplace.payouts.hold import hold_farm, lift_hold
from marketplace.payouts.pay import pay_run
from marketplace.payouts.reject import reject_run
from marketplace.payouts.submit import submit_run
from marketplace.payouts.transfer import pay_statement
from tests.cleaning import Cleaner
from tests.factories.small_market import connect_farms
from tests.payouts.scene import Scene, set_up, today

OFFERS = {"kale": "field", "milk": "dairy", "honey": "bees"}
goods = st.tuples(st.sampled_from(sorted(OFFERS)), st.integers(1, 20_000), st.integers(0, 500))
sale = st.tuples(st.just("sell"), st.lists(goods, min_size=1, max_size=3, unique_by=lambda one: one[0]))
give_back = st.tuples(st.just("refund"), st.tuples(st.integers(0, 9), st.integers(1, 20_000), st.booleans()))
correction = st.tuples(st.just("correct"), st.tuples(st.sampled_from(sorted(OFFERS.values())), st.integers(-900, 900)))
run = st.tuples(st.just("run"), st.sampled_from(["pay", "reject", "late reject", "changed", "hold", "late hold"]))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(sale, sale, give_back, correction, run), min_size=3, max_size=14))
def test_any_walk_keeps_the_books(app: Flask, cleaner: Cleaner, steps: list[tuple[str, object]]) -> None:
    before = bank._bank
    try:
        with app.app_context():
            _walk(steps)
    finally:
        bank._bank = before
        cleaner.clean()


def _walk(steps: list[tuple[str, object]]) -> None:
    scene = set_up()
    connect_farms(scene.made)
    bank.use(scene.bank)
    orders: list[Order] = []
    for kind, what in [*steps, ("run", "pay")]:
        _take(scene, orders, kind, what)
        if kind == "run":
            assert check_books().differences == ()
    _look(scene)


def _take(scene: Scene, orders: list[Order], kind: str, what: object) -> None:
    if kind == "sell":
        orders.append(scene.sell(*[(name, goods + deposit, deposit) for name, goods, deposit in what]))  # type: ignore[attr-defined]
    elif kind == "refund" and orders:
        place, cents, by_farm = what  # type: ignore[misc]
        order = orders[place % len(orders)]
        line = order.lines[0]
        cents = min(cents, line.amount_cents - line.refunded_cents)
        if cents:
            scene.refund(order, line.sku, cents, "farm" if by_farm else "market")
    elif kind == "correct":
        farm, cents = what  # type: ignore[misc]
        if cents:
            scene.correct(farm, cents)
    elif kind == "run":
        _run(scene, orders, str(what))


def _run(scene: Scene, orders: list[Order], how: str) -> None:
    if how == "hold":
        hold_farm(scene.farm("field"), "Rückfrage", scene.operator)
    run_id = draw_up_run(scene.market, today(), scene.operator).id
    submit_run(run_id, scene.operator)
    if how == "changed":
        orders.append(scene.sell(("kale", 777, 0)))
        try:
            approve_run(run_id, scene.approver)
            raise AssertionError("a changed run was signed")
        except Changed:
            submit_run(run_id, scene.operator)
    if how == "reject":
        reject_run(run_id)
        return
    approve_run(run_id, scene.approver)
    if how == "late reject":
        reject_run(run_id)
        return
    if how == "late hold":
        hold_farm(scene.farm("dairy"), "Rückfrage", scene.operator)
    pay_run(run_id)
    for row in rows("SELECT id FROM statement WHERE run_id = :id AND state = 'paying'", id=run_id):
        pay_statement(row.id)
    assert scalar("SELECT state FROM payout_run WHERE id = :id", id=run_id) == "paid"
    for farm in ("field", "dairy"):
        lift_hold(scene.farm(farm))


def _look(scene: Scene) -> None:
    """After a last run everything due is paid: a farm is owed nothing, or owes what was carried."""
    balances = trial_balance([scene.market])
    assert sum(one.balance_cents for one in balances) == 0
    by_code = {one.account: one.balance_cents for one in balances}
    for farm_id in scene.made.farms.values():
        carried = rows(
            "SELECT coalesce(sum(s.payout_cents), 0)::bigint AS cents FROM statement s"
            " JOIN payout_run r ON r.id = s.run_id AND r.state = 'paid'"
            " WHERE s.farm_id = :id AND s.state = 'carried' AND s.carried_into IS NULL",
            id=farm_id,
        )[0].cents
        assert -by_code.get(f"farm:{farm_id}:payable", 0) == carried <= 0
    assert by_code.get("customer:clearing", 0) == 0
    paid = sum(view.amount_cents for view in scene.bank.transfers.values())
    assert paid == scalar("SELECT coalesce(sum(payout_cents), 0) FROM statement WHERE state = 'paid'")
    # Nothing is left to draw up.
    assert draw_up_run(scene.market, today(), scene.operator).statements == []
