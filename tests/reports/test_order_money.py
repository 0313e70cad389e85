"""An order's money as a story: every path of a payment can be followed from its moments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from marketplace.checkout.expire_unpaid import expire_unpaid
from marketplace.checkout.place_order import place_order
from marketplace.checkout.start_payment import start_payment
from marketplace.kernel import installation
from marketplace.kernel.database import db, execute, transaction
from marketplace.payments.make_refund import look_at_refund
from marketplace.payments.refund import refund_amount
from marketplace.payments.settle import settle
from marketplace.reports.order_money import Moment, money_of_order
from tests.factories.paid import Till, drain, paid, payment, placed, request_for
from tests.factories.small_market import SmallMarket, small_market
from tests.payments.dispute_steps import collected, decided, opened
from tests.payments.test_card import collect, pack
from tests.payments.test_edges import end_hold

REFUND_FAILS = "4000000000005126"
DAYS = 86_400


def story(order: Any) -> list[Moment]:
    """The moments about money, without the order's own steps."""
    found = [one for one in money_of_order(order.id) if one.kind != "step"]
    db.session.rollback()
    return found


def kinds(order: Any) -> list[tuple[str, int | None]]:
    return [(one.kind, one.cents) for one in story(order)]


def only(order: Any, kind: str) -> Moment:
    found = [one for one in story(order) if one.kind == kind]
    assert len(found) == 1, kinds(order)
    return found[0]


def test_weighed_goods_lowered_captured_and_refunded(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"cabbage": 1, "kale": 1})
    refund_amount(order.id, 100, "Kohl war klein", "farm")
    pack(order.id, "cabbage", 250)
    drain()
    collect(order.id)
    refund_amount(order.id, 40, "Druckstelle", "market")
    drain()
    hold = payment(order).authorized_cents
    asked, authorized, lowered, captured, *rest = kinds(order)
    assert (asked, authorized) == (("asked", hold), ("authorized", hold))
    assert (lowered, captured[0]) == (("lowered", 100), "captured")
    assert captured[1] == payment(order).captured_cents < hold
    assert ("fee", 0) not in rest and {kind for kind, _ in rest} == {"fee", "fulfilment", "refund"}
    assert only(order, "asked").refs == (payment(order).session_ref,)
    assert only(order, "authorized").refs == (payment(order).provider_ref,)
    assert only(order, "captured").refs == (payment(order).charge_ref, payment(order).provider_ref)
    refund = only(order, "refund")
    assert (refund.text, refund.method, refund.state) == ("Druckstelle", "market", "done")
    assert refund.refs[0].startswith("re_")


def test_the_order_of_things(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"kale": 1})
    pack(order.id)
    drain()
    collect(order.id)
    told = [one.state if one.kind == "step" else one.kind for one in money_of_order(order.id)]
    db.session.rollback()
    told = [one for one in told if one != "fee"]
    assert [one for one in told if one in ("awaiting_payment", "confirmed", "packing", "ready", "collected")] == [
        "awaiting_payment",
        "confirmed",
        "packing",
        "ready",
        "collected",
    ]
    assert told.index("authorized") < told.index("packing") < told.index("captured") < told.index("fulfilment")


def test_a_dispute(till: Till, market: SmallMarket) -> None:
    order = collected(till, market, {"kale": 2})
    dispute = opened(till, reason="product_not_received")
    moment = only(order, "dispute_opened")
    assert (moment.cents, moment.text, moment.state) == (680, "product_not_received", "needs_response")
    assert moment.until is not None and moment.refs[0] == dispute["id"]
    decided(till, dispute, won=False)
    lost = only(order, "dispute_lost")
    assert (lost.cents, lost.method) == (680, "market") and lost.at >= moment.at
    assert only(order, "dispute_opened").until is None


def test_a_failed_capture_and_a_new_link(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"kale": 1})
    end_hold(till, order)
    pack(order.id)
    drain()
    failed = only(order, "hold_lost")
    assert failed.cents == 340 and failed.text
    assert only(order, "asked_again").cents == 340
    start_payment(order.id)
    till.stand_in.order("pay", session=only(order, "asked_again").refs[0])
    drain()
    settle(payment(order).id)
    assert only(order, "captured").cents == 340


def test_a_late_payment_is_given_back(till: Till, market: SmallMarket) -> None:
    order = placed(market, {"kale": 10})
    with transaction():
        execute("UPDATE orders SET expires_at = app_now() - interval '1 second' WHERE id = :id", id=order.id)
    expire_unpaid()
    paid(till, market, {"kale": 1})  # somebody else has taken of it: it cannot be reserved again
    till.pay(order)
    settle(payment(order).id)
    drain()
    told = [kind for kind, _ in kinds(order)]
    assert told[:2] == ["asked", "authorized"] and told[-1] == "released"


def test_a_debit_that_fails(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    offered = replace(installation.settings(), payment_methods=("card", "sepa_debit"))
    monkeypatch.setattr(installation, "settings", lambda: offered)
    market = small_market(days_ahead=21)
    order = place_order(request_for(market, {"kale": 2}, payment_method="sepa_debit"))
    start_payment(order.id)
    till.pay(order, iban="DE62370400440532013001")
    settle(payment(order).id)
    assert kinds(order) == [("asked", 680)]
    till.stand_in.control("clock", advance=10 * DAYS)
    settle(payment(order).id)
    assert {kind for kind, _ in kinds(order)} == {"asked", "payment_failed", "try_failed"}
    assert only(order, "try_failed").text


def test_a_refund_that_came_back(till: Till, market: SmallMarket) -> None:
    order = placed(market, {"kale": 2})
    till.pay(order, card=REFUND_FAILS)
    settle(payment(order).id)
    pack(order.id)
    drain()
    collect(order.id)
    refund_amount(order.id, 340, "Druckstelle", "farm")
    drain()
    till.stand_in.control("clock", advance=10 * DAYS)
    look_at_refund(only(order, "refund").refs[0])
    back = only(order, "refund_came_back")
    assert (back.cents, back.state) == (340, "failed") and back.at >= only(order, "refund").at


def test_paid_at_the_pickup(till: Till, market: SmallMarket) -> None:
    order = placed(market, {"kale": 1}, payment_method="pay_at_pickup")
    pack(order.id)
    collect(order.id)
    refund_amount(order.id, 40, "Druckstelle", "farm")
    told = kinds(order)
    assert told[0] == ("agreed", 340) and ("cash", 340) in told and ("cash_back", 40) in told


def test_nothing_of_others_and_nothing_of_nobody(till: Till, market: SmallMarket) -> None:
    mine = paid(till, market, {"kale": 1})
    other = paid(till, market, {"milk": 1})
    refs = {ref for one in story(mine) for ref in one.refs}
    assert refs.isdisjoint({ref for one in story(other) for ref in one.refs})
    assert money_of_order(0) == []
