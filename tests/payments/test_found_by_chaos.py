"""Small scenes of what the state machine found (tests/chaos): each was a way to lose a cent, an order or an end."""

from __future__ import annotations

import pytest

from marketplace.payments.settle import settle
from tests.factories.paid import Till, drain, fresh, payment, placed
from tests.factories.small_market import SmallMarket
from tests.payments.test_card import expire


@pytest.mark.parametrize("card", ["4000002760003184", "4000000000000002"])
def test_left_at_the_bank_or_declined_and_known_to_us_is_closed_when_the_order_expires(
    till: Till, market: SmallMarket, card: str
) -> None:
    """The provider refuses to cancel a payment while its page is open: the page has to be closed first."""
    order = placed(market, {"kale": 1})
    till.pay(order, card=card)
    settle(payment(order).id)
    expire(order.id)
    drain()
    assert (fresh(order).state, fresh(order).payment_state) == ("expired", "cancelled")
    assert [intent["status"] for intent in till.intents()] == ["canceled"]
    assert [page["status"] for page in till.books()["sessions"]] == ["expired"]
