"""What becomes available is asked for in the order in which it will: one question a minute while nothing has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.kernel.database import db, execute, rows, transaction
from marketplace.payments.poll import settle_balances
from tests.factories.paid import Till
from tests.factories.small_market import SmallMarket
from tests.payments.test_refunds import captured
from tests.providers.stand_in_stripe.running import Running

TWO_DAYS = 2 * 86_400


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A provider that keeps what came in for two days, as the real one does."""
    books = Path(tmp_path_factory.mktemp("slow-stand-in")) / "books.sqlite3"
    running = Running(books, {"STAND_IN_FUNDS_DELAY_SECONDS": str(TWO_DAYS)})
    yield running
    running.stop()


def waiting() -> int:
    found = rows("SELECT count(*) AS n FROM balance_transaction WHERE NOT available")[0].n
    db.session.rollback()
    return int(found)


def test_one_question_while_nothing_is_due(till: Till, market: SmallMarket) -> None:
    for _ in range(3):
        captured(till, market, {"kale": 1})
    assert waiting() == 3
    assert settle_balances() == 1
    assert waiting() == 3
    till.stand_in.control("clock", advance=20 * 86_400)
    assert settle_balances() == 3
    assert waiting() == 0


def test_one_that_the_provider_does_not_know_holds_up_nobody(till: Till, market: SmallMarket) -> None:
    captured(till, market, {"kale": 1})
    captured(till, market, {"kale": 1})
    with transaction():
        execute("UPDATE balance_transaction SET id = 'txn_nobody' WHERE id = (SELECT min(id) FROM balance_transaction)")
    till.stand_in.control("clock", advance=20 * 86_400)
    settle_balances()
    assert waiting() == 1
