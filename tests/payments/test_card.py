"""A card payment from the hosted page to the books, as the provider and our ledger both tell it."""

from __future__ import annotations

from marketplace.checkout.cancel_order import cancel_order
from marketplace.checkout.expire_unpaid import expire_unpaid
from marketplace.kernel.database import execute, rows, scalar, transaction
from marketplace.orders.steps import lock_order, step
from marketplace.payments.fulfil import post_fulfilment
from marketplace.payments.ready import make_ready
from marketplace.payments.settle import settle
from tests.factories.paid import Till, balance, drain, fresh, paid, payment, placed, stock_of
from tests.factories.small_market import SmallMarket, small_market


def pack(order_id: int, name: str | None = None, amount_cents: int = 0) -> None:
    """Packs an order as ordered, but the line `name`, which comes to `amount_cents`."""
    with transaction():
        order = lock_order(order_id)
        step(order, "packing")
        for line in order.lines:
            line.state, line.packed_quantity = "packed", line.quantity
            if line.sku == name:
                line.amount_cents = amount_cents
        make_ready(order)


def collect(order_id: int) -> None:
    with transaction():
        order = lock_order(order_id)
        step(order, "collected")
        post_fulfilment(order)


def test_authorised_at_order_captured_as_packed(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"kale": 2, "cabbage": 1, "milk": 1})
    assert (order.state, order.payment_state) == ("confirmed", "authorized")
    assert stock_of(market, "kale") == (10, 0, 2)
    assert rows("SELECT * FROM ledger_entry") == []  # an authorisation posts nothing
    pack(order.id, "cabbage", 389)
    drain()
    order = fresh(order)
    owed = 680 + 389 + 204
    assert (order.state, order.payment_state, order.owed_cents) == ("ready", "captured", owed)
    found = payment(order)
    assert (found.authorized_cents, found.captured_cents) == (order.hold_cents, owed)
    books = till.books()["sums"]
    ours = balance("stripe:pending") + balance("stripe:available")
    assert ours == books["available"] + books["pending"]
    assert balance("customer:clearing") == -owed
    collect(order.id)
    assert balance("customer:clearing") == 0
    assert balance(f"farm:{market.farms['field']}:payable") == -(680 + 389)
    assert balance(f"farm:{market.farms['dairy']}:payable") == -204
    parts = rows(
        "SELECT part, amount_cents FROM ledger_entry WHERE farm_id = :id ORDER BY part", id=market.farms["dairy"]
    )
    assert [tuple(row) for row in parts] == [("deposit", -15), ("goods", -189)]


def test_heard_twice_late_and_out_of_order_is_the_same(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"kale": 1})
    pack(order.id)
    drain()
    before = rows("SELECT count(*), sum(amount_cents) FROM ledger_entry WHERE amount_cents > 0")
    for _ in range(3):
        assert settle(payment(order).id) == "captured"
    assert rows("SELECT count(*), sum(amount_cents) FROM ledger_entry WHERE amount_cents > 0") == before
    assert fresh(order).state == "ready"


def test_a_declined_card_leaves_the_order_waiting(till: Till, market: SmallMarket) -> None:
    order = placed(market, {"kale": 1})
    till.pay(order, card="4000000000000002")
    assert settle(payment(order).id) == "pending"
    assert fresh(order).state == "awaiting_payment"
    till.pay(order)
    assert settle(payment(order).id) == "authorized"


def test_paid_after_expiry_takes_what_is_still_there(till: Till, market: SmallMarket) -> None:
    order = placed(market, {"kale": 2})
    till.pay(order)
    expire(order.id)
    drain()  # the worker wants to close the page and finds that the customer was faster
    order = fresh(order)
    assert (order.state, order.payment_state) == ("confirmed", "authorized")
    assert stock_of(market, "kale") == (10, 0, 2)
    assert scalar("SELECT booked FROM pickup_slot WHERE id = :id", id=market.slot) == 1


def expire(order_id: int) -> None:
    with transaction():
        execute("UPDATE orders SET expires_at = clock_timestamp() - interval '1 second' WHERE id = :id", id=order_id)
    assert expire_unpaid() == 1


def test_paid_after_expiry_with_nothing_left_goes_back(till: Till, db: object) -> None:
    market = small_market(capacity=2)
    order = placed(market, {"kale": 2})
    till.pay(order)
    expire(order.id)
    other = placed(market, {"kale": 1})
    drain()
    order = fresh(order)
    assert (order.state, order.payment_state) == ("expired", "cancelled")
    assert [intent["status"] for intent in till.intents()] == ["canceled"]
    assert stock_of(market, "kale") == (2, 1, 0)
    assert fresh(other).state == "awaiting_payment"


def test_an_unpaid_page_is_closed_when_the_order_expires(till: Till, market: SmallMarket) -> None:
    order = placed(market, {"kale": 1})
    expire(order.id)
    drain()
    assert fresh(order).payment_state == "cancelled"
    session = till.stand_in.client.v1.checkout.sessions.retrieve(str(payment(order).session_ref))
    assert session.status == "expired"


def test_cancelled_before_the_cut_off_lets_the_hold_go(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"kale": 1})
    cancel_order(order.id)
    drain()
    assert (fresh(order).state, fresh(order).payment_state) == ("cancelled", "cancelled")
    assert [intent["status"] for intent in till.intents()] == ["canceled"]
    assert stock_of(market, "kale") == (10, 0, 0)


def test_far_away_is_captured_at_once_and_the_rest_given_back(till: Till, db: object) -> None:
    market = small_market(days_ahead=9)
    order = paid(till, market, {"cabbage": 1})
    assert (order.state, order.payment_state) == ("confirmed", "captured")
    assert payment(order).captured_cents == 403
    pack(order.id, "cabbage", 380)
    drain()
    order = fresh(order)
    assert (order.state, order.payment_state) == ("ready", "partially_refunded")
    assert payment(order).refunded_cents == 23
    collect(order.id)
    assert balance("customer:clearing") == 0
    assert balance(f"farm:{market.farms['field']}:payable") == -380
    sums = till.books()["sums"]
    assert balance("stripe:pending") + balance("stripe:available") == sums["available"] + sums["pending"]


def test_nothing_packed_cancels_and_charges_nothing(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"cabbage": 1})
    pack(order.id, "cabbage", 0)
    drain()
    assert (fresh(order).state, fresh(order).payment_state) == ("cancelled", "cancelled")
    assert stock_of(market, "cabbage") == (10, 0, 0)


def test_a_provider_that_is_away_costs_nothing_but_time(till: Till, market: SmallMarket) -> None:
    till.stand_in.control("faults", kind="error", moment="before", status=500, count=2)
    order = placed(market, {"kale": 1})
    assert payment(order).session_url is None
    assert drain()["again"] == 1
    with transaction():
        execute("UPDATE delivery SET available_at = clock_timestamp()")
    drain()
    assert payment(order).session_url is not None


def test_an_answer_that_never_came_is_not_asked_for_twice(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"kale": 1})
    pack(order.id)
    till.stand_in.control("faults", kind="drop", moment="after", count=1, method="POST", path="/v1/payment_intents")
    drain()
    with transaction():
        execute("UPDATE delivery SET available_at = clock_timestamp()")
    drain()
    assert fresh(order).payment_state == "captured"
    charges = [intent for intent in till.intents() if intent["status"] == "succeeded"]
    assert len(charges) == 1
    assert scalar("SELECT count(*) FROM ledger_txn WHERE kind = 'charge'") == 1
