"""A visitor in the shop of a small market. No context stays open between requests, as in production."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from marketplace.kernel.database import execute, rows, transaction
from marketplace.market_days.slots import slot_by_id
from marketplace.payments import gateway
from marketplace.payments.gateway import SessionRequest, SessionView
from tests.factories.small_market import SmallMarket, small_market
from tests.web.page_client import PageClient


@pytest.fixture
def market(app: Flask) -> SmallMarket:
    """Ten units of everything; pickup in three days."""
    with app.app_context():
        return small_market()


@pytest.fixture
def shop(app: Flask, market: SmallMarket) -> PageClient:
    """A visitor who has chosen nothing yet."""
    return PageClient(app.test_client())


@pytest.fixture
def look(app: Flask) -> Callable[..., list[Any]]:
    """Rows of a statement, read aside."""

    def read(statement: str, **values: Any) -> list[Any]:
        with app.app_context():
            return rows(statement, **values)

    return read


@pytest.fixture
def change(app: Flask) -> Callable[..., None]:
    """A change made aside, as a farm or the office would."""

    def write(statement: str, **values: Any) -> None:
        with app.app_context(), transaction():
            execute(statement, **values)

    return write


@pytest.fixture
def slug(app: Flask, market: SmallMarket) -> str:
    """How the square's slot is called in addresses."""
    with app.app_context():
        return slot_by_id(market.slot).slug


@pytest.fixture
def shelf_slug(app: Flask, market: SmallMarket) -> str:
    """The same of the unattended shelf."""
    with app.app_context():
        return slot_by_id(market.shelf_slot).slug


class HostedPage:
    """A provider that opens hosted pages and does nothing else; the real one's stand-in has its own tests."""

    def __init__(self) -> None:
        self.requests: list[SessionRequest] = []

    def open_session(self, request: SessionRequest) -> SessionView:
        self.requests.append(request)
        return SessionView(f"cs_{request.payment_id}", "open", f"http://pay.example/c/{request.payment_id}", None)


@pytest.fixture
def hosted_page(app: Flask) -> Iterator[HostedPage]:
    """The provider answers; without this fixture it does not."""
    before, page = gateway.gateway(), HostedPage()
    gateway.use(page)  # type: ignore[arg-type]
    yield page
    gateway.use(before)
