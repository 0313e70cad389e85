"""Sales whose payment is disputed at the farm's cost: not paid out while it is open, in the corrections when lost."""

from __future__ import annotations

import itertools

import pytest

from marketplace.kernel.clock import now
from marketplace.kernel.database import db, execute, rows, scalar, transaction
from marketplace.kernel.errors import Changed
from marketplace.orders.models import Order
from marketplace.orders.steps import lock_order
from marketplace.payments.dispute_bookings import book_loss, book_rows
from marketplace.payments.models import Dispute, Payment
from marketplace.payouts.approve import approve_run
from marketplace.payouts.pay import pay_run
from marketplace.payouts.reject import reject_run
from marketplace.payouts.transfer import pay_statement
from tests.factories.small_market import connect_farms
from tests.payouts.scene import Scene, _balance
from tests.payouts.steps import approved, balance, drawn, of, submitted, work

NUMBERS = itertools.count(1)


def dispute(scene: Scene, order: Order, borne_by: str = "farm", state: str = "needs_response") -> int:
    """As it stands in rows and ledger after the bank took the payment back."""
    with transaction():
        payment = db.session.query(Payment).filter_by(order_id=order.id).one()
        ref = f"du_{next(NUMBERS)}"
        found = Dispute(
            provider_ref=ref,
            market_id=scene.market,
            order_id=order.id,
            payment_id=payment.id,
            charge_ref=payment.charge_ref,
            amount_cents=payment.captured_cents,
            state=state,
            borne_by=borne_by,
            opened_at=now(),
        )
        db.session.add(found)
        db.session.flush()
        if state != "warning":
            row = _balance(f"txn_{ref}", "adjustment", ref, -payment.captured_cents)
            book_rows(lock_order(order.id), found, (row,))
        return found.id


def close(dispute_id: int, *, won: bool) -> None:
    with transaction():
        found = db.session.get_one(Dispute, dispute_id)
        order = lock_order(found.order_id)
        found.state, found.closed_at = ("won" if won else "lost"), now()
        db.session.flush()
        if won:
            ref = found.provider_ref
            book_rows(order, found, (_balance(f"txn_{ref}_back", "adjustment", ref, found.amount_cents),))
        else:
            book_loss(order, found)


@pytest.mark.parametrize("state", ["warning", "needs_response"])
def test_not_due_while_it_is_open(scene: Scene, state: str) -> None:
    disputed, sold = scene.sell(("kale", 1000, 0)), scene.sell(("kale", 500, 0))
    dispute(scene, disputed, state=state)
    assert of(drawn(scene), scene, "field").gross_cents == 500
    assert sold.id != disputed.id


def test_due_when_the_market_bears_it(scene: Scene) -> None:
    dispute(scene, scene.sell(("kale", 1000, 0)), borne_by="market")
    assert of(drawn(scene), scene, "field").gross_cents == 1000


def test_won_is_due_again(scene: Scene) -> None:
    order = scene.sell(("kale", 1000, 0))
    opened = dispute(scene, order)
    assert drawn(scene).statements == []
    close(opened, won=True)
    reject_run(rows("SELECT id FROM payout_run")[0].id)
    statement = of(drawn(scene), scene, "field")
    assert (statement.gross_cents, statement.corrections_cents) == (1000, 0)


def test_lost_stands_in_the_corrections(scene: Scene) -> None:
    scene.sell(("kale", 2000, 0))
    order = scene.sell(("kale", 1000, 0))
    close(dispute(scene, order), won=False)
    statement = of(drawn(scene), scene, "field")
    assert (statement.gross_cents, statement.refunds_cents, statement.corrections_cents) == (3000, 0, -1000)


def test_lost_after_the_payout_is_carried(scene: Scene) -> None:
    connect_farms(scene.made)
    order = scene.sell(("kale", 1000, 0))
    run = approved(scene)
    pay_run(run.id)
    work(run)
    close(dispute(scene, order), won=False)
    assert balance(f"farm:{scene.farm('field')}:payable", scene) == 1000
    following = approved(scene)
    statement = of(following, scene, "field")
    assert (statement.state, statement.payout_cents) == ("carried", -1000)
    assert pay_run(following.id).state == "paid" and len(scene.bank.transfers) == 1
    scene.sell(("kale", 3000, 0))
    third = of(drawn(scene), scene, "field")
    assert (third.gross_cents, third.carried_cents) == (3000, -1000)


def test_opened_after_the_draft_cannot_be_approved(scene: Scene) -> None:
    order = scene.sell(("kale", 1000, 0))
    run = submitted(scene)
    dispute(scene, order)
    with pytest.raises(Changed):
        approve_run(run.id, scene.approver)
    assert scalar("SELECT count(*) FROM ledger_txn WHERE kind = 'commission'") == 0


def test_opened_between_approval_and_payment_is_held(scene: Scene) -> None:
    connect_farms(scene.made)
    order = scene.sell(("kale", 1000, 0))
    scene.sell(("kale", 500, 0))
    run = approved(scene)
    dispute(scene, order)
    assert pay_run(run.id).state == "paid"
    held = of(run, scene, "field")
    assert held.state == "held" and "disputed" in held.flags and not scene.bank.calls
    assert balance("vat:commission", scene) == 0
    assert of(drawn(scene), scene, "field").gross_cents == 500


def test_opened_at_the_last_moment_stops_the_transfer_and_the_run_can_go_on(scene: Scene) -> None:
    connect_farms(scene.made)
    order = scene.sell(("kale", 1000, 0))
    run = approved(scene)
    pay_run(run.id)
    dispute(scene, order)
    statement = of(run, scene, "field")
    pay_statement(statement.id)
    assert (statement.state, statement.last_error) == ("failed", "disputed") and not scene.bank.calls
    pay_run(run.id)
    assert (statement.state, run.state) == ("held", "paid") and not scene.bank.calls
    assert balance("vat:commission", scene) == 0
    assert drawn(scene).statements == []


def test_no_transfer_to_an_account_that_owes_the_provider(scene: Scene) -> None:
    """The provider would keep it, and the farm would never see it (RELIABILITY 2.6)."""
    connect_farms(scene.made)
    scene.sell(("kale", 1000, 0))
    run = approved(scene)
    pay_run(run.id)
    account = scalar("SELECT provider_ref FROM farm_connected_account WHERE farm_id = :f", f=scene.farm("field"))
    scene.bank.balances[account] = -1
    statement = of(run, scene, "field")
    pay_statement(statement.id)
    assert (statement.state, statement.last_error) == ("failed", "account_negative") and not scene.bank.calls
    scene.bank.balances[account] = 0
    pay_run(run.id)
    work(run)
    assert run.state == "paid" and len(scene.bank.transfers) == 1


def test_an_account_that_is_stopped_between_approval_and_payment_is_held(scene: Scene) -> None:
    connect_farms(scene.made)
    scene.sell(("kale", 1000, 0))
    run = approved(scene)
    with transaction():
        execute("UPDATE farm_connected_account SET enabled = false")
    assert pay_run(run.id).state == "paid"
    held = of(run, scene, "field")
    assert held.state == "held" and "account_disabled" in held.flags and not scene.bank.calls
