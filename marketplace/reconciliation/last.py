"""The last comparison with the provider's books, for whoever shows it."""

from marketplace.ledger.compared import NO_MARKET, Compared, last_result

__all__ = ["NO_MARKET", "Compared", "last_result"]
