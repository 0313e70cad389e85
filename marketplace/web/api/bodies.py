"""JSON bodies, looked at before any view sees them: whatever comes is a typed refusal or safe to read."""

from __future__ import annotations

import json
from typing import Any

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from marketplace.kernel.errors import Invalid, Malformed
from marketplace.kernel.words import N_

MOST_BYTES = 1 << 20
DEEPEST = 20
MOST_DIGITS = 40


def check_body() -> Any:
    """The JSON of this request, None without a body. Raises Malformed, Invalid, or 415 for another media type.

    Refused are: what is no UTF-8 or no JSON, NaN and infinities, endless numbers, nesting deeper than 20, and texts
    with NUL or half characters, which no database takes.
    """
    request.max_content_length = MOST_BYTES
    raw = request.get_data()
    if not raw.strip():
        return None
    if not request.is_json:
        raise UnsupportedMediaType()
    if _nesting(raw) > DEEPEST:
        raise Malformed(N_("Die Anfrage ist zu tief verschachtelt."))
    try:
        parsed = json.loads(raw.decode("utf-8"), parse_constant=_refuse, parse_int=_whole)
    except (ValueError, RecursionError):
        raise Malformed(N_("Die Anfrage ist kein gültiges JSON.")) from None
    if (place := _unfit(parsed, "")) is not None:
        raise Invalid({place or "body": N_("Hier stehen Zeichen, die nicht erlaubt sind.")})
    return parsed


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError("a number without end")
    return int(digits)


def _nesting(raw: bytes) -> int:
    """How deep brackets go, strings left out: found without building anything."""
    deepest = depth = 0
    in_text = escaped = False
    for byte in raw:
        if in_text:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_text = False
        elif byte == 0x22:
            in_text = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > DEEPEST:
                break
        elif byte in b"]}":
            depth -= 1
    return deepest


def _unfit(value: Any, place: str) -> str | None:
    """Where a text stands that cannot be stored; None when there is none."""
    if isinstance(value, str):
        return place if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value) else None
    if isinstance(value, dict):
        for name, inner in value.items():
            if _unfit(name, place) is not None:
                return place
            if (found := _unfit(inner, f"{place}.{name}" if place else name)) is not None:
                return found
    if isinstance(value, list):
        for index, inner in enumerate(value):
            if (found := _unfit(inner, f"{place}.{index}" if place else str(index))) is not None:
                return found
    return None
