"""Each way in which money and orders come apart, and how they come together again by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from marketplace.checkout.cancel_order import cancel_order
from marketplace.checkout.expire_unpaid import expire_order
from marketplace.checkout.start_payment import start_payment
from marketplace.kernel.database import db, execute, rows, scalar, transaction
from marketplace.payments.catch_up import catch_up, catch_up_hourly
from marketplace.payments.gateway import ProviderUnavailable
from marketplace.payments.make_refund import make_refund
from marketplace.payments.overdue import pursue_payments, pursue_refunds
from marketplace.payments.poll import poll_payments
from marketplace.payments.refund import refund_amount
from tests.factories.paid import Till, drain, fresh, paid, payment, placed, stock_of
from tests.factories.small_market import SmallMarket
from tests.payments.test_card import pack
from tests.payments.test_refunds import captured

Agree = Callable[[], None]


def quiet() -> None:
    """A while later: nobody has looked at anything for some minutes, and every pause is over."""
    with transaction():
        execute("UPDATE payment SET created_at = created_at - interval '10 minutes', tried_at = NULL")
        execute("UPDATE refund SET created_at = created_at - interval '10 minutes'")
        execute("UPDATE delivery SET available_at = clock_timestamp()")


def lose_messages() -> None:
    """Every fact was handed out and every delivery is gone, as after a restored backup."""
    with transaction():
        execute("DELETE FROM delivery")
        execute("UPDATE fact SET fanned_out_at = clock_timestamp()")


def a_day_old() -> None:
    """Longer ago than the provider remembers a key."""
    with transaction():
        execute("UPDATE payment SET created_at = created_at - interval '25 hours'")
        execute("UPDATE refund SET created_at = created_at - interval '25 hours'")


def cut_answer(till: Till, method: str, path: str, count: int = 1) -> None:
    """The provider does it, and its answer is lost."""
    till.stand_in.order("faults", kind="drop", moment="after", method=method, path=path, count=count)


def captures(till: Till) -> list[dict[str, Any]]:
    return [intent for intent in till.intents() if intent["status"] == "succeeded"]


def test_the_browser_never_returned_and_no_webhook_was_sent(till: Till, market: SmallMarket, agree: Agree) -> None:
    order = placed(market, {"kale": 2})
    till.pay(order)
    drain()
    assert fresh(order).state == "awaiting_payment"
    quiet()
    assert poll_payments() == 1
    assert fresh(order).state == "confirmed"


def test_the_events_are_fetched_and_act_once(till: Till, market: SmallMarket, agree: Agree) -> None:
    order = placed(market, {"kale": 2})
    till.pay(order)
    assert catch_up() > 0
    drain()
    assert fresh(order).state == "confirmed"
    stored = scalar("SELECT count(*) FROM inbox_event")
    db.session.rollback()
    assert catch_up() == 0
    assert scalar("SELECT count(*) FROM inbox_event") == stored
    db.session.rollback()


def test_events_are_fetched_once_an_hour_and_go_on_from_the_cursor(till: Till, market: SmallMarket) -> None:
    order = placed(market, {"kale": 2})
    till.pay(order)
    till.stand_in.order("faults", kind="error", status=503, path="/v1/events", count=1)
    assert catch_up_hourly() == 0
    assert scalar("SELECT count(*) FROM cursor") == 0
    with transaction():
        execute("UPDATE due_job SET started_at = started_at - interval '11 minutes'")
    assert catch_up_hourly() > 0
    assert catch_up_hourly() == 0
    assert scalar("SELECT count(*) FROM cursor WHERE name = 'events'") == 1
    db.session.rollback()


def test_the_answer_to_the_session_is_lost(till: Till, market: SmallMarket, agree: Agree) -> None:
    cut_answer(till, "POST", "/v1/checkout/sessions")
    order = placed(market, {"kale": 2})
    assert payment(order).session_ref is None
    assert start_payment(order.id)
    assert len(till.books()["sessions"]) == 1
    till.pay(order)
    quiet()
    poll_payments()
    assert fresh(order).state == "confirmed"


def test_the_message_about_the_session_is_lost(till: Till, market: SmallMarket, agree: Agree) -> None:
    till.stand_in.order("faults", kind="drop", method="POST", path="/v1/checkout/sessions", count=1)
    order = placed(market, {"kale": 2})
    lose_messages()
    drain()
    assert payment(order).session_ref is None
    quiet()
    assert pursue_payments() == 1
    assert payment(order).session_ref is not None


def test_the_answer_to_the_capture_is_lost(till: Till, market: SmallMarket, agree: Agree) -> None:
    order = paid(till, market, {"kale": 2})
    drain()
    cut_answer(till, "POST", f"/v1/payment_intents/{payment(order).provider_ref}/capture")
    pack(order.id)
    assert drain()["again"] == 1
    assert payment(order).state == "authorized"
    quiet()
    drain()
    assert payment(order).state == "captured"


def test_the_capture_was_made_longer_ago_than_its_key_is_remembered(
    till: Till, market: SmallMarket, agree: Agree
) -> None:
    order = paid(till, market, {"kale": 2})
    drain()
    ref = payment(order).provider_ref
    cut_answer(till, "POST", f"/v1/payment_intents/{ref}/capture")
    pack(order.id)
    drain()
    lose_messages()
    till.stand_in.control("clock", advance=25 * 3600)
    a_day_old()
    quiet()
    # It is looked for: a second capture would be an error here.
    till.stand_in.order("faults", kind="error", status=500, method="POST", path="/v1/payment_intents", count=1)
    assert pursue_payments() == 1
    assert payment(order).state == "captured"
    till.stand_in.order("faults/clear")


def test_the_answer_to_the_cancel_is_lost(till: Till, market: SmallMarket, agree: Agree) -> None:
    order = paid(till, market, {"kale": 2})
    drain()
    cut_answer(till, "POST", f"/v1/payment_intents/{payment(order).provider_ref}/cancel")
    cancel_order(order.id)
    assert drain()["again"] == 1
    lose_messages()
    quiet()
    assert pursue_payments() == 1
    assert (payment(order).state, till.intents()[0]["status"]) == ("cancelled", "canceled")


@pytest.mark.parametrize("is_old", [False, True])
def test_the_answer_to_a_refund_is_lost(till: Till, market: SmallMarket, agree: Agree, is_old: bool) -> None:
    """Two equal ones are two; each is made once, even when the provider has forgotten the key."""
    order_id = captured(till, market, {"kale": 2})
    refunds = [refund_amount(order_id, 100, "welk", "farm").id for _ in range(2)]
    cut_answer(till, "POST", "/v1/refunds", count=2)
    for refund in refunds:
        with pytest.raises(ProviderUnavailable):
            make_refund(refund)
    if is_old:
        till.stand_in.control("clock", advance=25 * 3600)
        a_day_old()
    lose_messages()
    quiet()
    assert pursue_refunds() == 2
    assert [refund["amount"] for refund in till.books()["refunds"]] == [100, 100]
    assert {row.state for row in rows("SELECT state FROM refund")} == {"done"}
    db.session.rollback()


def test_a_parked_refund_that_was_made_is_booked_and_one_that_was_not_waits(
    till: Till, market: SmallMarket, agree: Agree
) -> None:
    order_id = captured(till, market, {"kale": 2})
    made, not_made = (refund_amount(order_id, cents, "welk", "farm").id for cents in (100, 70))
    cut_answer(till, "POST", "/v1/refunds")
    with pytest.raises(ProviderUnavailable):
        make_refund(made)
    with transaction():  # a day of tries in vain
        execute("UPDATE fact SET fanned_out_at = clock_timestamp()")
        execute(
            "INSERT INTO delivery (fact_id, consumer, state) SELECT id, 'payments.refund', 'parked' FROM fact"
            " WHERE kind = 'RefundWanted'"
        )
    quiet()
    pursue_refunds()
    states = {row.id: row.state for row in rows("SELECT id, state FROM refund")}
    db.session.rollback()
    assert states == {made: "done", not_made: "submitting"}
    assert len(till.books()["refunds"]) == 1


def late(till: Till, market: SmallMarket, *, capture_at_once: bool = False) -> Any:
    """Paid, and the order expired before anybody told us."""
    order = placed(market, {"kale": 2})
    till.pay(order)
    with transaction():
        execute("UPDATE orders SET expires_at = app_now() - interval '1 minute' WHERE id = :id", id=order.id)
    return order


def test_paid_late_and_the_goods_are_still_there(till: Till, market: SmallMarket, agree: Agree) -> None:
    order = late(till, market)
    assert expire_order(order.id)
    drain()  # the page is to be closed, and was paid
    assert fresh(order).state == "confirmed"
    assert stock_of(market, "kale")[2] == 2


def test_paid_late_and_the_goods_are_gone(till: Till, market: SmallMarket, agree: Agree) -> None:
    order = late(till, market)
    assert expire_order(order.id)
    with transaction():
        execute("UPDATE stock SET capacity = 1 WHERE id = :id", id=market.stocks["kale"])
    drain()
    assert fresh(order).state == "expired"
    assert till.intents()[0]["status"] == "canceled"
