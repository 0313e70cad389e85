"""Farms that are not paid this time: held, objecting, cooling off, in debt."""

from __future__ import annotations

import pytest

from marketplace.farms.bank import change_bank_account
from marketplace.kernel.database import execute, rows, scalar, transaction
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.payouts.approve import approve_run
from marketplace.payouts.connect import connect_farm, look_at_account
from marketplace.payouts.hold import hold_farm, lift_hold
from marketplace.payouts.object import object_to_statement
from marketplace.payouts.pay import pay_run
from marketplace.payouts.submit import submit_run
from tests.factories.small_market import connect_farms
from tests.payouts.scene import Scene
from tests.payouts.steps import approved, balance, drawn, of, submitted, work


def test_a_held_farm_falls_into_the_next_run(scene: Scene) -> None:
    connect_farms(scene.made)
    scene.sell(("kale", 1000, 0), ("milk", 2000, 0))
    hold_farm(scene.farm("field"), "Rückfrage", scene.operator)
    run = approved(scene)
    held = of(run, scene, "field")
    assert held.state == "held" and "on_hold" in held.flags
    pay_run(run.id)
    work(run)
    assert run.state == "paid" and held.state == "held"
    assert len(scene.bank.transfers) == 1
    lift_hold(scene.farm("field"))
    following = approved(scene)
    assert of(following, scene, "field").gross_cents == 1000
    assert [row.farm_id for row in rows("SELECT farm_id FROM statement WHERE run_id = :id", id=following.id)] == [
        held.farm_id
    ]


def test_a_farm_held_between_approval_and_payment(scene: Scene) -> None:
    connect_farms(scene.made)
    scene.sell(("kale", 1000, 0))
    run = approved(scene)
    hold_farm(scene.farm("field"), "Rückfrage", scene.operator)
    assert pay_run(run.id).state == "paid"
    assert of(run, scene, "field").state == "held" and balance("vat:commission", scene) == 0
    lift_hold(scene.farm("field"))
    following = approved(scene)
    statement = of(following, scene, "field")
    assert (statement.gross_cents, statement.corrections_cents, statement.fees_cents) == (1000, 0, 90)
    pay_run(following.id)
    work(following)
    assert following.state == "paid" and balance(f"farm:{scene.farm('field')}:payable", scene) == 0


def test_a_new_bank_account_cools_off(scene: Scene) -> None:
    scene.sell(("kale", 1000, 0), ("milk", 1000, 0))
    change_bank_account(scene.farm("field"), "DE89370400440532013000", "Hof field")
    with transaction():
        execute("UPDATE farm_bank_account SET created_at = app_now() WHERE farm_id = :id", id=scene.farm("dairy"))
    run = approved(scene)
    assert of(run, scene, "field").state == "held" and "bank_changed" in of(run, scene, "field").flags
    first = of(run, scene, "dairy")
    assert first.state == "due" and "first_account" in first.flags


def test_a_disabled_account_and_none_at_all(scene: Scene) -> None:
    connect_farm(scene.farm("field"))
    connect_farm(scene.farm("field"))
    assert scene.bank.calls == [f"acct-{scalar('SELECT uuid FROM farm WHERE id = :id', id=scene.farm('field'))}"]
    look_at_account(scene.farm("field"))
    with transaction():
        execute("UPDATE farm_bank_account SET ended_at = app_now() WHERE farm_id = :id", id=scene.farm("dairy"))
    scene.sell(("kale", 1000, 0), ("milk", 1000, 0))
    run = submitted(scene)
    assert "account_disabled" in of(run, scene, "field").flags and of(run, scene, "field").state == "held"
    assert "no_account" in of(run, scene, "dairy").flags and of(run, scene, "dairy").state == "held"


def test_an_objection_holds_that_farm_alone(scene: Scene) -> None:
    scene.sell(("kale", 1000, 0), ("milk", 1000, 0))
    run = drawn(scene)
    mine = of(run, scene, "field")
    with pytest.raises(NotFound):
        object_to_statement(mine.id, [mine.farm_id], "Das waren zwei Köpfe.")  # a draft is not shown
    submit_run(run.id, scene.operator)
    with pytest.raises(NotFound):
        object_to_statement(mine.id, [scene.farm("dairy")], "Das waren zwei Köpfe.")
    with pytest.raises(Invalid):
        object_to_statement(mine.id, [mine.farm_id], " ")
    object_to_statement(mine.id, [mine.farm_id], "Das waren zwei Köpfe.")
    submit_run(run.id, scene.operator)
    approve_run(run.id, scene.approver)
    assert mine.state == "held" and mine.objection and "objection" in mine.flags
    assert of(run, scene, "dairy").state == "due"
    with pytest.raises(Conflict):
        object_to_statement(mine.id, [mine.farm_id], "Doch nicht.")


def test_a_negative_balance_is_carried_into_the_next_statement(scene: Scene) -> None:
    connect_farms(scene.made)
    order = scene.sell(("kale", 1000, 0))
    first = approved(scene)
    pay_run(first.id)
    work(first)
    scene.refund(order, "kale", 500)
    second = approved(scene)
    carried = of(second, scene, "field")
    # 5.00 back: commission 0.20 + 0.20 + 0.05 = 0.45 and VAT 0.0855 → 0.09 come back too
    assert (carried.state, carried.payout_cents, carried.corrections_cents) == ("carried", -446, 54)
    assert "negative" in carried.flags
    assert pay_run(second.id).state == "paid" and len(scene.bank.transfers) == 1
    scene.sell(("kale", 2000, 0))
    third = approved(scene)
    taken = of(third, scene, "field")
    assert taken.carried_cents == -446 and taken.payout_cents == 2000 - 180 - 34 - 446
    assert carried.carried_into == taken.id
    pay_run(third.id)
    work(third)
    assert balance(f"farm:{scene.farm('field')}:payable", scene) == 0
    # all in all the market earned 9 % of what stayed sold, 25.00
    assert balance(f"market:{scene.market}:commission", scene) == -(90 - 45 + 180)
