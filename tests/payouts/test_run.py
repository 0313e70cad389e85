"""A run from the first draft to the last cent: what is in it, who signs, what is held, what is carried."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.farms.bank import change_bank_account
from marketplace.kernel.database import db, execute, rows, scalar, transaction
from marketplace.kernel.errors import Changed, Conflict, Forbidden, Invalid, NotFound
from marketplace.ledger.books import trial_balance
from marketplace.payouts.approve import approve_run
from marketplace.payouts.confirm_bank import confirm_bank
from marketplace.payouts.connect import connect_farm, look_at_account
from marketplace.payouts.draw_up import draw_up_run
from marketplace.payouts.hold import hold_farm, lift_hold
from marketplace.payouts.locks import unmatched_cents
from marketplace.payouts.models import PayoutRun, Statement
from marketplace.payouts.object import object_to_statement
from marketplace.payouts.pay import pay_run
from marketplace.payouts.reject import reject_run
from marketplace.payouts.submit import submit_run
from marketplace.payouts.transfer import pay_statement
from marketplace.people.models import Account, Membership
from tests.factories.small_market import connect_farms
from tests.payouts.scene import ProviderRefused, ProviderUnavailable, Scene, today


def drawn(scene: Scene) -> PayoutRun:
    return draw_up_run(scene.market, today(), scene.operator)


def submitted(scene: Scene) -> PayoutRun:
    return submit_run(drawn(scene).id, scene.operator)


def approved(scene: Scene) -> PayoutRun:
    return approve_run(submitted(scene).id, scene.approver)


def of(run: PayoutRun, scene: Scene, farm: str) -> Statement:
    return db.session.query(Statement).filter_by(run_id=run.id, farm_id=scene.farm(farm)).one()


def balance(account: str, scene: Scene) -> int:
    return next((one.balance_cents for one in trial_balance([scene.market]) if one.account == account), 0)


def work(run: PayoutRun) -> None:
    """What the workers do."""
    asked = "SELECT id FROM statement WHERE run_id = :id AND state = 'paying' AND paid_by = 'transfer'"
    for row in rows(asked, id=run.id):
        pay_statement(row.id)
    db.session.refresh(run)


def test_from_a_sale_to_the_farms_by_transfer(scene: Scene) -> None:
    connect_farms(scene.made)
    order = scene.sell(("kale", 34000, 0), ("milk", 20400, 1500), ("honey", 7800, 300))
    scene.refund(order, "kale", 340)
    run = approved(scene)
    field = of(run, scene, "field")
    # base 336.60: host 13.464 → 13.46, platform 13.46, payment 3.366 → 3.37; 30.29 · 19 % = 5.7551 → 5.76
    assert (field.gross_cents, field.refunds_cents, field.fees_cents, field.fees_vat_cents) == (34000, 340, 3029, 576)
    assert field.payout_cents == 30055 and field.state == "due" and field.paid_by == "transfer"
    # 189.00 of milk: 7.56 + 7.56 + 1.89 = 17.01; 3.2319 → 3.23; deposit apart and free of commission
    dairy = of(run, scene, "dairy")
    assert (dairy.gross_cents, dairy.deposits_cents, dairy.fees_cents, dairy.fees_vat_cents) == (18900, 1500, 1701, 323)
    bees = of(run, scene, "bees")
    assert (bees.fees_cents, bees.fees_vat_cents, bees.payout_cents) == (675, 128, 6997)
    assert balance(f"market:{scene.market}:commission", scene) == -(3029 + 1701 + 675)
    assert balance("vat:commission", scene) == -(576 + 323 + 128)
    run = pay_run(run.id)
    assert run.state == "paying"
    work(run)
    assert run.state == "paid" and run.paid_at is not None
    assert sorted(scene.bank.transfers.values(), key=lambda one: one.ref)[0].amount_cents > 0
    assert {field.state, dairy.state, bees.state} == {"paid"}
    for farm in scene.made.farms.values():
        assert balance(f"farm:{farm}:payable", scene) == 0
    left = 62200 - 340 - field.payout_cents - dairy.payout_cents - bees.payout_cents
    assert balance("stripe:available", scene) == left == 3029 + 1701 + 675 + 576 + 323 + 128
    assert unmatched_cents(scene.market) == 0
    assert scalar("SELECT count(*) FROM fact WHERE kind = 'StatementPaid'") == 3


def test_by_sepa_when_a_farm_has_no_account_at_the_provider(scene: Scene) -> None:
    scene.sell(("kale", 1000, 0))
    run = approved(scene)
    with pytest.raises(Conflict):
        confirm_bank(run.id)
    pay_run(run.id)
    statement = of(run, scene, "field")
    assert (statement.state, statement.paid_by) == ("paying", "sepa")
    pay_statement(statement.id)
    assert not scene.bank.calls and statement.state == "paying"
    confirm_bank(run.id)
    assert run.state == "paid" and statement.state == "paid"
    assert balance(f"bank:{scene.market}", scene) == -statement.payout_cents
    with pytest.raises(Conflict):
        confirm_bank(run.id)


def test_nothing_due_is_a_run_without_statements(scene: Scene) -> None:
    run = approved(scene)
    assert pay_run(run.id).state == "paid"
    assert rows("SELECT 1 FROM statement") == []


def test_what_is_not_due(scene: Scene) -> None:
    scene.sell(("kale", 1000, 0), state="authorized")  # not captured
    with transaction():
        execute("UPDATE market_day SET date = :day", day=today() - timedelta(days=2))  # within the hold days
    scene.sell(("kale", 1000, 0))
    assert rows("SELECT 1 FROM statement WHERE run_id = :id", id=drawn(scene).id) == []


def test_a_pickup_exactly_as_old_as_the_hold_days_is_due(scene: Scene) -> None:
    with transaction():
        execute("UPDATE market_day SET date = :day", day=today() - timedelta(days=3))
    scene.sell(("kale", 1000, 0), method="pay_at_pickup")
    assert of(drawn(scene), scene, "field").gross_cents == 1000
    assert balance(f"cash:{scene.market}", scene) == 1000


def test_one_open_run_a_market(scene: Scene) -> None:
    run = drawn(scene)
    with pytest.raises(Conflict):
        drawn(scene)
    reject_run(run.id)
    drawn(scene)


def test_figures_that_changed_after_submit(scene: Scene) -> None:
    order = scene.sell(("kale", 1000, 0))
    run = submitted(scene)
    scene.refund(order, "kale", 100)
    with pytest.raises(Changed):
        approve_run(run.id, scene.approver)
    assert run.state == "in_review" and balance("vat:commission", scene) == 0
    submit_run(run.id, scene.operator)
    approve_run(run.id, scene.approver)
    assert of(run, scene, "field").refunds_cents == 100


def test_figures_that_somebody_touched_after_approval(scene: Scene) -> None:
    connect_farms(scene.made)
    scene.sell(("kale", 1000, 0))
    run = approved(scene)
    statement = of(run, scene, "field")
    more = "UPDATE statement SET payout_cents = payout_cents + :by, corrections_cents = corrections_cents + :by"
    with transaction():
        execute(more + ", figures_hash = 'x' WHERE id = :id", by=1, id=statement.id)
    with pytest.raises(Changed):
        pay_run(run.id)
    with transaction():  # mended, so that the books can be proved
        execute(more + " WHERE id = :id", by=-1, id=statement.id)


def test_who_signs(scene: Scene) -> None:
    scene.sell(("kale", 1000, 0))
    run = submitted(scene)
    with transaction():
        strangers = []
        for role, place in (("customer", {}), ("operator", {"market_id": _other_market()}), ("operator", {})):
            email = f"{role}{len(strangers)}@example.org"
            account = Account(email=email, email_key=email, name=role)
            db.session.add(account)
            db.session.flush()
            market = {"market_id": scene.market} if role == "operator" and not place else place
            db.session.add(Membership(account_id=account.id, role=role, **market))
            strangers.append(account.id)
        db.session.add(Membership(account_id=strangers[2], role="farm", farm_id=scene.farm("field")))
    for account_id in (scene.operator, *strangers):
        with pytest.raises(Forbidden):
            approve_run(run.id, account_id)
    assert balance("vat:commission", scene) == 0
    assert approve_run(run.id, scene.admin).approved_by == scene.admin


def _other_market() -> int:
    return int(rows("INSERT INTO market (slug, name) VALUES ('anderer', 'Anderer Markt') RETURNING id")[0].id)


def test_an_admin_does_not_sign_their_own(scene: Scene) -> None:
    run = draw_up_run(scene.market, today(), scene.admin)
    submit_run(run.id, scene.operator)
    with pytest.raises(Forbidden):
        approve_run(run.id, scene.admin)


def test_unmatched_cents_lock_the_payouts(scene: Scene) -> None:
    scene.sell(("kale", 1000, 0))
    run = submitted(scene)
    with transaction():
        execute("UPDATE balance_transaction SET net_cents = net_cents - 1")
    with pytest.raises(Conflict):
        approve_run(run.id, scene.approver)
    with transaction():
        execute("UPDATE balance_transaction SET net_cents = net_cents + 1")
    approve_run(run.id, scene.approver)


def test_a_rejected_run_frees_its_lines(scene: Scene) -> None:
    scene.sell(("kale", 1000, 0))
    run = approved(scene)
    assert balance("vat:commission", scene) < 0
    reject_run(run.id, "Bitte den Rotkohl prüfen.")
    assert run.state == "rejected" and balance("vat:commission", scene) == 0
    again = approved(scene)
    assert of(again, scene, "field").gross_cents == 1000 and of(again, scene, "field").corrections_cents == 0
    pay_run(again.id)
    with pytest.raises(Conflict):
        reject_run(again.id)


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


def test_a_correction(scene: Scene) -> None:
    scene.sell(("kale", 1000, 0))
    scene.correct("field", -250)
    statement = of(drawn(scene), scene, "field")
    assert (statement.corrections_cents, statement.payout_cents) == (-250, 1000 - 90 - 17 - 250)


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


def test_the_database_wants_two_people(scene: Scene) -> None:
    run = drawn(scene)
    with pytest.raises(Exception, match="two_people"), transaction():
        execute("UPDATE payout_run SET approved_by = created_by WHERE id = :id", id=run.id)
