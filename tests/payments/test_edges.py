"""Where money usually gets lost: holds that end, refunds before the goods, orders that end after a reduction."""

from __future__ import annotations

import pytest

from marketplace.checkout.cancel_order import cancel_order
from marketplace.checkout.place_order import place_order
from marketplace.kernel.database import db, rows
from marketplace.kernel.errors import Conflict
from marketplace.payments.refund import refund_amount, refund_lines
from marketplace.payments.request import open_session
from marketplace.payments.settle import settle
from marketplace.payouts.check_books import check_books
from tests.factories.paid import Till, balance, drain, fresh, paid, payment, placed, request_for
from tests.factories.small_market import SmallMarket, small_market
from tests.payments.test_card import collect, expire, pack
from tests.payments.test_refunds import agree, captured, line_of


def proven(till: Till) -> None:
    """Our books hold together, and at the provider there is what we say."""
    assert check_books().differences == ()
    agree(till)


def end_hold(till: Till, order: object) -> None:
    """The provider lets the hold go by itself, as it does after a week."""
    till.stand_in.client.v1.payment_intents.cancel(payment(order).provider_ref)


def test_a_hold_that_ended_by_itself_is_an_exception_and_no_unpaid_order_in_a_paid_state(
    till: Till, market: SmallMarket
) -> None:
    order = paid(till, market, {"kale": 1})
    end_hold(till, order)
    held = payment(order)
    assert settle(held.id) == "authorized"
    pack(order.id)
    drain()
    order = fresh(order)
    assert (order.state, order.payment_state) == ("ready", "authorized")
    found = rows("SELECT wanted, captured_cents, last_error FROM payment WHERE id = :id", id=held.id)[0]
    assert (found.wanted, found.captured_cents) == (None, 0) and found.last_error
    db.session.rollback()
    cancel_order(order.id, by_office=True)
    drain()
    assert (fresh(order).state, fresh(order).payment_state) == ("cancelled", "cancelled")


def test_all_of_it_borne_by_the_market_before_capture_is_a_paid_order(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"kale": 1})
    refund_amount(order.id, 340, "Kulanz", "market")
    pack(order.id)
    drain()
    order = fresh(order)
    assert (order.state, order.payment_state) == ("ready", "refunded")
    assert payment(order).captured_cents == 0
    collect(order.id)
    assert balance("customer:clearing") == 0
    assert balance(f"farm:{market.farms['field']}:payable") == -340
    proven(till)


def test_lowered_by_the_market_and_then_cancelled_costs_the_market_nothing(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"kale": 2})
    refund_amount(order.id, 100, "Kulanz", "market")
    cancel_order(order.id)
    drain()
    assert balance("customer:clearing") == 0
    assert balance(f"market:{market.market}:commission") == 0
    proven(till)


def test_lowered_by_the_market_by_more_than_was_packed(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"cabbage": 1})
    refund_amount(order.id, 200, "Kulanz", "market")
    pack(order.id, "cabbage", 150)
    drain()
    collect(order.id)
    assert fresh(order).payment_state == "refunded"
    assert balance("customer:clearing") == 0
    assert balance(f"market:{market.market}:commission") == 150
    assert balance(f"farm:{market.farms['field']}:payable") == -150
    proven(till)


@pytest.mark.parametrize("borne_by", ["farm", "market"])
def test_refunded_before_packing_and_lighter_than_held(till: Till, db: object, borne_by: str) -> None:
    market = small_market(days_ahead=9)
    order = paid(till, market, {"cabbage": 1})  # captured at once: 403 with tolerance
    refund_amount(order.id, 100, "Kulanz", borne_by)
    pack(order.id, "cabbage", 380)
    drain()
    collect(order.id)
    found = payment(order)
    assert found.captured_cents - found.refunded_cents == 280
    assert balance("customer:clearing") == 0
    assert balance(f"farm:{market.farms['field']}:payable") == (-280 if borne_by == "farm" else -380)
    proven(till)


@pytest.mark.parametrize("borne_by", ["farm", "market"])
def test_refunded_before_packing_and_then_cancelled(till: Till, db: object, borne_by: str) -> None:
    market = small_market(days_ahead=9)
    order = paid(till, market, {"kale": 2, "milk": 1})
    refund_lines(order.id, [(line_of(order.id, "kale"), 1), (line_of(order.id, "milk"), 1)], "Kulanz", borne_by)
    drain()
    cancel_order(order.id)
    drain()
    assert (fresh(order).state, fresh(order).payment_state) == ("cancelled", "refunded")
    assert balance("customer:clearing") == 0
    assert balance(f"market:{market.market}:commission") == 0
    assert balance(f"farm:{market.farms['field']}:payable") == 0
    assert balance(f"farm:{market.farms['dairy']}:payable") == 0
    proven(till)


