"""A small market to try things in."""

from tests.factories.small_market import small_market

__all__ = ["small_market"]
