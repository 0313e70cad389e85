"""Ids in the provider's form: a prefix that tells the kind, then random letters and digits."""

from __future__ import annotations

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits

PREFIXES = {
    "account": "acct_1",
    "balance_transaction": "txn_3",
    "charge": "ch_3",
    "checkout.session": "cs_test_a1",
    "customer": "cus_",
    "dispute": "du_1",
    "event": "evt_1",
    "item": "li_1",
    "mandate": "mandate_1",
    "payment": "py_1",
    "payment_intent": "pi_3",
    "payment_method": "pm_1",
    "payout": "po_1",
    "price": "price_1",
    "product": "prod_",
    "refund": "re_3",
    "request": "req_",
    "setup_intent": "seti_1",
    "transfer": "tr_1",
    "transfer_reversal": "trr_1",
}


def letters(count: int) -> str:
    """Random letters and digits; not to be guessed."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(count))


def new_id(kind: str) -> str:
    """A fresh id for an object of this kind. It never repeats, whatever happened to the process."""
    length = {"checkout.session": 56, "account": 16, "customer": 14, "product": 14, "request": 14}.get(kind, 23)
    return PREFIXES[kind] + letters(length)
