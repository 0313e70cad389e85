"""Who may do what where, read in one statement; sessions and tokens that end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from marketplace.kernel.database import execute, transaction
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.people import accounts, sign_ins
from marketplace.people.person import person_by_sign_in, person_by_token
from marketplace.people.tokens import create_token
from tests.factories.small_market import small_market
from tests.factories.visitors import SECRET, Statements, account


def aged(table: str, **by: timedelta) -> None:
    """Moves columns of all rows into the past."""
    with transaction():
        for column, much in by.items():
            execute(f"UPDATE {table} SET {column} = {column} - CAST(:much AS interval)", much=much)


def test_roles_and_where_they_hold(app: Flask, db: Any) -> None:
    market = small_market()
    farm = market.farms["dairy"]
    someone = account(app, "farm", farm_id=farm)
    accounts.give_role(someone, "host", market_id=market.market)
    accounts.give_role(someone, "host", market_id=market.market)
    with Statements(app) as statements:
        person = person_by_sign_in(sign_ins.begin(someone, second_factor=False))
    assert len([one for one in statements.sent if one.lstrip().startswith("SELECT") and "set_config" not in one]) == 1
    assert person is not None and person.account_id == someone and person.full_name == "Ruth Hölscher"
    assert person.farm_ids == {farm} and person.host_market_ids == {market.market}
    assert not person.operator_market_ids and not person.is_admin and len(person.roles) == 2


def test_an_operator_hosts_and_an_admin_may_all(app: Flask, db: Any) -> None:
    market, other = small_market(), small_market(slug="anderswo")
    operator = person_by_token(create_token(account(app, "operator", market_id=market.market)))
    assert operator is not None
    assert operator.host_market_ids == operator.operator_market_ids == {market.market}
    assert operator.office_market_ids == {market.market} and not operator.approver_market_ids
    admin = person_by_token(create_token(account(app, "admin")))
    assert admin is not None and admin.is_admin
    assert admin.operator_market_ids == {market.market, other.market}
    assert admin.farm_ids == {*market.farms.values(), *other.farms.values()}


def test_a_host_of_one_place(app: Flask, db: Any) -> None:
    market = small_market()
    place = int(db.session.execute(db.text("SELECT min(id) FROM pickup_point")).scalar())
    host = person_by_token(create_token(account(app, "host", market_id=market.market, pickup_point_id=place)))
    assert host is not None and host.pickup_point_ids == {place} and not host.host_market_ids


def test_without_the_second_factor_a_privileged_sign_in_is_none(app: Flask, db: Any) -> None:
    market = small_market()
    someone = account(app, "operator", market_id=market.market, second_factor=True)
    token = sign_ins.begin(someone, second_factor=False)
    assert person_by_sign_in(token) is None
    half = sign_ins.half(token)
    assert half is not None and half.account_id == someone
    fresh = sign_ins.step_up(half.sign_in_id)
    assert person_by_sign_in(token) is None and sign_ins.half(token) is None
    person = person_by_sign_in(fresh)
    assert person is not None and person.operator_market_ids == {market.market}


def test_a_role_that_comes_later_asks_for_the_second_factor(app: Flask, db: Any) -> None:
    market = small_market()
    someone = account(app)
    token = sign_ins.begin(someone, second_factor=False)
    assert person_by_sign_in(token) is not None
    accounts.give_role(someone, "operator", market_id=market.market)
    assert person_by_sign_in(token) is None


@pytest.mark.parametrize(
    ("role", "idle", "longest"),
    [
        ("operator", timedelta(minutes=31), timedelta(hours=13)),
        ("customer", timedelta(days=14, minutes=1), timedelta(days=91)),
    ],
)
def test_sign_ins_grow_old(app: Flask, db: Any, role: str, idle: timedelta, longest: timedelta) -> None:
    market = small_market()
    where = {"market_id": market.market} if role == "operator" else {}
    someone = account(app, role, **where)
    token = sign_ins.begin(someone, second_factor=True)
    aged("sign_in", seen_at=idle - timedelta(minutes=2))
    assert person_by_sign_in(token) is not None
    aged("sign_in", seen_at=timedelta(minutes=3))
    assert person_by_sign_in(token) is None
    token = sign_ins.begin(someone, second_factor=True)
    aged("sign_in", created_at=longest)
    assert person_by_sign_in(token) is None


def test_tokens_end(app: Flask, db: Any) -> None:
    someone = account(app)
    token = create_token(someone, 1)
    assert person_by_token(token) is not None
    assert person_by_token(token + "x") is None
    aged("api_token", expires_at=timedelta(days=1))
    assert person_by_token(token) is None
    with pytest.raises(Invalid):
        create_token(someone, 366)


def test_a_disabled_account_is_nobody_at_once(app: Flask, db: Any) -> None:
    someone = account(app)
    token, browser = create_token(someone), sign_ins.begin(someone, second_factor=False)
    accounts.disable(someone)
    assert person_by_token(token) is None and person_by_sign_in(browser) is None


def test_a_new_password_ends_the_other_browsers(app: Flask, db: Any) -> None:
    someone = account(app)
    here, there = (sign_ins.begin(someone, second_factor=False) for _ in range(2))
    me = person_by_sign_in(here)
    assert me is not None
    accounts.change_password(someone, "ein anderes Passwort", but_sign_in=me.sign_in_id)
    assert person_by_sign_in(here) is not None and person_by_sign_in(there) is None


def test_one_account_an_address(app: Flask, db: Any) -> None:
    someone = accounts.create_account("Lisa.Terhorst@Example.ORG")
    with pytest.raises(Conflict):
        accounts.create_account("lisa.terhorst@example.org")
    assert accounts.account_by_email(" LISA.TERHORST@example.org").id == someone
    for wrong in ("lisa", "lisa@", "a@b@c", "x\r\nBcc: y@example.org"):
        with pytest.raises(Invalid):
            accounts.create_account(wrong)


@pytest.mark.parametrize("role", ["farm", "operator", "approver", "host", "emperor"])
def test_a_role_needs_its_place(app: Flask, db: Any, role: str) -> None:
    with pytest.raises(Invalid):
        accounts.give_role(account(app), role)


def test_nothing_secret_is_stored(app: Flask, db: Any) -> None:
    someone = account(app, second_factor=True)
    kept = [create_token(someone), sign_ins.begin(someone, second_factor=True)]
    rows = str(db.session.execute(db.text("SELECT * FROM api_token")).all()) + str(
        db.session.execute(db.text("SELECT s.*, a.password_hash FROM sign_in s JOIN account a ON true")).all()
    )
    assert SECRET not in rows and not any(token in rows for token in kept)
