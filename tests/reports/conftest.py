"""The till of the payment tests, and the finished sales of the payout tests."""

from tests.payments.conftest import market, stand_in, till
from tests.payouts.conftest import scene

__all__ = ["market", "scene", "stand_in", "till"]
