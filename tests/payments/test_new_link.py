"""A hold that brought no money: the customer gets a new link, pays once, and all is right again (DECISIONS 16)."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from marketplace.checkout.cancel_order import cancel_order
from marketplace.checkout.start_payment import start_payment
from marketplace.kernel.database import db, execute, rows, transaction
from marketplace.kernel.errors import Conflict
from marketplace.orders.models import Order
from marketplace.payments.ask_again import ask_again
from marketplace.payments.refund import refund_amount, refund_lines
from marketplace.payments.rows import payment_of
from marketplace.payments.settle import settle
from tests.factories.paid import Till, balance, drain, fresh, paid, payment
from tests.factories.small_market import SmallMarket
from tests.payments.test_card import collect, pack
from tests.payments.test_edges import end_hold, proven
from tests.payments.test_refunds import line_of


def lost(till: Till, market: SmallMarket, goods: dict[str, int], amount_cents: int = 0) -> Any:
    """A packed order whose hold had ended before its capture."""
    order = paid(till, market, goods)
    end_hold(till, order)
    pack(order.id, "cabbage", amount_cents)
    drain()
    return fresh(order)


def attempts(order: Any) -> list[tuple[str, int, int]]:
    """(state, asked, captured) of every attempt, the oldest first."""
    statement = "SELECT state, amount_cents, captured_cents FROM payment WHERE order_id = :id ORDER BY id"
    found = rows(statement, id=order.id)
    db.session.rollback()
    return [tuple(row) for row in found]


def pay_newest(till: Till, order: Any, **how: Any) -> str:
    """Pays on the newest attempt's page; the provider's event is heard."""
    found = payment(order)
    ref = till.stand_in.order("pay", session=found.session_ref, **how)["payment_intent"]["id"]
    settle(found.id)
    return str(ref)


def test_the_customer_is_asked_once_and_told(till: Till, market: SmallMarket) -> None:
    order = lost(till, market, {"cabbage": 1}, 380)
    assert (order.state, order.payment_state) == ("ready", "authorized")
    assert attempts(order) == [("authorized", 403, 0), ("pending", 380, 0)]
    assert payment(order).session_url
    told = rows("SELECT recipient FROM notification WHERE kind = 'payment_needed'")
    assert [row.recipient for row in told] == ["lisa@example.org"]


def test_paid_by_the_new_link(till: Till, market: SmallMarket) -> None:
    order = lost(till, market, {"cabbage": 1}, 380)
    pay_newest(till, order)
    drain()
    assert fresh(order).payment_state == "captured"
    assert attempts(order) == [("cancelled", 403, 0), ("captured", 380, 380)]
    assert sorted(intent["status"] for intent in till.intents()) == ["canceled", "succeeded"]
    collect(order.id)
    assert balance("customer:clearing") == 0
    assert balance(f"farm:{market.farms['field']}:payable") == -380
    refund_lines(order.id, [(line_of(order.id, "cabbage"), 1)], "welk", "farm")
    drain()
    assert fresh(order).payment_state == "refunded"
    proven(till)


def test_paid_after_the_pickup(till: Till, market: SmallMarket, database_url: str) -> None:
    order = lost(till, market, {"kale": 1})
    collect(order.id)
    assert balance("customer:clearing") == 340
    pay_newest(till, order)
    drain()
    order = fresh(order)
    assert (order.state, order.payment_state) == ("collected", "captured")
    assert balance("customer:clearing") == 0
    with psycopg.connect(database_url) as connection:
        seen = connection.execute("SELECT paid_cents, refunded_cents, payment_state FROM contract.orders").fetchall()
    assert seen == [(340, 0, "captured")]
    proven(till)


def test_not_paid_it_stays_an_exception(till: Till, market: SmallMarket) -> None:
    order = lost(till, market, {"kale": 1})
    pay_newest(till, order, card="4000000000000002")
    till.stand_in.client.v1.checkout.sessions.expire(str(payment(order).session_ref))  # its day is over
    assert settle(payment(order).id) == "cancelled"
    order = fresh(order)
    assert (order.state, order.payment_state) == ("ready", "authorized")
    found = payment_of(order.id)
    assert found is not None and found.last_error and found.wanted is None and found.hold_lost_at
    db.session.rollback()
    again = ask_again(order.id)
    assert again.amount_cents == 340
    start_payment(order.id)
    pay_newest(till, order)
    drain()
    assert fresh(order).payment_state == "captured"
    assert [state for state, *_ in attempts(order)] == ["cancelled", "cancelled", "captured"]
    proven(till)


def test_a_hold_that_the_provider_refuses_to_capture_is_let_go_when_the_new_link_is_paid(
    till: Till, market: SmallMarket
) -> None:
    order = paid(till, market, {"kale": 1})
    pack(order.id)
    refusal = {"status": 402, "type": "card_error", "code": "card_declined"}
    till.stand_in.control("faults", kind="error", count=1, method="POST", path="/v1/payment_intents", **refusal)
    drain()
    assert [state for state, *_ in attempts(order)] == ["authorized", "pending"]
    assert [intent["status"] for intent in till.intents()] == ["requires_capture"]
    pay_newest(till, order)
    drain()
    assert sorted(intent["status"] for intent in till.intents()) == ["canceled", "succeeded"]
    assert [state for state, *_ in attempts(order)] == ["cancelled", "captured"]
    proven(till)


def test_before_packing_the_most_is_asked_for_and_the_rest_given_back(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"cabbage": 1, "kale": 1})
    refund_amount(order.id, 100, "Kulanz", "market")
    end_hold(till, order)
    assert settle(payment(order).id) == "authorized"
    drain()
    assert attempts(order) == [("authorized", 743, 0), ("pending", 643, 0)]
    pay_newest(till, order)
    drain()
    pack(order.id, "cabbage", 380)
    drain()
    found = payment(order)
    assert (found.captured_cents, found.refunded_cents) == (643, 23)  # 380 + 340 owed, 100 of it the market's
    collect(order.id)
    assert balance("customer:clearing") == 0
    assert balance(f"farm:{market.farms['field']}:payable") == -720
    proven(till)


def test_packed_while_the_page_is_open(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"cabbage": 1})
    end_hold(till, order)
    settle(payment(order).id)
    drain()
    pack(order.id, "cabbage", 360)
    drain()
    assert attempts(order) == [("authorized", 403, 0), ("pending", 403, 0)]
    pay_newest(till, order)
    drain()
    found = payment(order)
    assert (found.state, found.captured_cents, found.refunded_cents) == ("partially_refunded", 403, 43)
    collect(order.id)
    proven(till)


def test_two_who_ask_get_one_attempt(till: Till, market: SmallMarket) -> None:
    order = lost(till, market, {"kale": 1})
    first = ask_again(order.id).id
    assert ask_again(order.id, tell=False).id == first
    drain()
    assert len(attempts(order)) == 2
    assert len(rows("SELECT id FROM notification WHERE kind = 'payment_needed'")) == 1


def test_an_order_that_is_paid_or_waits_is_not_asked_again(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"kale": 1})
    with pytest.raises(Conflict):
        ask_again(order.id)
    pack(order.id)
    drain()
    with pytest.raises(Conflict):
        ask_again(order.id)
    at_pickup = paid(till, market, {"kale": 1}, payment_method="pay_at_pickup")
    with pytest.raises(Conflict):
        ask_again(at_pickup.id)
    assert len(rows("SELECT id FROM payment")) == 2


def test_less_than_a_card_can_pay_stays_an_exception(till: Till, market: SmallMarket) -> None:
    order = lost(till, market, {"cabbage": 1}, 40)
    assert attempts(order) == [("authorized", 403, 0)]
    with pytest.raises(Conflict):
        ask_again(order.id)


def test_cancelled_meanwhile_nobody_can_pay(till: Till, market: SmallMarket) -> None:
    order = lost(till, market, {"kale": 1})
    page = payment(order).session_ref
    cancel_order(order.id, by_office=True)
    drain()
    assert fresh(order).payment_state == "cancelled"
    assert [state for state, *_ in attempts(order)] == ["cancelled", "cancelled"]
    assert till.stand_in.client.v1.checkout.sessions.retrieve(page).status == "expired"


def test_paid_in_the_second_of_the_cancellation_goes_back(till: Till, market: SmallMarket) -> None:
    order = lost(till, market, {"kale": 1})
    newest = payment(order)
    till.stand_in.order("pay", session=newest.session_ref)
    cancel_order(order.id, by_office=True)
    drain()
    assert (fresh(order).state, fresh(order).payment_state) == ("cancelled", "refunded")
    assert [state for state, *_ in attempts(order)] == ["cancelled", "refunded"]
    proven(till)


def test_paid_twice_one_goes_back(till: Till, market: SmallMarket) -> None:
    """A page that could not be closed in time: the second payment is the customer's again."""
    order = lost(till, market, {"kale": 1})
    first = payment(order)
    with transaction():
        execute("UPDATE payment SET session_expires_at = clock_timestamp() WHERE id = :id", id=first.id)
    second = ask_again(order.id).id
    assert second != first.id
    start_payment(order.id)
    till.stand_in.order("pay", session=first.session_ref)
    pay_newest(till, order)
    drain()
    assert fresh(order).payment_state == "captured"
    captured = [(state, cents) for state, _, cents in attempts(order)]
    assert sorted(captured) == [("cancelled", 0), ("captured", 340), ("refunded", 340)]
    collect(order.id)
    proven(till)


def test_the_order_page_leads_to_the_new_page(till: Till, market: SmallMarket, client: Any) -> None:
    from marketplace.orders.tokens import token_of
    from tests.factories.visitors import token_of_form

    order = lost(till, market, {"kale": 1})
    found = db.session.get(Order, order.id)
    assert found is not None
    path = f"/bestellung/{found.number}?token={token_of(found)}"
    db.session.rollback()
    html = client.get(path).get_data(as_text=True)
    assert "Neuen Zahlungslink öffnen" in html and "3,40" in html
    posted = client.post(
        path.replace("?", "/bezahlen?"), data={"csrf_token": token_of_form(client, path)}, follow_redirects=False
    )
    assert posted.status_code == 303 and posted.location == payment(order).session_url
    pay_newest(till, order)
    drain()
    assert "Neuen Zahlungslink öffnen" not in client.get(path).get_data(as_text=True)
