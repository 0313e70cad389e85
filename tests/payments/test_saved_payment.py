"""Paying with a saved card: at once, once, and never without a way to pay when the card does not."""

from __future__ import annotations

from typing import Any

import pytest

from marketplace.checkout.cancel_order import cancel_order
from marketplace.checkout.place_order import place_order
from marketplace.checkout.start_payment import start_payment
from marketplace.kernel.database import db, execute, rows, transaction
from marketplace.kernel.errors import Invalid
from marketplace.payments.poll import poll_payments
from marketplace.payments.saved_means import remove_means
from marketplace.payments.settle import settle
from marketplace.people.accounts import create_account
from tests.factories.paid import Till, balance, drain, fresh, payment, request_for, stock_of
from tests.factories.small_market import SmallMarket, small_market
from tests.payments.test_card import collect, expire, pack
from tests.payments.test_edges import proven
from tests.payments.test_new_link import attempts
from tests.payments.test_saved_means import ASKS, cards, kept, save

CREATE = {"method": "POST", "path": "/v1/payment_intents"}


@pytest.fixture
def lisa(till: Till) -> int:
    return create_account("lisa@example.org", "markttag-im-muensterland", name="Lisa Terhorst")


def ordered(market: SmallMarket, lisa: int, means_id: int, **changes: Any) -> Any:
    """Placed, and the card asked at once, as the page does."""
    order = place_order(request_for(market, {"kale": 1}, account_id=lisa, means_id=means_id, **changes))
    assert start_payment(order.id) is None
    return fresh(order)


def again() -> dict[str, int]:
    with transaction():
        execute("UPDATE delivery SET available_at = clock_timestamp()")
    return drain()


def test_held_now_captured_as_packed(till: Till, market: SmallMarket, lisa: int) -> None:
    order = ordered(market, lisa, save(till, lisa))
    assert (order.state, order.payment_state) == ("confirmed", "authorized")
    assert stock_of(market, "kale") == (10, 0, 1)
    drain()
    intent = till.intents()[0]
    assert len(till.intents()) == 1
    assert (intent["metadata"]["order"], intent["capture_method"]) == (order.number, "manual")
    pack(order.id)
    drain()
    assert fresh(order).payment_state == "captured"
    collect(order.id)
    assert balance("customer:clearing") == 0
    proven(till)


def test_taken_at_once_when_the_pickup_is_more_than_four_days_away(till: Till, lisa: int) -> None:
    means_id = save(till, lisa)
    market = small_market(days_ahead=5)
    order = ordered(market, lisa, means_id)
    assert (order.state, order.payment_state) == ("confirmed", "captured")
    drain()
    proven(till)


@pytest.mark.parametrize(("card", "word"), [(ASKS, "authentication_required"), ("4000000000000341", "card_declined")])
def test_a_decline_leads_to_the_hosted_page(till: Till, market: SmallMarket, lisa: int, card: str, word: str) -> None:
    means_id = save(till, lisa, card)
    order = ordered(market, lisa, means_id)
    assert (order.state, order.payment_state) == ("awaiting_payment", "pending")
    assert [state for state, *_ in attempts(order)] == ["failed", "pending"]
    assert rows("SELECT last_error FROM payment ORDER BY id")[0].last_error.startswith(word)
    db.session.rollback()
    declined = rows("SELECT min(id) AS id FROM payment")[0].id
    db.session.rollback()
    settle(declined)  # the event of the decline, heard late
    drain()  # closes the declined intent, opens the page
    assert rows("SELECT last_error FROM payment ORDER BY id")[0].last_error.startswith(word)
    db.session.rollback()
    assert [state for state, *_ in attempts(order)] == ["cancelled", "pending"]
    assert start_payment(order.id)
    till.pay(order)
    assert settle(payment(order).id) == "authorized"
    assert fresh(order).state == "confirmed"
    assert sorted(intent["status"] for intent in till.intents()) == ["canceled", "requires_capture"]
    pack(order.id)
    drain()
    proven(till)


def test_the_provider_is_away_and_the_worker_does_it(till: Till, market: SmallMarket, lisa: int) -> None:
    means_id = save(till, lisa)
    till.stand_in.control("faults", kind="error", moment="before", status=500, count=1, **CREATE)
    order = ordered(market, lisa, means_id)
    assert (order.state, order.payment_state) == ("awaiting_payment", "pending")
    drain()
    assert fresh(order).state == "confirmed"
    assert [intent["status"] for intent in till.intents()] == ["requires_capture"]


def test_an_answer_that_never_came_is_looked_up(till: Till, market: SmallMarket, lisa: int) -> None:
    means_id = save(till, lisa)
    till.stand_in.control("faults", kind="drop", moment="after", count=1, **CREATE)
    order = ordered(market, lisa, means_id)
    assert order.state == "awaiting_payment"
    assert len(till.intents()) == 1
    till.stand_in.control("clock", advance=25 * 3600)  # a key that the provider has forgotten must not matter
    drain()
    assert fresh(order).state == "confirmed"
    assert [intent["status"] for intent in till.intents()] == ["requires_capture"]
    assert [state for state, *_ in attempts(order)] == ["authorized"]


def test_removed_while_nobody_knew_whether_it_had_paid(till: Till, market: SmallMarket, lisa: int) -> None:
    """What the unanswered try did is looked for first: no second page beside a hold."""
    means_id = save(till, lisa)
    till.stand_in.control("faults", kind="drop", moment="after", count=1, **CREATE)
    order = ordered(market, lisa, means_id)
    remove_means(lisa, means_id)
    drain()
    assert fresh(order).state == "confirmed"
    assert [state for state, *_ in attempts(order)] == ["authorized"]


