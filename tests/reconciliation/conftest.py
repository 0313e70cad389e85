"""The market and the stand-in of the payment tests; and the proof that both books say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from marketplace.payments.poll import settle_balances
from marketplace.payouts.check_books import check_books
from tests.factories.paid import Till, balance, drain
from tests.payments.conftest import market, stand_in, till

__all__ = ["agree", "market", "stand_in", "till"]


@pytest.fixture
def agree(till: Till) -> Iterator[Callable[[], None]]:
    """Works on what is wanted, then: our accounts of the provider are its own balance, to the cent (I18)."""

    def proof() -> None:
        drain()
        settle_balances()
        sums = till.books()["sums"]
        assert (balance("stripe:pending"), balance("stripe:available")) == (sums["pending"], sums["available"])
        assert check_books().differences == ()

    yield proof
    proof()
