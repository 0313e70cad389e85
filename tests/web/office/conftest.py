"""People of the office, signed in, over a market whose day is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from marketplace.kernel.database import db, rows, transaction
from marketplace.payouts import bank
from marketplace.people import sign_ins
from marketplace.people.models import Account, Membership
from marketplace.web.access import SIGN_IN
from tests.factories.small_market import connect_farms
from tests.payouts.scene import Scene, set_up
from tests.web.page_client import PageClient


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    """Sales to pay out; farms with accounts at the provider."""
    before = bank._bank
    with app.app_context():
        made = set_up()
        connect_farms(made.made)
        bank.use(made.bank)
    yield made
    bank._bank = before


@pytest.fixture
def enter(app: Flask) -> Callable[..., PageClient]:
    """Signs an account in, its second factor just given."""

    def signed_in(account_id: int) -> PageClient:
        client = app.test_client()
        with app.app_context():
            token = sign_ins.begin(account_id, second_factor=True)
        with client.session_transaction() as session:
            session[SIGN_IN] = token
        return PageClient(client)

    return signed_in


@pytest.fixture
def ruth(scene: Scene, enter: Callable[..., PageClient]) -> PageClient:
    """The operator."""
    return enter(scene.operator)


@pytest.fixture
def bernd(scene: Scene, enter: Callable[..., PageClient]) -> PageClient:
    """The approver."""
    return enter(scene.approver)


@pytest.fixture
def stranger(app: Flask, scene: Scene, enter: Callable[..., PageClient]) -> PageClient:
    """The operator of another market."""
    with app.app_context(), transaction():
        market = rows("INSERT INTO market (slug, name) VALUES ('anderer', 'Anderer Markt') RETURNING id")[0].id
        account = Account(email="fremd@example.org", email_key="fremd@example.org", name="Fremd")
        db.session.add(account)
        db.session.flush()
        db.session.add(Membership(account_id=account.id, role="operator", market_id=market))
        account_id = account.id
    return enter(account_id)
