"""Disputed payments: taken, given back, lost, and on whom it falls. Each fact once, whoever tells it how often."""

from __future__ import annotations

import pytest

from marketplace.checkout.cancel_order import cancel_order
from marketplace.kernel.database import db, rows, scalar
from marketplace.kernel.errors import Conflict
from marketplace.payments.dispute import look_at_dispute
from marketplace.payments.gateway import ProviderRefused
from marketplace.payments.hear import hear
from marketplace.payments.refund import refund_amount
from tests.factories.paid import Till, balance, drain, fresh, paid, payment
from tests.factories.small_market import SmallMarket, small_market
from tests.payments.dispute_steps import (
    FEE,
    borne_by_farms,
    collected,
    decided,
    opened,
    proved,
    states,
    tell,
)
from tests.payments.test_card import collect, pack


def test_what_the_bank_takes_is_held_and_its_fee_is_ours(till: Till, market: SmallMarket) -> None:
    order = collected(till, market, {"kale": 2})
    fees = balance("stripe:fees")
    dispute = opened(till, reason="fraudulent")
    for kind in ("charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.updated"):
        tell(dispute, kind)
    assert states() == [("needs_response", "fraudulent", 680, "market")]
    assert balance("disputes:held") == 680
    assert balance("stripe:fees") - fees == FEE
    assert balance(f"farm:{market.farms['field']}:payable") == -680
    assert (fresh(order).state, fresh(order).payment_state) == ("collected", "captured")
    assert rows("SELECT evidence_due_by > opened_at AS later FROM dispute")[0].later
    db.session.rollback()
    proved(till)


def test_won_comes_back(till: Till, market: SmallMarket) -> None:
    collected(till, market, {"kale": 2})
    dispute = opened(till)
    decided(till, dispute, won=True, times=2)
    assert states() == [("won", dispute["reason"], 0, "market")]
    assert (balance("disputes:held"), balance(f"market:{market.market}:commission")) == (0, 0)
    proved(till)


def test_lost_is_the_markets_by_default(till: Till, market: SmallMarket) -> None:
    collected(till, market, {"kale": 2})
    dispute = opened(till)
    decided(till, dispute, won=False, times=2)
    assert states() == [("lost", dispute["reason"], 680, "market")]
    assert (balance("disputes:held"), balance(f"market:{market.market}:commission")) == (0, 680)
    assert balance(f"farm:{market.farms['field']}:payable") == -680
    proved(till)


def test_lost_falls_on_the_farms_by_their_shares(till: Till, market: SmallMarket) -> None:
    borne_by_farms(market)
    collected(till, market, {"kale": 1, "milk": 1})  # 340 and 204
    decided(till, opened(till), won=False)
    assert balance(f"farm:{market.farms['field']}:payable") == 0
    assert balance(f"farm:{market.farms['dairy']}:payable") == 0
    assert balance(f"market:{market.market}:commission") == 0
    assert [row.part for row in rows("SELECT part FROM ledger_entry WHERE part = 'dispute'")] == ["dispute"] * 2
    db.session.rollback()
    proved(till)


def test_of_an_order_refunded_in_part_the_bank_takes_all(till: Till, market: SmallMarket) -> None:
    borne_by_farms(market)
    order = collected(till, market, {"kale": 2})
    refund_amount(order.id, 100, "Bruch", "farm")
    drain()
    decided(till, opened(till), won=False)
    # The customer has 780 for 680: the farm bears what it gave back and what was lost.
    assert balance(f"farm:{market.farms['field']}:payable") == -680 + 100 + states()[0][2]
    assert (fresh(order).payment_state, payment(order).refunded_cents) == ("partially_refunded", 100)
    proved(till)


def test_heard_for_the_first_time_when_all_is_over(till: Till, market: SmallMarket) -> None:
    collected(till, market, {"kale": 2})
    dispute = opened(till, heard=False)
    decided(till, dispute, won=False)
    assert balance(f"market:{market.market}:commission") == 680
    kinds = [row.kind for row in rows("SELECT kind FROM ledger_txn WHERE source_type = 'dispute' ORDER BY id")]
    assert kinds == ["dispute_withdrawn", "dispute_lost"]
    db.session.rollback()
    proved(till)


def test_an_older_look_changes_nothing(till: Till, market: SmallMarket) -> None:
    """Two workers look, the slower one saw less: set ids, not deltas, and no way back from closed."""
    from marketplace.payments.dispute import _merge
    from marketplace.payments.gateway import gateway

    order = collected(till, market, {"kale": 2})
    dispute = opened(till, heard=False)
    before = gateway().dispute(dispute["id"])
    decided(till, dispute, won=True)
    _merge(payment(order).id, before)
    assert states()[0][:3] == ("won", dispute["reason"], 0)
    assert balance("disputes:held") == 0
    proved(till)


def test_known_before_the_payment_is(till: Till, market: SmallMarket) -> None:
    """Captured at once, disputed at once, and the events come in the wrong order."""
    far = small_market(days_ahead=9, slug="weit")
    from tests.factories.paid import placed

    order = placed(far, {"kale": 2})
    intent = till.pay(order, card="4000000000000259")
    dispute = till.stand_in.client.v1.disputes.list({"payment_intent": intent}).data[0].to_dict()
    tell(dispute)
    assert (fresh(order).state, fresh(order).payment_state) == ("confirmed", "captured")
    assert balance("disputes:held") == 680
    proved(till)


