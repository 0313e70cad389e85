"""Money under our name beside the payment that counts, and holds that would end before the goods are packed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from marketplace.kernel.database import execute, rows, transaction
from marketplace.payments.bring_about import bring_about
from marketplace.payments.catch_up import catch_up
from marketplace.payments.gateway import ProviderUnavailable
from marketplace.payments.overdue import take_ending_holds
from marketplace.payments.settle import settle
from marketplace.reconciliation.run import reconcile
from tests.factories.paid import Till, drain, fresh, paid, payment, placed
from tests.factories.small_market import SmallMarket
from tests.payments.test_card import pack
from tests.reconciliation.test_healing import cut_answer

Agree = Callable[[], None]


def second_intent(till: Till, order: Any, *, capture: bool, **more: str) -> str:
    """A PaymentIntent under the name of our payment, beside the one that we know."""
    made = till.stand_in.client.v1.payment_intents.create(
        {
            "amount": payment(order).amount_cents,
            "currency": "eur",
            "confirm": True,
            "payment_method": "pm_card_visa",
            "capture_method": "automatic" if capture else "manual",
            "metadata": {"order": order.number, "payment": str(payment(order).id), **more},
        }
    )
    return str(made.id)


def test_a_hold_beside_ours_is_let_go(till: Till, market: SmallMarket, agree: Agree) -> None:
    order = paid(till, market, {"kale": 2})
    stray = second_intent(till, order, capture=False)
    catch_up()
    drain()
    assert {intent["id"]: intent["status"] for intent in till.intents()}[stray] == "canceled"
    assert (fresh(order).state, fresh(order).payment_state) == ("confirmed", "authorized")


@pytest.mark.parametrize("told", [True, False])
def test_money_beside_ours_is_booked_and_given_back(till: Till, market: SmallMarket, agree: Agree, told: bool) -> None:
    order = paid(till, market, {"kale": 2})
    stray = second_intent(till, order, capture=True)
    if told:
        catch_up()
    else:
        assert stray in reconcile()["repaired"]
    drain()
    [refund] = till.books()["refunds"]
    assert refund["payment_intent"] == stray
    agree()  # charge, fee and refund stand in our books as in theirs
    assert (fresh(order).state, fresh(order).payment_state) == ("confirmed", "authorized")
    pack(order.id)
    drain()
    assert fresh(order).payment_state == "captured"  # the one that counts is captured, and stays
    assert len(till.books()["refunds"]) == 1


def test_a_hold_about_to_end_is_taken_whole_and_the_rest_goes_back(
    till: Till, market: SmallMarket, agree: Agree
) -> None:
    order = paid(till, market, {"kale": 2, "cabbage": 1})
    assert take_ending_holds() == 0
    held = payment(order)
    with transaction():
        execute("UPDATE payment SET capture_before = app_now() + interval '11 hours'")
    assert take_ending_holds() == 1
    drain()
    assert payment(order).captured_cents == held.authorized_cents
    pack(order.id)
    drain()
    now = payment(order)
    assert now.captured_cents - now.refunded_cents == fresh(order).owed_cents
    assert now.refunded_cents > 0  # the tolerance of what is weighed


def test_packed_while_the_whole_hold_is_being_taken(till: Till, market: SmallMarket, agree: Agree) -> None:
    """The answer to the capture of the whole was lost, and then less was packed: the rest goes back all the same."""
    order = paid(till, market, {"cabbage": 1})
    with transaction():
        execute("UPDATE payment SET capture_before = app_now() + interval '11 hours'")
    take_ending_holds()
    cut_answer(till, "POST", f"/v1/payment_intents/{payment(order).provider_ref}/capture")
    with pytest.raises(ProviderUnavailable):
        bring_about(payment(order).id)
    pack(order.id, "cabbage", 250)
    drain()
    now = payment(order)
    assert now.captured_cents - now.refunded_cents == 250


@pytest.mark.parametrize("capture", [True, False])
def test_money_of_a_row_that_had_the_number_before_pays_for_nothing(
    till: Till, market: SmallMarket, agree: Agree, capture: bool
) -> None:
    """A backup was restored, numbers are given out anew: somebody else's payment of the same amount names our row."""
    order = placed(market, {"kale": 2})
    other = second_intent(till, order, capture=capture, intent="00000000-0000-4000-8000-000000000000")
    assert other in reconcile()["repaired"]
    drain()
    assert (fresh(order).state, fresh(order).payment_state) == ("awaiting_payment", "pending")
    assert len(till.books()["refunds"]) == int(capture)
    till.pay(order)
    assert settle(rows("SELECT min(id) AS id FROM payment")[0].id) == "authorized"
    assert fresh(order).state == "confirmed"
    agree()
