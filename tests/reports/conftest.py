"""The till of the payment tests."""

from tests.payments.conftest import market, stand_in, till

__all__ = ["market", "stand_in", "till"]
