"""The order that stands at the counter: by its code, its number, or the large number of its slot."""

from __future__ import annotations

from typing import Any

from marketplace.kernel.database import rows
from marketplace.kernel.errors import NotFound
from marketplace.kernel.ids import code_from_text
from marketplace.pickup.hosts import MAY_SERVE, Host

FROM = "SELECT o.id, o.number FROM orders o JOIN pickup_slot s ON s.id = o.slot_id WHERE " + MAY_SERVE  # noqa: S608 - our own fragments
# A code is unique in its slot alone: what waits to be handed over comes first, then what is nearest in time.
NEAREST = (
    " ORDER BY o.state = ANY('{ready,packing,confirmed}') DESC,"
    " abs(extract(epoch FROM s.pickup_from - app_now())), o.id DESC LIMIT 1"
)


def find_by_code(code: str, host: Host) -> tuple[int, str]:
    """Id and number of the order of a pickup code among what the host may serve; NotFound."""
    found = rows(FROM + " AND o.pickup_code = :code" + NEAREST, code=code_from_text(code), **host.bounds())
    return _one(found)


def find_by_number(number: str, host: Host) -> tuple[int, str]:
    """Id and number of the order of a number (M-10001, also without its letter) that the host may serve; NotFound."""
    typed = number.replace("\0", "").strip().upper()[:40]
    wanted = f"M-{typed}" if typed.isdigit() else typed
    return _one(rows(FROM + " AND o.number = :number", number=wanted, **host.bounds()))


def number_by_entry(entry: str, slot_id: int, host: Host) -> str:
    """The number of the order that somebody typed at a slot: code, order number, or the large number; NotFound."""
    code = code_from_text(entry)
    found = rows(
        FROM  # noqa: S608 - our own fragments
        + """
          AND ((o.slot_id = :slot_id AND (o.pickup_code = :code OR o.pickup_number = :short))
               OR o.number = :number OR (o.pickup_code = :code AND s.market_day_id = (
                   SELECT market_day_id FROM pickup_slot WHERE id = :slot_id)))
        ORDER BY o.slot_id = :slot_id DESC, o.pickup_code = :code DESC, o.pickup_number = :short DESC, o.id DESC LIMIT 1
        """,
        slot_id=slot_id,
        code=code,
        short=int(code) if code.isascii() and code.isdigit() and len(code) <= 5 else 0,
        number=f"M-{code}" if code.isdigit() else f"M-{code[1:]}",
        **host.bounds(),
    )
    if not found:
        raise NotFound()
    return str(found[0].number)


def _one(found: list[Any]) -> tuple[int, str]:
    if not found:
        raise NotFound()
    return int(found[0].id), str(found[0].number)
