"""Fees of the provider, after the price list for Germany (https://stripe.com/de/pricing)."""

from __future__ import annotations

_EEA = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()  # noqa: SIM905
)
_FIXED_CENTS = 25
DEBIT_FEE_CENTS = 35
DISPUTE_FEE_CENTS = 1500
DEBIT_DISPUTE_FEE_CENTS = 750


def card_fee(amount: int, country: str) -> int:
    """Cents kept of a card payment: 1.5 % + 25 ct in the EEA, 2.5 % UK, 3.25 % elsewhere; half cents up."""
    basis_points = 150 if country in _EEA else 250 if country == "GB" else 325
    return (amount * basis_points + 5000) // 10000 + _FIXED_CENTS
