"""The basket without its pages: owners, merging, what is remembered."""

from __future__ import annotations

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.basket.change import put_back, set_quantity, take_out_ordered
from marketplace.basket.contents import CLOSED, FEW, NOT_OFFERED, SOLD_OUT, contents
from marketplace.basket.merge import merge_baskets
from marketplace.basket.owner import Owner
from marketplace.kernel.database import execute, rows, scalar, transaction
from marketplace.kernel.errors import Invalid, NotFound
from tests.factories.small_market import SmallMarket, small_market

GUEST = Owner(token="a-guests-token")


def account() -> int:
    with transaction():
        return int(
            scalar("INSERT INTO account (email, email_key) VALUES ('a@example.org', 'a@example.org') RETURNING id")
        )


def lines(owner: Owner, slot_id: int | None = None) -> dict[str, int]:
    return {line.name: line.quantity for line in contents(owner, slot_id).lines}


def test_a_basket_comes_with_the_first_thing(db: SQLAlchemy) -> None:
    market = small_market()
    assert not contents(GUEST, market.slot).lines
    assert not rows("SELECT id FROM basket")
    set_quantity(GUEST, market.variants["milk"], 2, slot_id=market.slot)
    found = contents(GUEST, None)
    assert found.slot is not None
    assert found.slot.id == market.slot
    assert (found.units, found.goods_cents, found.deposit_cents, found.total_cents) == (2, 378, 30, 408)
    assert not contents(Owner(token="another"), market.slot).lines


@pytest.mark.parametrize("quantity", [-1, 1000])
def test_only_whole_baskets_of_goods(db: SQLAlchemy, quantity: int) -> None:
    market = small_market()
    with pytest.raises(Invalid):
        set_quantity(GUEST, market.variants["milk"], quantity)
    with pytest.raises(NotFound):
        set_quantity(GUEST, 10**12, 1)
    assert not rows("SELECT id FROM basket")


def test_signing_in_takes_the_basket_along(db: SQLAlchemy) -> None:
    market, own = small_market(), Owner(account_id=account())
    assert own.account_id is not None
    set_quantity(own, market.variants["milk"], 5)
    set_quantity(own, market.variants["kale"], 1)
    set_quantity(GUEST, market.variants["milk"], 2)
    set_quantity(GUEST, market.variants["honey"], 3)
    merge_baskets(GUEST.token, own.account_id)
    merge_baskets(GUEST.token, own.account_id)
    merge_baskets(None, own.account_id)
    assert lines(own) == {"Milk": 5, "Kale": 1, "Honey": 3}
    assert not lines(GUEST)
    assert scalar("SELECT count(*) FROM basket") == 1


def test_every_trouble_has_its_word(db: SQLAlchemy) -> None:
    market = small_market()
    for name in ("milk", "kale", "cabbage", "honey", "korn"):
        set_quantity(GUEST, market.variants[name], 4)
    with transaction():
        execute("UPDATE stock SET capacity = 3 WHERE id = :id", id=market.stocks["milk"])
        execute("UPDATE stock SET capacity = 0 WHERE id = :id", id=market.stocks["kale"])
        execute("UPDATE offer SET closes_at = app_now() WHERE id = :id", id=market.offers["cabbage"])
        execute("UPDATE offer SET paused = true WHERE id = :id", id=market.offers["honey"])
    troubles = {line.name: line.trouble for line in contents(GUEST, market.slot).lines}
    assert troubles == {"Milk": FEW, "Kale": SOLD_OUT, "Cabbage": CLOSED, "Honey": NOT_OFFERED, "Korn": ""}
    assert {line.trouble for line in contents(GUEST, market.shelf_slot).lines if line.name == "Korn"} == {"age"}


def test_a_farm_that_pauses_offers_nothing(db: SQLAlchemy) -> None:
    market = small_market()
    set_quantity(GUEST, market.variants["honey"], 1)
    with transaction():
        execute("UPDATE farm SET state = 'paused' WHERE id = :id", id=market.farms["bees"])
    assert [line.trouble for line in contents(GUEST, market.slot).lines] == [NOT_OFFERED]


def test_what_was_ordered_goes_and_comes_back(db: SQLAlchemy) -> None:
    market = small_market()
    set_quantity(GUEST, market.variants["milk"], 2)
    set_quantity(GUEST, market.variants["kale"], 3)
    take_out_ordered(GUEST, {market.offers["milk"]: 2, market.offers["kale"]: 1})
    assert lines(GUEST) == {"Kale": 3}
    assert put_back(GUEST, {market.offers["milk"]: 2}) == 1
    assert lines(GUEST) == {"Kale": 3, "Milk": 2}


def test_goods_of_a_farm_that_gave_up_do_not_come_back(db: SQLAlchemy) -> None:
    market = small_market()
    with transaction():
        execute("UPDATE farm SET state = 'closed' WHERE id = :id", id=market.farms["dairy"])
    offers = {market.offers["milk"]: 2, market.offers["kale"]: 1}
    assert put_back(GUEST, offers) == 1
    assert lines(GUEST) == {"Kale": 1}


def test_a_market_of_its_own(db: SQLAlchemy) -> None:
    here: SmallMarket = small_market()
    there = small_market(slug="drueben")
    set_quantity(GUEST, there.variants["milk"], 1)
    assert [line.trouble for line in contents(GUEST, here.slot).lines] == ["other_market"]