def test_of_a_payment_of_nobody_here_is_ignored(till: Till, market: SmallMarket) -> None:
    made = till.stand_in.client.v1.payment_intents.create(
        {
            "amount": 500,
            "currency": "eur",
            "confirm": True,
            "payment_method": "pm_card_visa",
            "allowed_payment_method_types": ["card"],
        }
    )
    dispute = till.stand_in.order("disputes", charge=str(made.latest_charge), reason="general")
    assert hear("charge.dispute.created", dispute) is False
    assert states() == []
    assert balance("disputes:held") == 0


def test_an_unknown_dispute_changes_nothing(till: Till, market: SmallMarket) -> None:
    collected(till, market, {"kale": 1})
    with pytest.raises(ProviderRefused):
        look_at_dispute("dp_nobody")
    assert states() == []


def test_a_refund_is_refused_while_it_is_open_and_after_it_is_lost(till: Till, market: SmallMarket) -> None:
    order = collected(till, market, {"kale": 2})
    dispute = opened(till)
    with pytest.raises(Conflict, match="Streitfall ist offen"):
        refund_amount(order.id, 100, "Bruch", "market")
    decided(till, dispute, won=False)
    with pytest.raises(Conflict, match="zweites Mal"):
        refund_amount(order.id, 100, "Bruch", "market")
    assert scalar("SELECT count(*) FROM refund") == 0
    assert fresh(order).lines[0].refunded_cents == 0
    proved(till)


def test_after_it_is_won_a_refund_is_made_as_ever(till: Till, market: SmallMarket) -> None:
    order = collected(till, market, {"kale": 2})
    decided(till, opened(till), won=True)
    refund_amount(order.id, 100, "Bruch", "market")
    drain()
    assert payment(order).refunded_cents == 100
    proved(till)


def test_before_the_handover_the_money_in_between_pays_and_what_is_given_then_is_borne(
    till: Till, settings: object
) -> None:
    market = small_market(days_ahead=9)
    order = paid(till, market, {"kale": 2})
    decided(till, opened(till), won=False)
    assert (balance("customer:clearing"), balance(f"market:{market.market}:commission")) == (0, 0)
    assert (fresh(order).state, fresh(order).payment_state) == ("confirmed", "captured")
    proved(till)
    pack(order.id)
    drain()
    collect(order.id)
    assert (balance("customer:clearing"), balance(f"market:{market.market}:commission")) == (0, 680)
    assert balance(f"farm:{market.farms['field']}:payable") == -680
    proved(till)


def test_cancelled_while_open_waits_and_goes_back_when_it_is_won(till: Till, settings: object) -> None:
    market = small_market(days_ahead=9)
    order = paid(till, market, {"kale": 2})
    dispute = opened(till)
    cancel_order(order.id)
    assert "parked" not in drain()
    assert rows("SELECT state FROM refund")[0].state == "submitting"
    assert scalar("SELECT count(*) FROM delivery WHERE state <> 'done'") == 0
    decided(till, dispute, won=True)
    assert (fresh(order).payment_state, payment(order).refunded_cents) == ("refunded", 680)
    assert balance("customer:clearing") == 0
    proved(till)


def test_cancelled_while_open_and_lost_costs_nobody_anything(till: Till, settings: object) -> None:
    market = small_market(days_ahead=9)
    order = paid(till, market, {"kale": 2})
    dispute = opened(till)
    cancel_order(order.id)
    drain()
    decided(till, dispute, won=False)
    assert rows("SELECT state FROM refund")[0].state == "failed"
    assert fresh(order).payment_state == "refunded"
    assert (balance("customer:clearing"), balance(f"market:{market.market}:commission")) == (0, 0)
    assert till.books()["refunds"] == []
    proved(till)


def test_cancelled_after_it_was_lost_gives_nothing_back_twice(till: Till, settings: object) -> None:
    market = small_market(days_ahead=9)
    order = paid(till, market, {"kale": 2})
    decided(till, opened(till), won=False)
    cancel_order(order.id)
    drain()
    assert (fresh(order).payment_state, scalar("SELECT count(*) FROM refund")) == ("refunded", 0)
    assert balance("customer:clearing") == 0
    proved(till)


def test_a_farms_refund_that_waited_is_nobodys_after_a_lost_dispute(till: Till, settings: object) -> None:
    """Asked for, then disputed before it was made, then cancelled, then lost: all parts come back to nothing."""
    market = small_market(days_ahead=9)
    order = paid(till, market, {"kale": 2, "milk": 1})
    refund_amount(order.id, 101, "Bruch", "farm")
    dispute = opened(till)
    drain()
    cancel_order(order.id)
    drain()
    decided(till, dispute, won=False)
    for name in ("field", "dairy"):
        assert balance(f"farm:{market.farms[name]}:payable") == 0
    assert balance("customer:clearing") == 0
    assert [line.refunded_cents for line in fresh(order).lines] == [0, 0]
    proved(till)


def test_packed_short_while_open_and_then_lost(till: Till, settings: object) -> None:
    """What was too much waits to go back; lost, it pays for a part of the loss."""
    market = small_market(days_ahead=9)
    order = paid(till, market, {"kale": 2, "milk": 1})
    dispute = opened(till)
    pack(order.id, "milk", 0)
    drain()
    collect(order.id)
    drain()
    decided(till, dispute, won=False)
    assert balance("customer:clearing") == 0
    assert balance(f"market:{market.market}:commission") == fresh(order).owed_cents
    proved(till)


def test_a_refund_that_the_provider_refuses_waits_though_we_had_not_heard(till: Till, market: SmallMarket) -> None:
    order = collected(till, market, {"kale": 2})
    dispute = opened(till, heard=False)
    refund_amount(order.id, 100, "Bruch", "market")
    assert "parked" not in drain()
    assert states()[0][0] == "needs_response"
    decided(till, dispute, won=True)
    assert payment(order).refunded_cents == 100
    proved(till)
