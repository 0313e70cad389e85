"""The account's pages with a payment provider behind them."""

from tests.payments.conftest import stand_in, till

__all__ = ["stand_in", "till"]
