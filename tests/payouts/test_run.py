"""A run from the first draft to the last cent: what is in it, what is not, who signs it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.kernel.database import db, execute, rows, scalar, transaction
from marketplace.kernel.errors import Changed, Conflict, Forbidden
from marketplace.payouts.approve import approve_run
from marketplace.payouts.confirm_bank import confirm_bank
from marketplace.payouts.draw_up import draw_up_run
from marketplace.payouts.locks import unmatched_cents
from marketplace.payouts.pay import pay_run
from marketplace.payouts.reject import reject_run
from marketplace.payouts.submit import submit_run
from marketplace.payouts.transfer import pay_statement
from marketplace.people.models import Account, Membership
from tests.factories.small_market import connect_farms
from tests.payouts.scene import Scene, today
from tests.payouts.steps import approved, balance, drawn, of, submitted, work


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


def test_a_correction(scene: Scene) -> None:
    scene.sell(("kale", 1000, 0))
    scene.correct("field", -250)
    statement = of(drawn(scene), scene, "field")
    assert (statement.corrections_cents, statement.payout_cents) == (-250, 1000 - 90 - 17 - 250)


def test_the_database_wants_two_people(scene: Scene) -> None:
    run = drawn(scene)
    with pytest.raises(Exception, match="two_people"), transaction():
        execute("UPDATE payout_run SET approved_by = created_by WHERE id = :id", id=run.id)
