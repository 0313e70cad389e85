"""A small market behind the API, a second one beside it, and callers with tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from marketplace.kernel.database import rows, transaction
from marketplace.markets.open_market import open_market
from marketplace.people.tokens import create_token
from tests.factories.planned_market import POTATOES, PlannedMarket, set_up

VARIANT = POTATOES.variants[0]
ACCOUNT = "INSERT INTO account (email, email_key) VALUES (:mail, :mail) RETURNING id"
MEMBER = """
INSERT INTO membership (account_id, role, market_id, farm_id)
VALUES (:account, :role, CAST(:market AS bigint), CAST(:farm AS bigint)) RETURNING id
"""


@dataclass
class Caller:
    """Calls the API as somebody; answers with status and JSON."""

    client: FlaskClient
    token: str | None = None

    def __call__(self, method: str, path: str, **body: Any) -> tuple[int, Any]:
        """`body`: the keywords of a request (json=…, headers=…)."""
        headers = ({"Authorization": f"Bearer {self.token}"} if self.token else {}) | body.pop("headers", {})
        answer = self.client.open(f"/api/v1{path}", method=method, headers=headers, **body)
        return answer.status_code, answer.get_json(silent=True)


@dataclass
class Stage:
    """What stands there: a market with two farms and two days, another market, ids of accounts by name."""

    market: PlannedMarket
    other_market_id: int
    days: list[int]
    people: dict[str, int]


@pytest.fixture
def stage(db) -> Stage:
    """Two farms with two products each, on sale in two and in three days."""
    market = set_up()
    dairy = market.farm("B01")
    for farm_id in (market.farm_id, dairy):
        for sku in ("K1", "K2"):
            product = replace(POTATOES, name=f"Kartoffeln {sku}", variants=(replace(VARIANT, sku=sku),))
            market.product(product, farm_id=farm_id)
    with transaction():
        other = open_market("anderswo", "Anderswo", legal={})
        people = {
            name: member(name, role, market_id, farm_id)
            for name, role, market_id, farm_id in (
                ("farm", "farm", None, market.farm_id),
                ("dairy", "farm", None, dairy),
                ("operator", "operator", market.market_id, None),
                ("approver", "approver", market.market_id, None),
                ("foreign operator", "operator", other, None),
                ("admin", "admin", None, None),
                ("customer", "customer", None, None),
            )
        }
    return Stage(market, other, [market.day(2), market.day(3)], people)


def member(name: str, role: str, market_id: int | None, farm_id: int | None) -> int:
    """An account with one role; its id."""
    account = int(rows(ACCOUNT, mail=f"{name.replace(' ', '.')}@example.org")[0].id)
    rows(MEMBER, account=account, role=role, market=market_id, farm=farm_id)
    return account


@pytest.fixture
def call_as(client, stage) -> Callable[[str | None], Caller]:
    """A caller by the name of the account; None: a guest."""
    return lambda name: Caller(client, create_token(stage.people[name]) if name else None)
