"""Two people, two workers, two clicks at once: real connections, one outcome."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from marketplace.kernel.database import rows, scalar
from marketplace.kernel.errors import Conflict, Refusal
from marketplace.payouts import bank
from marketplace.payouts.approve import approve_run
from marketplace.payouts.bank import TransferRequest, TransferView
from marketplace.payouts.check_books import check_books
from marketplace.payouts.draw_up import draw_up_run
from marketplace.payouts.pay import pay_run
from marketplace.payouts.submit import submit_run
from marketplace.payouts.transfer import pay_statement
from tests.factories.small_market import connect_farms
from tests.payouts.scene import FakeBank, Scene, set_up, today


@pytest.fixture
def crowded(app: Flask) -> Iterator[Scene]:
    """A scene with sales of every farm."""
    before = bank._bank
    with app.app_context():
        made = set_up()
        connect_farms(made.made)
        for _number in range(5):
            made.sell(("kale", 1000, 0), ("milk", 2040, 150), ("honey", 780, 30))
        bank.use(made.bank)
    yield made
    with app.app_context():
        assert check_books().differences == ()
    bank._bank = before


def at_once(app: Flask, *doings: Callable[[], object]) -> list[object]:
    """Runs all of them at the same moment, each with a connection of its own; results or what was raised."""
    gate = threading.Barrier(len(doings))
    outcomes: list[object] = [None] * len(doings)

    def run(place: int, doing: Callable[[], object]) -> None:
        with app.app_context():
            gate.wait(10)
            try:
                outcomes[place] = doing() or "done"
            except Exception as problem:
                outcomes[place] = problem

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(doings)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


def refused(outcomes: list[object]) -> int:
    assert all(isinstance(one, Conflict) for one in outcomes if isinstance(one, Exception)), outcomes
    return sum(isinstance(one, Refusal) for one in outcomes)


def test_two_draw_up_at_once(app: Flask, crowded: Scene) -> None:
    outcomes = at_once(app, *[lambda: draw_up_run(crowded.market, today(), crowded.operator)] * 2)
    assert refused(outcomes) == 1
    with app.app_context():
        assert scalar("SELECT count(*) FROM payout_run") == 1
        lines = rows("SELECT count(*) AS n, count(DISTINCT ledger_entry_id) AS entries FROM payout_line")[0]
        assert lines.n == lines.entries > 0


def test_two_sign_at_once(app: Flask, crowded: Scene) -> None:
    run_id = _submitted(app, crowded)
    outcomes = at_once(
        app, lambda: approve_run(run_id, crowded.approver), lambda: approve_run(run_id, crowded.admin)
    )
    assert refused(outcomes) == 1
    with app.app_context():
        assert scalar("SELECT count(*) FROM ledger_txn WHERE kind = 'commission'") == 9  # three farms, three components


def test_two_pay_at_once_and_two_workers_a_statement(app: Flask, crowded: Scene) -> None:
    run_id = _submitted(app, crowded)
    with app.app_context():
        approve_run(run_id, crowded.approver)
    assert refused(at_once(app, *[lambda: pay_run(run_id)] * 2)) == 1
    with app.app_context():
        assert scalar("SELECT count(*) FROM fact WHERE kind = 'PayoutWanted'") == 3
        statements = [row.id for row in rows("SELECT id FROM statement ORDER BY id")]
    work = [lambda number=number: pay_statement(number) for number in statements for _worker in range(2)]
    assert all(not isinstance(one, Exception) for one in at_once(app, *work))
    with app.app_context():
        assert scalar("SELECT state FROM payout_run") == "paid"
        assert scalar("SELECT count(*) FROM ledger_txn WHERE kind = 'transfer'") == 3 == len(crowded.bank.transfers)
        assert scalar("SELECT count(*) FROM fact WHERE kind = 'StatementPaid'") == 3


class ForgetfulBank(FakeBank):
    """The control: a provider that does not know keys, and is not asked for what it made."""

    def transfer(self, request: TransferRequest) -> TransferView:
        made = super().transfer(request)
        self.transfers[f"{request.key}#{len(self.transfers)}"] = self.transfers.pop(request.key)
        return made


def test_control_without_keys_two_workers_pay_twice(app: Flask, crowded: Scene) -> None:
    forgetful = ForgetfulBank()
    request = TransferRequest("tr-1", "1", "run", "acct_1", 100, "")
    at_once(app, lambda: forgetful.transfer(request), lambda: forgetful.transfer(request))
    assert len(forgetful.transfers) == 2


def _submitted(app: Flask, scene: Scene) -> int:
    with app.app_context():
        run = draw_up_run(scene.market, today(), scene.operator)
        return int(submit_run(run.id, scene.operator).id)