def test_removed_after_a_try_that_did_nothing(till: Till, market: SmallMarket, lisa: int) -> None:
    means_id = save(till, lisa)
    till.stand_in.control("faults", kind="drop", moment="before", count=1, **CREATE)
    order = ordered(market, lisa, means_id)
    remove_means(lisa, means_id)
    drain()
    assert till.intents() == []
    assert [state for state, *_ in attempts(order)] == ["failed", "pending"]
    assert start_payment(order.id)


def test_two_at_once_make_one_payment(till: Till, market: SmallMarket, lisa: int) -> None:
    order = ordered(market, lisa, save(till, lisa))
    start_payment(order.id)
    drain()
    assert len(till.intents()) == 1
    assert [state for state, *_ in attempts(order)] == ["authorized"]


def test_expired_before_anybody_knew_the_hold_is_let_go_or_the_order_lives(till: Till, lisa: int, db: object) -> None:
    market = small_market(capacity=1)
    means_id = save(till, lisa)
    till.stand_in.control("faults", kind="drop", moment="after", count=1, **CREATE)
    order = ordered(market, lisa, means_id)
    expire(order.id)
    other = place_order(request_for(market, {"kale": 1}))
    drain()
    assert (fresh(order).state, fresh(order).payment_state) == ("expired", "cancelled")
    assert [intent["status"] for intent in till.intents()] == ["canceled"]
    assert fresh(other).state == "awaiting_payment"


def test_cancelled_while_the_provider_is_away(till: Till, market: SmallMarket, lisa: int) -> None:
    means_id = save(till, lisa)
    till.stand_in.control("faults", kind="error", moment="before", status=500, count=1, **CREATE)
    order = ordered(market, lisa, means_id)
    cancel_order(order.id)
    drain()
    assert (fresh(order).state, fresh(order).payment_state) == ("cancelled", "cancelled")
    assert till.intents() == []


def test_a_card_removed_meanwhile_leads_to_the_hosted_page(till: Till, market: SmallMarket, lisa: int) -> None:
    means_id = save(till, lisa)
    order = place_order(request_for(market, {"kale": 1}, account_id=lisa, means_id=means_id))
    remove_means(lisa, means_id)
    drain()
    assert start_payment(order.id)
    assert till.intents() == []
    assert [state for state, *_ in attempts(order)] == ["failed", "pending"]


def test_a_card_that_the_provider_no_longer_knows_leads_to_the_hosted_page(
    till: Till, market: SmallMarket, lisa: int
) -> None:
    means_id = save(till, lisa)
    ref = rows("SELECT provider_ref FROM saved_means")[0].provider_ref
    db.session.rollback()
    till.stand_in.client.v1.payment_methods.detach(ref)
    order = ordered(market, lisa, means_id)
    assert [state for state, *_ in attempts(order)] == ["failed", "pending"]
    assert start_payment(order.id)


def test_others_cards_cannot_pay(till: Till, market: SmallMarket, lisa: int) -> None:
    means_id = save(till, lisa)
    tom = create_account("tom@example.org", "markttag-im-muensterland", name="Tom")
    for account_id in (tom, None):
        with pytest.raises(Invalid) as refusal:
            place_order(request_for(market, {"kale": 1}, account_id=account_id, means_id=means_id))
        assert "payment_method" in refusal.value.errors
    with pytest.raises(Invalid):
        place_order(
            request_for(market, {"kale": 1}, account_id=lisa, means_id=means_id, payment_method="pay_at_pickup")
        )
    assert rows("SELECT id FROM orders") == []
    db.session.rollback()
    assert till.intents() == []


def test_kept_along_with_a_payment_only_when_agreed_to(till: Till, market: SmallMarket, lisa: int) -> None:
    for keep in (False, True):
        order = place_order(request_for(market, {"kale": 1}, account_id=lisa, keep_means=keep))
        assert start_payment(order.id)
        till.pay(order)
        assert settle(payment(order).id) == "authorized"
        drain()
        assert cards(lisa) == ([("4242", True)] if keep else [])
    assert kept(till, lisa) == ["4242"]
    assert rows("SELECT consent_text FROM means_setup")[0].consent_text
    db.session.rollback()
    means_id = rows("SELECT id FROM saved_means")[0].id
    db.session.rollback()
    assert ordered(market, lisa, means_id).state == "confirmed"


def test_a_guest_keeps_nothing(till: Till, market: SmallMarket) -> None:
    order = place_order(request_for(market, {"kale": 1}, keep_means=True))
    assert start_payment(order.id)
    till.pay(order)
    settle(payment(order).id)
    drain()
    assert rows("SELECT id FROM means_setup") == [] and rows("SELECT account_id FROM provider_customer") == []
    db.session.rollback()


def test_an_event_alone_settles_it(till: Till, market: SmallMarket, lisa: int) -> None:
    """Our answer was lost, and the worker too: the provider's event names the payment."""
    means_id = save(till, lisa)
    till.stand_in.control("faults", kind="drop", moment="after", count=1, **CREATE)
    order = ordered(market, lisa, means_id)
    assert settle(payment(order).id, till.intents()[0]["id"]) == "authorized"
    assert fresh(order).state == "confirmed"
    drain()
    assert len(till.intents()) == 1
    assert poll_payments() == 0
