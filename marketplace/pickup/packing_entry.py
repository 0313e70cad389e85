"""What was typed at the packing table and sent later: each entry done once, however often it arrives."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from marketplace.kernel.database import command, execute, scalar
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.words import N_
from marketplace.pickup.pack import Result, pack_line, unpack_line

KEEP = """
INSERT INTO kept_answer (scope, key, fingerprint, status) VALUES (:scope, :key, :fingerprint, 200)
ON CONFLICT DO NOTHING
"""
KEPT = "SELECT fingerprint FROM kept_answer WHERE scope = :scope AND key = :key"


@dataclass(frozen=True)
class Entry:
    """One tick, weight or shortage. `key`: the phone's own, 128 random bits. `deed`: pack or unpack.

    `instead_of`: the result (sale units, grams) that whoever typed it saw and wants to correct.
    """

    key: str
    line_id: int
    deed: Literal["pack", "unpack"]
    packed_quantity: int = 0
    weight_g: int | None = None
    reason: str = ""
    instead_of: Result | None = None


@command
def take_entry(entry: Entry, farm_ids: Collection[int]) -> bool:
    """Does what the entry says, as the form would; False when this very entry was done before.

    Refuses as `pack_line` and `unpack_line` do, and then keeps nothing: sent again it is looked at anew. Conflict for
    a key that came with something else. Keys are kept 48 h (kept_answer).
    """
    farm_id = scalar(
        "SELECT farm_id FROM order_line WHERE id = :id AND farm_id = ANY(:farms)",
        id=entry.line_id,
        farms=sorted(farm_ids),
    )
    if farm_id is None:
        raise NotFound()
    scope, fingerprint = f"packing:{farm_id}", hashlib.sha256(repr(entry).encode()).digest()
    if not execute(KEEP, scope=scope, key=entry.key, fingerprint=fingerprint):
        kept = scalar(KEPT, scope=scope, key=entry.key)
        if bytes(kept) != fingerprint:
            raise Conflict(N_("Diese Eingabe ist schon mit einem anderen Inhalt angekommen."))
        return False
    if entry.deed == "unpack":
        unpack_line(entry.line_id, farm_ids, entry.instead_of)
    else:
        pack_line(
            entry.line_id,
            farm_ids,
            entry.packed_quantity,
            entry.weight_g,
            entry.reason,
            instead_of=entry.instead_of,
        )
    return True
