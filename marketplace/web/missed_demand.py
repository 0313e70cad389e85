"""Telling the farms what their customers could not get any more: from the basket, the checkout and the API."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from flask import request

from marketplace.basket.contents import FEW, SOLD_OUT, Line
from marketplace.basket.owner import Owner
from marketplace.kernel.database import release_reads
from marketplace.kernel.errors import Shortage
from marketplace.kernel.rate_limits import address_bucket
from marketplace.stock.missed import note_missed, units_of


def visitor_of(whose: Owner) -> str:
    """What a visitor is counted once by: neither the account nor the cookie itself."""
    known = f"account:{whose.account_id}" if whose.account_id is not None else whose.token or ""
    return hashlib.sha256(known.encode()).hexdigest()[:32]


def _note(units: dict[int, int], visitor: str) -> None:
    if units:
        release_reads()  # one connection at a time
        note_missed(units, visitor, address_bucket(request.remote_addr))


@contextmanager
def shortages_noted(visitor: str = "") -> Iterator[None]:
    """Notes what an order is refused for, once its transaction is rolled back; the refusal goes on its way.

    Without a `visitor` the address is one.
    """
    try:
        yield
    except Shortage as refusal:
        _note(units_of(refusal), visitor or address_bucket(request.remote_addr))
        raise


def note_lines(lines: Sequence[Line], whose: Owner) -> None:
    """Notes what of these lines is sold out, or not there as often as it is wanted."""
    units = {
        line.offer_id: line.quantity - max(0, line.available or 0)
        for line in lines
        if line.offer_id is not None and line.trouble in (SOLD_OUT, FEW)
    }
    _note(units, visitor_of(whose))
