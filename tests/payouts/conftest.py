"""A market to pay out, a bank to pay through, and books that are proved after every test that used them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.payouts import bank
from marketplace.payouts.check_books import check_books
from tests.payouts.scene import Scene, set_up


@pytest.fixture
def scene(db: SQLAlchemy) -> Iterator[Scene]:
    """A small market after its day; whatever a test does, the books are right in the end."""
    before = bank._bank
    made = set_up()
    bank.use(made.bank)
    yield made
    assert check_books().differences == ()
    bank._bank = before
