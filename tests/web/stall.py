"""The scene of packing, seen from the web: people with their roles. No context stays open between requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from marketplace.kernel import clock
from marketplace.kernel.database import rows
from marketplace.people.accounts import create_account, give_role
from marketplace.people.sign_ins import begin
from marketplace.people.tokens import create_token
from marketplace.web.access import SIGN_IN
from tests.pickup.scene import Scene, set_up
from tests.web.page_client import PageClient


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    """A small market before its cut-off."""
    clock.forget()
    with app.app_context():
        scene = set_up()
    yield scene
    clock.forget()


@pytest.fixture
def look(app: Flask) -> Callable[..., list[object]]:
    """Rows of a statement, read aside."""

    def read(statement: str, **values: object) -> list[object]:
        with app.app_context():
            return rows(statement, **values)

    return read


@pytest.fixture
def sign_in(app: Flask, scene: Scene) -> Callable[..., PageClient]:
    """A signed-in browser of somebody with a role: `sign_in("farm", farm_id=…)`, several by `farm_ids`."""

    def browser(role: str, *, farm_ids: tuple[int, ...] = (), **where: int) -> PageClient:
        with app.app_context():
            account_id = _account(role, farm_ids, **where)
            token = begin(account_id, second_factor=True)
        client = app.test_client()
        with client.session_transaction() as session:
            session[SIGN_IN] = token
        return PageClient(client)

    return browser


@pytest.fixture
def bearer(app: Flask, scene: Scene) -> Callable[..., dict[str, str]]:
    """Headers of an API token of somebody with a role."""

    def headers(role: str, **where: int) -> dict[str, str]:
        with app.app_context():
            token = create_token(_account(role, **where))
        return {"Authorization": f"Bearer {token}"}

    return headers


def _account(role: str, farm_ids: tuple[int, ...] = (), **where: int) -> int:
    name = "-".join([role, *(str(value) for value in (*farm_ids, *where.values()))])
    account_id = create_account(f"{name}@example.org", name="Ruth Hölscher")
    for farm_id in farm_ids:
        give_role(account_id, role, farm_id=farm_id)
    if where:
        give_role(account_id, role, **where)
    return account_id
