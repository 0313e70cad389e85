"""A saved card in few words: its brand, its last digits, until when it holds."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _

from marketplace.kernel import clock

BRANDS = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "diners": "Diners Club",
    "discover": "Discover",
    "jcb": "JCB",
    "unionpay": "UnionPay",
    "cartes_bancaires": "Cartes Bancaires",
}
# A card that ends in so many months is said to end soon.
SOON = 2


def card_name(means: Any) -> str:
    """`Visa •••• 4242`; the digits stay with their dots."""
    return f"{BRANDS.get(means.brand, _('Karte'))} ••••\u00a0{means.last4}"


def card_until(means: Any) -> str:
    """`gültig bis 12/2027`."""
    return _("gültig bis %(month)s", month=f"{means.exp_month:02}/{means.exp_year}")


def months_left(means: Any, today: date | None = None) -> int:
    """Whole months until the card ends; 0 in its last month, below 0 when it has ended."""
    day = today or clock.now().date()
    return (int(means.exp_year) - day.year) * 12 + int(means.exp_month) - day.month


def ends(means: Any) -> str:
    """`abgelaufen`, `läuft bald ab`, or nothing."""
    left = months_left(means)
    if left < 0:
        return _("abgelaufen")
    return _("läuft bald ab") if left < SOON else ""
