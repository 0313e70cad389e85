"""The accounts of the ledger, by the names of RELIABILITY.md part 3 (DECISIONS 20)."""

from __future__ import annotations

STRIPE_PENDING = "stripe:pending"
STRIPE_AVAILABLE = "stripe:available"
STRIPE_FEES = "stripe:fees"
CUSTOMER_CLEARING = "customer:clearing"
VAT_COMMISSION = "vat:commission"
DISPUTES_HELD = "disputes:held"


def farm_payable(farm_id: int) -> str:
    """What the market owes a farm."""
    return f"farm:{farm_id}:payable"


def farm_receivable(farm_id: int) -> str:
    """What a farm owes the market."""
    return f"farm:{farm_id}:receivable"


def market_commission(market_id: int) -> str:
    """What the market earns, less what it bears itself."""
    return f"market:{market_id}:commission"


def bank(market_id: int) -> str:
    """The market's bank account."""
    return f"bank:{market_id}"


def cash(market_id: int) -> str:
    """What was paid at pickups: recorded, never a till."""
    return f"cash:{market_id}"


def deposits(market_id: int) -> str:
    """Deposits given back at the counter."""
    return f"deposits:{market_id}"


_KINDS = {
    STRIPE_PENDING: "asset",
    STRIPE_AVAILABLE: "asset",
    STRIPE_FEES: "expense",
    CUSTOMER_CLEARING: "clearing",
    VAT_COMMISSION: "liability",
    DISPUTES_HELD: "asset",
}


def kind_of(code: str) -> str:
    """asset, liability, income, expense or clearing; ValueError for a code that no rule makes."""
    if code in _KINDS:
        return _KINDS[code]
    head, _, tail = code.partition(":")
    if head == "farm" and tail.endswith(":payable"):
        return "liability"
    if head == "farm" and tail.endswith(":receivable"):
        return "asset"
    if head == "market" and tail.endswith(":commission"):
        return "income"
    if head in ("bank", "cash") and tail.isdigit():
        return "asset"
    if head == "deposits" and tail.isdigit():
        return "liability"
    raise ValueError(f"no such account: {code}")
