"""Money taken back from a farm's account: by us, by hand at the provider, refused, unanswered. Booked once."""

from __future__ import annotations

import pytest

from marketplace.kernel.database import rows, scalar
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.payouts.models import Statement
from marketplace.payouts.pay import pay_run
from marketplace.payouts.reverse_transfer import look_at_transfer, make_reversal, reverse_transfer
from tests.factories.small_market import connect_farms
from tests.payouts.scene import ProviderRefused, ProviderUnavailable, ReversalView, Scene, _balance
from tests.payouts.steps import approved, balance, drawn, of, work


@pytest.fixture
def statement(scene: Scene) -> Statement:
    """1000 cents of kale, paid: 893 cents at the farm's account after commission."""
    connect_farms(scene.made)
    scene.sell(("kale", 1000, 0))
    run = approved(scene)
    pay_run(run.id)
    work(run)
    return of(run, scene, "field")


def payable(scene: Scene) -> int:
    return balance(f"farm:{scene.farm('field')}:payable", scene)


def test_in_part_and_again_is_the_farms_again(scene: Scene, statement: Statement) -> None:
    available = balance("stripe:available", scene)
    for _ in range(2):
        reversal = reverse_transfer(statement.id, 100, "Doppelt verkauft")
        for _ in range(2):
            make_reversal(reversal.id)
    assert payable(scene) == -200
    assert balance("stripe:available", scene) == available + 200
    found = rows("SELECT state, amount_cents, provider_ref IS NOT NULL AS made FROM transfer_reversal")
    assert [tuple(row) for row in found] == [("done", 100, True)] * 2
    sources = rows("SELECT source_type, count(*) FROM ledger_txn WHERE kind = 'transfer_reversal' GROUP BY 1")
    assert [tuple(row) for row in sources] == [("transfer_reversal", 2)]
    following = of(drawn(scene), scene, "field")
    assert (following.gross_cents, following.corrections_cents, following.payout_cents) == (0, 200, 200)


def test_its_key_is_its_own(scene: Scene, statement: Statement) -> None:
    reversal = reverse_transfer(statement.id, 100, "Grund")
    make_reversal(reversal.id)
    assert scene.bank.calls[-1] == f"rv-{reversal.uuid}"


def test_never_more_than_is_unreversed(scene: Scene, statement: Statement) -> None:
    for cents in (0, statement.payout_cents + 1):
        with pytest.raises(Invalid):
            reverse_transfer(statement.id, cents, "Grund")
    with pytest.raises(Invalid):
        reverse_transfer(statement.id, 100, "  ")
    assert scalar("SELECT count(*) FROM transfer_reversal") == 0
    reverse_transfer(statement.id, statement.payout_cents - 10, "Grund")
    with pytest.raises(Invalid):
        reverse_transfer(statement.id, 11, "Grund")
    assert scalar("SELECT count(*) FROM transfer_reversal") == 1


def test_nothing_to_take_back_of_what_was_not_transferred(scene: Scene) -> None:
    scene.sell(("kale", 1000, 0))
    run = approved(scene)
    with pytest.raises(Conflict):
        reverse_transfer(of(run, scene, "field").id, 1, "Grund")
    assert scalar("SELECT count(*) FROM transfer_reversal") == 0


def test_an_account_without_the_money_is_an_exception_with_its_reason(scene: Scene, statement: Statement) -> None:
    reversal = reverse_transfer(statement.id, 100, "Grund")
    scene.bank.says = [ProviderRefused("Insufficient funds in the connected account", "balance_insufficient")]
    make_reversal(reversal.id)
    found = rows("SELECT state, last_error FROM transfer_reversal")
    assert [tuple(row) for row in found] == [("failed", "Insufficient funds in the connected account")]
    assert payable(scene) == 0
    again = reverse_transfer(statement.id, statement.payout_cents, "Grund")  # what failed does not count
    make_reversal(again.id)
    assert payable(scene) == -statement.payout_cents


def test_an_unanswered_try_is_looked_for_before_another(scene: Scene, statement: Statement) -> None:
    reversal = reverse_transfer(statement.id, 100, "Grund")
    scene.bank.lose_answers = 1
    with pytest.raises(ProviderUnavailable):
        make_reversal(reversal.id)
    assert payable(scene) == 0
    calls = len(scene.bank.calls)
    make_reversal(reversal.id)
    assert payable(scene) == -100 and len(scene.bank.calls) == calls


def test_by_hand_at_the_provider_is_booked_once(scene: Scene, statement: Statement) -> None:
    ref = str(statement.provider_ref)
    row = _balance("txn_trr_hand", "transfer_refund", "trr_hand", 250)
    scene.bank.reversed[ref] = {"hand": ReversalView("trr_hand", 250, None, row)}
    for _ in range(2):
        assert look_at_transfer(ref)
    found = rows("SELECT state, amount_cents, created_by, provider_ref FROM transfer_reversal")
    assert [tuple(row) for row in found] == [("done", 250, "provider", "trr_hand")]
    assert payable(scene) == -250
    assert not look_at_transfer("tr_of_nobody")


def test_an_event_that_overtakes_our_answer_is_ours(scene: Scene, statement: Statement) -> None:
    reversal = reverse_transfer(statement.id, 100, "Grund")
    scene.bank.lose_answers = 1
    with pytest.raises(ProviderUnavailable):
        make_reversal(reversal.id)
    assert look_at_transfer(str(statement.provider_ref))
    make_reversal(reversal.id)
    assert scalar("SELECT count(*) FROM transfer_reversal") == 1
    assert payable(scene) == -100
