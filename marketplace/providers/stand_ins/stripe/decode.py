"""Form encoding as the provider's clients send it: ``a[b][0]=x`` becomes ``{"a": {"b": {"0": "x"}}}``.

Arrays stay objects with digit keys here; only the types tell an array from an
object, and those are known to conformance.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .errors import ApiError

MAX_DEPTH = 10
MAX_FIELDS = 2000
_NAME = re.compile(r"^[^\[\]]+(\[[^\[\]]*\])*$")
_KEY = re.compile(r"\[([^\[\]]*)\]")


def decode_form(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Nest the pairs. Refuses broken brackets, a name that is both value and object, and too much depth."""
    root: dict[str, Any] = {}
    for count, (name, value) in enumerate(pairs):
        if count >= MAX_FIELDS:
            raise ApiError(f"Too many parameters: at most {MAX_FIELDS}")
        _put(root, name, value)
    return root


def _put(root: dict[str, Any], name: str, value: str) -> None:
    if not _NAME.match(name):
        raise ApiError(f"Invalid parameter name: {name[:100]}", param=name[:100])
    first, _, _ = name.partition("[")
    keys = [first, *_KEY.findall(name[len(first) :])]
    if len(keys) > MAX_DEPTH:
        raise ApiError(f"Parameter is nested too deeply: {name[:100]}", param=name[:100])
    place = root
    for key in keys[:-1]:
        key = key or str(len(place))
        inner = place.setdefault(key, {})
        if not isinstance(inner, dict):
            raise ApiError(f"Invalid object: {name[:100]}", param=name[:100])
        place = inner
    last = keys[-1] or str(len(place))
    if isinstance(place.get(last), dict):
        raise ApiError(f"Invalid parameter, both object and value: {name[:100]}", param=name[:100])
    place[last] = value
