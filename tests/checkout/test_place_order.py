"""Placing an order: what is kept, what is refused, and that a refusal leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from marketplace.checkout.cancel_order import cancel_order
from marketplace.checkout.expire_unpaid import expire_unpaid
from marketplace.checkout.extend_hold import extend_hold
from marketplace.checkout.place_order import place_order
from marketplace.checkout.request import OrderRequest
from marketplace.kernel.database import db, execute, rows, scalar, transaction
from marketplace.kernel.errors import (
    Closed,
    Conflict,
    Invalid,
    KeyReused,
    NotFound,
    Refusal,
    Shortage,
    SlotFull,
    TooYoung,
)
from tests.factories.paid import fresh, request_for, stock_of
from tests.factories.small_market import SmallMarket, small_market


@pytest.fixture
def market(db: object) -> SmallMarket:
    return small_market()


def counts() -> tuple[int, ...]:
    """How many rows an order would leave."""
    tables = ("orders", "order_line", "reservation", "payment", "fact")
    found = tuple(scalar(f"SELECT count(*) FROM {table}") for table in tables)
    db.session.rollback()
    return found


def run(statement: str, **values: object) -> None:
    with transaction():
        execute(statement, **values)


def test_an_order_keeps_stock_and_place(market: SmallMarket) -> None:
    order = place_order(request_for(market, {"kale": 2, "cabbage": 1, "milk": 3}))
    # 2 × 3.40, 1 × 3.50 (hold 15 % more, rounded up: 4.03), 3 × (1.89 + 0.15)
    assert (order.total_cents, order.deposit_cents, order.hold_cents) == (680 + 350 + 612, 45, 680 + 403 + 612)
    assert (order.state, order.payment_state) == ("awaiting_payment", "pending")
    assert stock_of(market, "kale") == (10, 2, 0)
    slot = rows("SELECT booked, last_number FROM pickup_slot WHERE id = :id", id=market.slot)[0]
    assert (slot.booked, slot.last_number, order.pickup_number) == (1, 1, 1)
    vat = {line.sku: (line.vat_scheme, line.vat_bp) for line in fresh(order).lines}
    assert vat == {"kale": ("paragraph24", 780), "cabbage": ("paragraph24", 780), "milk": ("regular", 700)}


def test_the_same_offer_twice_is_summed(market: SmallMarket) -> None:
    offer = market.offers["kale"]
    order = place_order(request_for(market, {}, lines=((offer, 2), (offer, 3))))
    assert [(line.quantity, line.amount_cents) for line in order.lines] == [(5, 1700)]


def test_the_same_form_twice_makes_one_order(market: SmallMarket) -> None:
    request = request_for(market, {"kale": 2})
    assert place_order(request).id == place_order(request).id
    assert counts()[0] == 1
    with pytest.raises(KeyReused):
        place_order(replace(request, name="Jemand anderes"))


def test_pay_at_pickup_is_confirmed_at_once(market: SmallMarket) -> None:
    order = place_order(request_for(market, {"kale": 2}, payment_method="pay_at_pickup"))
    assert (order.state, order.payment_state, order.expires_at) == ("confirmed", "none", None)
    assert stock_of(market, "kale") == (10, 0, 2)


def bad(market: SmallMarket) -> list[tuple[type[Refusal], OrderRequest]]:
    kale, korn = market.offers["kale"], market.offers["korn"]
    good = request_for(market, {"kale": 1})
    adult = date(1980, 1, 1)
    return [
        (Shortage, replace(good, lines=((kale, 11),))),
        (Invalid, replace(good, lines=((kale, 0),))),
        (Invalid, replace(good, lines=((kale, -1),))),
        (Invalid, replace(good, lines=((kale, 10**12),))),
        (Invalid, replace(good, lines=())),
        (Invalid, replace(good, lines=((999_999_999, 1),))),
        (NotFound, replace(good, slot_id=999_999_999)),
        (Invalid, replace(good, email="keine-adresse")),
        (Invalid, replace(good, email="a@b\r\nBcc: alle@example.org")),
        (Invalid, replace(good, name="  ")),
        (Invalid, replace(good, name="Lisa\nBcc: x")),
        (Invalid, replace(good, payment_method="gold")),
        (Invalid, replace(good, payment_method="sepa_debit")),  # not among PAYMENT_METHODS here
        (Invalid, replace(good, checkout_key="k" * 300)),
        (TooYoung, replace(good, lines=((korn, 1),))),
        (TooYoung, replace(good, lines=((korn, 1),), birth_date=date(2015, 1, 1))),
        (TooYoung, replace(good, lines=((korn, 1),), birth_date=adult, slot_id=market.shelf_slot)),
    ]


def test_what_cannot_be_is_refused_and_leaves_nothing(market: SmallMarket) -> None:
    before = counts()
    for refusal, request in bad(market):
        with pytest.raises(refusal):
            place_order(request)
        assert counts() == before, request
    assert stock_of(market, "kale") == (10, 0, 0)
    assert scalar("SELECT sum(booked) FROM pickup_slot") == 0


def test_an_offer_of_another_day_is_refused(market: SmallMarket) -> None:
    other = small_market(slug="anderswo")
    with pytest.raises(Invalid):
        place_order(request_for(market, {}, lines=((other.offers["kale"], 1),)))


@pytest.mark.parametrize(
    "withdrawn",
    [
        "UPDATE product SET state = 'archived' WHERE id = (SELECT product_id FROM variant WHERE id = :variant)",
        "UPDATE product SET state = 'draft' WHERE id = (SELECT product_id FROM variant WHERE id = :variant)",
        "UPDATE variant SET archived = true WHERE id = :variant",
        "UPDATE farm SET state = 'paused' WHERE id = (SELECT farm_id FROM variant WHERE id = :variant)",
    ],
)
def test_what_its_farmer_took_back_is_not_sold(market: SmallMarket, withdrawn: str) -> None:
    run(withdrawn, variant=market.variants["kale"])
    before = counts()
    with pytest.raises(Invalid) as refused:
        place_order(request_for(market, {"kale": 1}))
    assert "lines" in refused.value.errors and counts() == before


def test_what_is_left_is_said(market: SmallMarket) -> None:
    place_order(request_for(market, {"kale": 8}))
    with pytest.raises(Shortage) as refused:
        place_order(request_for(market, {"kale": 3, "milk": 1}))
    assert refused.value.shortages == [{"offer": str(market.offers["kale"]), "requested": 3, "available": 2}]
    assert stock_of(market, "milk") == (10, 0, 0)


def test_the_database_keeps_the_cut_off(market: SmallMarket) -> None:
    run("UPDATE offer SET closes_at = clock_timestamp() WHERE id = :id", id=market.offers["kale"])
    with pytest.raises(Closed):
        place_order(request_for(market, {"kale": 1}))
    run("UPDATE market_day SET orders_close_at = clock_timestamp() WHERE id = :id", id=market.day)
    with pytest.raises(Closed):
        place_order(request_for(market, {"milk": 1}))


def test_a_full_slot_takes_nobody(db: object) -> None:
    market = small_market(slot_capacity=1)
    place_order(request_for(market, {"kale": 1}))
    with pytest.raises(SlotFull):
        place_order(request_for(market, {"kale": 1}))
    assert stock_of(market, "kale") == (10, 1, 0)


def test_unlimited_goods_are_sold_without_end(db: object) -> None:
    market = small_market(capacity=None)
    place_order(request_for(market, {"kale": 900}))
    assert stock_of(market, "kale") == (None, 900, 0)


def test_unpaid_orders_free_their_stock(market: SmallMarket) -> None:
    order = place_order(request_for(market, {"kale": 2}))
    assert expire_unpaid() == 0
    run("UPDATE orders SET expires_at = clock_timestamp() - interval '1 second'")
    assert expire_unpaid() == 1
    assert expire_unpaid() == 0
    assert fresh(order).state == "expired"
    assert stock_of(market, "kale") == (10, 0, 0)
    assert scalar("SELECT booked FROM pickup_slot WHERE id = :id", id=market.slot) == 0


def test_cancelling_frees_once(market: SmallMarket) -> None:
    order = place_order(request_for(market, {"kale": 2}, payment_method="pay_at_pickup"))
    cancel_order(order.id)
    cancel_order(order.id)
    assert stock_of(market, "kale") == (10, 0, 0)
    assert scalar("SELECT booked FROM pickup_slot WHERE id = :id", id=market.slot) == 0


def test_after_the_cut_off_only_the_office_cancels(market: SmallMarket) -> None:
    order = place_order(request_for(market, {"kale": 2}, payment_method="pay_at_pickup"))
    run("UPDATE market_day SET orders_close_at = clock_timestamp() WHERE id = :id", id=market.day)
    with pytest.raises(Closed):
        cancel_order(order.id)
    assert cancel_order(order.id, by_office=True).state == "cancelled"


def test_the_time_to_pay_is_given_once_more_and_no_more(market: SmallMarket) -> None:
    order = place_order(request_for(market, {"kale": 2}))
    before = fresh(order).expires_at
    assert before is not None
    after = fresh(extend_hold(order.id)).expires_at
    assert after == before + timedelta(seconds=1200)
    with pytest.raises(Conflict):
        extend_hold(order.id)


def test_the_history_of_an_order_is_written_by_the_database(market: SmallMarket) -> None:
    order = place_order(request_for(market, {"kale": 1}))
    cancel_order(order.id)
    steps = rows("SELECT from_state, to_state FROM order_history WHERE order_id = :id ORDER BY id", id=order.id)
    assert [tuple(step) for step in steps] == [(None, "awaiting_payment"), ("awaiting_payment", "cancelled")]
