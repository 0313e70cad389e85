"""Pages of a list: `?limit=` (1–200, 50 unless asked) and `?cursor=`, an opaque word for where the next begins."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from flask import request

from marketplace.kernel.errors import Invalid
from marketplace.kernel.ids import MAX_ID
from marketplace.kernel.words import N_

T = TypeVar("T")

USUAL, MOST = 50, 200
LONGEST_CURSOR = 1000
PAGE_ARGUMENTS = {"limit": "1 to 200, 50 unless asked", "cursor": "`next` of the page before"}


@dataclass(frozen=True)
class Page:
    """`limit` things, those after the position `after` (None: from the start). Ask the database for one more."""

    limit: int
    after: Any = None

    def answer(
        self, found: Sequence[T], shown: Callable[[T], dict[str, Any]], position: Callable[[T], tuple[Any, ...]]
    ) -> dict[str, Any]:
        """`{"items": […], "next": cursor or null}`; `position` is what the list is ordered by, ending with an id."""
        items = found[: self.limit]
        more = len(found) > self.limit
        return {"items": [shown(item) for item in items], "next": to_cursor(position(items[-1])) if more else None}


def page_asked(**kinds: type) -> Page:
    """The page that the address asks for; `kinds` are the types of the position, in order.

    Raises Invalid for a limit out of range and for a cursor that we did not make for this list.
    """
    errors: dict[str, Any] = {}
    limit, after = USUAL, None
    asked = request.args.get("limit")
    if asked is not None:
        if not asked.isascii() or not asked.isdigit() or len(asked) > 4 or not 1 <= int(asked) <= MOST:
            errors["limit"] = N_("Bitte eine Zahl von 1 bis 200.")
        else:
            limit = int(asked)
    cursor = request.args.get("cursor")
    if cursor:
        try:
            after = from_cursor(cursor, tuple(kinds.values()))
        except ValueError:
            errors["cursor"] = N_("Dieser Cursor gehört nicht zu dieser Liste.")
    if errors:
        raise Invalid(errors)
    return Page(limit, after)


def to_cursor(position: tuple[Any, ...]) -> str:
    """A position as an opaque word."""
    plain = [part.isoformat() if isinstance(part, date) else part for part in position]
    return base64.urlsafe_b64encode(json.dumps(plain, ensure_ascii=False).encode()).decode().rstrip("=")


def from_cursor(cursor: str, kinds: tuple[type, ...]) -> tuple[Any, ...]:
    """The position in a cursor; ValueError for anything but values of these kinds."""
    if len(cursor) > LONGEST_CURSOR or not cursor.isascii():
        raise ValueError("no cursor")
    try:
        plain = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, UnicodeDecodeError, RecursionError) as error:
        raise ValueError("no cursor") from error
    if not isinstance(plain, list) or len(plain) != len(kinds):
        raise ValueError("another list's cursor")
    return tuple(_part(value, kind) for value, kind in zip(plain, kinds, strict=True))


def _part(value: Any, kind: type) -> Any:
    if kind is int and type(value) is int and abs(value) <= MAX_ID:
        return value
    if kind is str and isinstance(value, str) and "\0" not in value:
        value.encode()  # half a character is a ValueError
        return value
    if kind is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment
    if kind is date and isinstance(value, str):
        return date.fromisoformat(value)
    raise ValueError("another list's cursor")