def test_refunded_before_packing_and_packed_for_less_than_that(till: Till, db: object) -> None:
    market = small_market(days_ahead=9)
    order = paid(till, market, {"cabbage": 1})
    refund_amount(order.id, 200, "Kulanz", "farm")
    drain()
    pack(order.id, "cabbage", 150)
    drain()
    collect(order.id)
    found = payment(order)
    assert (found.state, found.captured_cents - found.refunded_cents) == ("refunded", 0)
    assert balance("customer:clearing") == 0
    assert balance(f"farm:{market.farms['field']}:payable") == 0
    proven(till)


def test_a_refund_gives_goods_and_deposit_back_apart(till: Till, market: SmallMarket) -> None:
    order_id = captured(till, market, {"milk": 2})
    refund_lines(order_id, [(line_of(order_id, "milk"), 1)], "Bruch", "farm")
    drain()
    refund_amount(order_id, 204, "Bruch", "farm")  # the other bottle: its goods first, then its deposit
    drain()
    parts = rows(
        "SELECT e.part, e.amount_cents FROM ledger_entry e JOIN ledger_txn t ON t.id = e.txn_id"
        " WHERE t.kind = 'refund' AND e.farm_id IS NOT NULL ORDER BY e.id"
    )
    assert sorted(tuple(row) for row in parts) == [
        ("refund", 189), ("refund", 189), ("refund_deposit", 15), ("refund_deposit", 15)
    ]  # fmt: skip
    proven(till)


def test_paid_in_cash_goes_back_in_cash(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"kale": 2}, payment_method="pay_at_pickup")
    pack(order.id)
    collect(order.id)
    refund_lines(order.id, [(line_of(order.id, "kale"), 1)], "welk", "farm")
    assert "parked" not in drain()
    order = fresh(order)
    assert (order.payment_state, payment(order).refunded_cents) == ("partially_refunded", 340)
    assert balance(f"cash:{market.market}") == 340
    assert balance(f"farm:{market.farms['field']}:payable") == -340
    refund_amount(order.id, 340, "welk", "market")
    assert fresh(order).payment_state == "refunded"
    assert balance(f"cash:{market.market}") == 0
    proven(till)


def test_after_a_capture_that_failed_nothing_of_a_sale_is_lowered(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"kale": 1})
    end_hold(till, order)
    pack(order.id)
    drain()
    collect(order.id)
    with pytest.raises(Conflict):
        refund_amount(order.id, 100, "", "farm")


def open_pages(till: Till) -> list[str]:
    found = till.stand_in.client.v1.checkout.sessions.list({"limit": 100})
    return [session.id for session in found.data if session.status == "open"]


def test_a_page_that_was_opened_while_the_order_ended_is_closed(
    till: Till, market: SmallMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from marketplace.payments import request as request_module

    order = place_order(request_for(market, {"kale": 1}))
    asked = request_module.gateway().open_session

    def slowly(request: object) -> object:
        view = asked(request)  # type: ignore[arg-type]
        expire(order.id)
        drain()
        return view

    monkeypatch.setattr(request_module.gateway(), "open_session", slowly)
    assert open_session(payment(order).id) is None
    monkeypatch.undo()
    drain()
    assert open_pages(till) == []
    assert fresh(order).payment_state == "cancelled"


def test_a_page_whose_opening_we_never_heard_of_is_closed_too(till: Till, market: SmallMarket) -> None:
    till.stand_in.control("faults", kind="drop", moment="after", count=1, method="POST", path="/v1/checkout/sessions")
    order = placed(market, {"kale": 1})
    assert payment(order).session_ref is None
    assert len(open_pages(till)) == 1
    expire(order.id)
    drain()
    assert open_pages(till) == []
    assert fresh(order).payment_state == "cancelled"


def test_a_page_that_the_provider_does_not_know_keeps_no_payment_pending(till: Till, market: SmallMarket) -> None:
    order = placed(market, {"kale": 1})
    till.stand_in.order("reset")
    expire(order.id)
    assert "parked" not in drain()
    assert fresh(order).payment_state == "cancelled"
