"""Twenty customers, five units, at the same time: five are sold, fifteen are told; and without the guard?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from flask import Flask

from marketplace.checkout.cancel_order import cancel_order
from marketplace.checkout.expire_unpaid import expire_order
from marketplace.checkout.place_order import place_order
from marketplace.kernel.database import db, execute, scalar, transaction
from marketplace.kernel.errors import Closed, Shortage
from marketplace.stock import reserve
from tests.factories.paid import request_for, stock_of
from tests.factories.small_market import SmallMarket, small_market

BUYERS, UNITS = 20, 5


def at_once(app: Flask, tries: list[Callable[[], object]]) -> list[object]:
    """Runs all of them at the same moment, each with a connection of its own; gives results and refusals."""
    start = threading.Barrier(len(tries))

    def one(attempt: Callable[[], object]) -> object:
        with app.app_context():
            start.wait(10)
            try:
                return attempt()
            except (Shortage, Closed) as refusal:
                return refusal
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(tries)) as pool:
        return list(pool.map(one, tries))


def buyers(market: SmallMarket, goods: dict[str, int]) -> list[Callable[[], object]]:
    return [lambda n=n: place_order(request_for(market, goods, checkout_key=f"k{n}")).number for n in range(BUYERS)]  # type: ignore[misc]


@pytest.fixture
def market(db: object) -> SmallMarket:
    return small_market(capacity=UNITS)


def test_five_are_sold_and_fifteen_are_told(app: Flask, market: SmallMarket) -> None:
    found = at_once(app, buyers(market, {"kale": 1}))
    refused = [item for item in found if isinstance(item, Shortage)]
    assert len(refused) == BUYERS - UNITS
    assert all(item.shortages[0]["available"] == 0 for item in refused)
    assert stock_of(market, "kale") == (UNITS, UNITS, 0)
    assert scalar("SELECT count(*) FROM orders") == UNITS


def test_without_the_guard_it_would_oversell(app: Flask, market: SmallMarket, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same race with the condition taken out of the statement, and the CHECK taken off."""
    with transaction():
        execute("SET LOCAL ROLE NONE")
        unguarded = reserve.RESERVE.split(" AND (s.capacity IS NULL")[0]
    monkeypatch.setattr(reserve, "RESERVE", unguarded)
    from sqlalchemy.exc import IntegrityError

    def attempt(buy: Callable[[], object]) -> Callable[[], object]:
        def run() -> object:
            try:
                return buy()
            except IntegrityError as error:
                return error

        return run

    found = at_once(app, [attempt(buy) for buy in buyers(market, {"kale": 1})])
    stopped = [item for item in found if isinstance(item, IntegrityError)]
    # Only the CHECK of the table, the second wall, keeps the shop from selling what is not there.
    assert len(stopped) == BUYERS - UNITS
    assert all("not_oversold" in str(item) for item in stopped)


NOT_OVERSOLD = "ck_stock_not_oversold"


@pytest.fixture
def no_wall(owner_url: str) -> Iterator[None]:
    """The table without its CHECK, for the length of a test."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        found = owner.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [NOT_OVERSOLD])
        (check,) = found.fetchone() or ("",)
        owner.execute(f"ALTER TABLE stock DROP CONSTRAINT {NOT_OVERSOLD}")
        yield
        owner.execute("UPDATE stock SET reserved = 0, sold = 0")
        owner.execute(f"ALTER TABLE stock ADD CONSTRAINT {NOT_OVERSOLD} {check}")


def test_without_both_it_oversells(
    app: Flask, market: SmallMarket, no_wall: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other control: no condition and no CHECK, and the same race sells what is not there."""
    monkeypatch.setattr(reserve, "RESERVE", reserve.RESERVE.split(" AND (s.capacity IS NULL")[0])
    found = at_once(app, buyers(market, {"kale": 1}))
    assert all(isinstance(item, str) for item in found)
    assert stock_of(market, "kale") == (UNITS, BUYERS, 0)


def test_baskets_in_opposite_order_do_not_block_each_other(app: Flask, market: SmallMarket) -> None:
    with transaction():
        execute("UPDATE stock SET capacity = 1000")
    there, back = {"kale": 1, "cabbage": 1, "milk": 1, "honey": 1}, {"honey": 1, "milk": 1, "cabbage": 1, "kale": 1}
    tries: list[Callable[[], object]] = [
        lambda n=n: place_order(request_for(market, there if n % 2 else back, checkout_key=f"k{n}")).number  # type: ignore[misc]
        for n in range(BUYERS)
    ]
    assert all(isinstance(item, str) for item in at_once(app, tries))
    assert stock_of(market, "kale") == (1000, BUYERS, 0)


def test_the_same_form_twenty_times_at_once_is_one_order(app: Flask, market: SmallMarket) -> None:
    request = request_for(market, {"kale": 1})
    found = at_once(app, [lambda: place_order(request).number for _ in range(BUYERS)])
    assert len(set(found)) == 1
    assert stock_of(market, "kale") == (UNITS, 1, 0)


def test_cancelled_and_expired_at_once_frees_once(app: Flask, market: SmallMarket) -> None:
    order_id = place_order(request_for(market, {"kale": 3})).id
    with transaction():
        execute("UPDATE orders SET expires_at = clock_timestamp() - interval '1 second'")

    def cancel() -> object:
        from marketplace.kernel.errors import Conflict

        try:
            return cancel_order(order_id).state
        except Conflict as refusal:
            return refusal.word

    at_once(app, [cancel, lambda: expire_order(order_id), cancel, lambda: expire_order(order_id)])
    assert stock_of(market, "kale") == (UNITS, 0, 0)
    assert scalar("SELECT booked FROM pickup_slot WHERE id = :id", id=market.slot) == 0
