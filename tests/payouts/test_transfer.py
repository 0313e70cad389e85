"""One transfer: made once, tried again, refused, stopped at the last moment (I20, I21)."""

from __future__ import annotations

import pytest

from marketplace.kernel.database import scalar
from marketplace.kernel.errors import Conflict
from marketplace.payouts.hold import hold_farm, lift_hold
from marketplace.payouts.pay import pay_run
from marketplace.payouts.transfer import pay_statement
from tests.factories.small_market import connect_farms
from tests.payouts.scene import ProviderRefused, ProviderUnavailable, Scene
from tests.payouts.steps import approved, of, work


def test_a_transfer_is_made_once(scene: Scene) -> None:
    connect_farms(scene.made)
    scene.sell(("kale", 1000, 0))
    run = approved(scene)
    statement = of(run, scene, "field")
    pay_statement(statement.id)
    assert not scene.bank.calls  # nobody said pay
    pay_run(run.id)
    with pytest.raises(Conflict):
        pay_run(run.id)
    scene.bank.lose_answers = 1
    with pytest.raises(ProviderUnavailable):
        pay_statement(statement.id)
    assert statement.state == "paying"
    hold_farm(scene.farm("field"), "zu spät", scene.operator)  # it went already: nothing may say it failed
    pay_statement(statement.id)
    pay_statement(statement.id)
    assert statement.state == "paid" and len(scene.bank.calls) == 1 == len(scene.bank.transfers)
    assert scene.bank.calls == [f"tr-{statement.uuid}"]
    assert scalar("SELECT count(*) FROM ledger_txn WHERE kind = 'transfer'") == 1


def test_not_enough_money_yet_is_tried_again_with_a_key_of_its_own(scene: Scene) -> None:
    connect_farms(scene.made)
    scene.sell(("kale", 1000, 0))
    run = approved(scene)
    statement = of(run, scene, "field")
    pay_run(run.id)
    scene.bank.says = [ProviderRefused("too little", "balance_insufficient")]
    with pytest.raises(ProviderUnavailable):
        pay_statement(statement.id)
    assert statement.state == "paying"
    pay_statement(statement.id)
    assert statement.state == "paid"
    assert scene.bank.calls == [f"tr-{statement.uuid}", f"tr-{statement.uuid}-1"]


def test_a_clear_no_fails_and_may_be_paid_again(scene: Scene) -> None:
    connect_farms(scene.made)
    scene.sell(("kale", 1000, 0), ("milk", 1000, 0))
    run = approved(scene)
    pay_run(run.id)
    scene.bank.says = [ProviderRefused("No such destination", "resource_missing")]
    work(run)
    failed = next(one for one in run.statements if one.state == "failed")
    assert run.state == "paying" and failed.last_error == "No such destination"
    pay_run(run.id)
    work(run)
    assert run.state == "paid" and failed.state == "paid"


def test_no_transfer_to_a_farm_that_is_held_meanwhile(scene: Scene) -> None:
    connect_farms(scene.made)
    scene.sell(("kale", 1000, 0))
    run = approved(scene)
    pay_run(run.id)
    hold_farm(scene.farm("field"), "Anruf", scene.operator)
    statement = of(run, scene, "field")
    pay_statement(statement.id)
    assert (statement.state, statement.last_error) == ("failed", "on_hold") and not scene.bank.calls
    lift_hold(scene.farm("field"))
    pay_run(run.id)
    work(run)
    assert run.state == "paid"
