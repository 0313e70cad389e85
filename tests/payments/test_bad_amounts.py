"""Amounts that cannot be: refused with their reason, by us or by the provider, and nothing is changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from marketplace.kernel.database import constraint_of, db, execute, rows, transaction
from marketplace.payments.gateway import PaymentView, ProviderRefused, gateway
from marketplace.payments.settle import Seen, merge, settle
from tests.factories.paid import Till, drain, fresh, paid, payment, placed
from tests.factories.small_market import SmallMarket
from tests.payments.test_card import pack
from tests.payments.test_edges import proven
from tests.payments.test_refunds import captured


def books(till: Till) -> dict[str, Any]:
    return {name: till.books()["sums"][name] for name in ("available", "pending")}


def entries() -> int:
    found = rows("SELECT count(*) AS many FROM ledger_entry")[0].many
    db.session.rollback()
    return int(found)


def test_a_capture_above_the_authorisation(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"kale": 1})
    ref = payment(order).provider_ref
    with pytest.raises(ProviderRefused) as refusal:
        gateway().capture(ref, 341, "cap-too-much")
    assert refusal.value.code == "amount_too_large"
    assert gateway().payment(ref).status == "requires_capture"
    assert fresh(order).payment_state == "authorized"
    assert entries() == 0


def test_a_capture_above_the_authorisation_that_we_would_ask_for_is_an_exception(
    till: Till, market: SmallMarket
) -> None:
    order = paid(till, market, {"kale": 1})
    held = payment(order)
    pack(order.id)
    with transaction():
        execute("UPDATE payment SET capture_cents = 341")
    drain()
    found = rows("SELECT state, captured_cents, last_error FROM payment WHERE id = :id", id=held.id)[0]
    db.session.rollback()
    assert (found.state, found.captured_cents) == ("authorized", 0)
    assert "341" in found.last_error
    assert books(till) == {"available": 0, "pending": 0}
    assert entries() == 0


def test_the_database_knows_no_capture_above_what_was_asked_for(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"kale": 1})
    with pytest.raises(IntegrityError) as refusal, transaction():
        execute("UPDATE payment SET captured_cents = 341 WHERE order_id = :id", id=order.id)
    assert constraint_of(refusal.value) == "ck_payment_captured"


def test_a_refund_above_what_was_captured(till: Till, market: SmallMarket) -> None:
    order_id = captured(till, market, {"kale": 1})
    before = books(till)
    ref = rows("SELECT provider_ref FROM payment")[0].provider_ref
    db.session.rollback()
    with pytest.raises(ProviderRefused):
        gateway().refund(ref, 341, "re-too-much", {"intent": "x"})
    with pytest.raises(IntegrityError) as refusal, transaction():
        execute("UPDATE payment SET refunded_cents = 341 WHERE order_id = :id", id=order_id)
    assert constraint_of(refusal.value) == "ck_payment_refunded"
    assert books(till) == before
    proven(till)


@pytest.mark.parametrize("change", [{"amount_cents": 1}, {"currency": "chf"}, {"payment_id": "999999"}])
@pytest.mark.parametrize("status", ["requires_capture", "succeeded"])
def test_money_that_is_not_what_we_asked_for_moves_nothing(
    till: Till, market: SmallMarket, change: dict[str, Any], status: str
) -> None:
    order = placed(market, {"kale": 1})
    asked = payment(order)
    view = PaymentView(
        ref="pi_other",
        status=status,
        amount_cents=340,
        capturable_cents=340,
        received_cents=340,
        currency="eur",
        order_number=order.number,
        payment_id=str(asked.id),
        charge_ref="ch_other",
        capture_before=None,
        balance=None,
    )
    assert merge(asked.id, Seen(None, replace(view, **change))) == "pending"
    assert fresh(order).state == "awaiting_payment"
    assert payment(order).provider_ref is None
    assert "does not fit" in payment(order).last_error
    assert entries() == 0


def test_the_bank_wants_to_ask_and_is_answered(till: Till, market: SmallMarket) -> None:
    """3-D Secure: no first, then yes; one hold, nothing booked twice."""
    order = placed(market, {"kale": 1})
    till.pay(order, card="4000002760003184", challenge="fail")
    assert settle(payment(order).id) == "pending"
    assert fresh(order).state == "awaiting_payment"
    till.pay(order, card="4000002760003184", challenge="ok")
    assert settle(payment(order).id) == "authorized"
    assert [intent["status"] for intent in till.intents()] == ["requires_capture"]
    pack(order.id)
    drain()
    assert fresh(order).payment_state == "captured"
    proven(till)
