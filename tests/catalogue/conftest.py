"""A small market to try things in."""

from tests.factories.planned_market import planned_market

__all__ = ["planned_market"]
