"""One call of the API: address, parameters' type, operation, answer's type.

``played`` names the parameters that the operation heeds or may safely leave
aside. One that the provider knows and we do not play is refused, never dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .call import Call
from .transaction import Body

_ALWAYS = "expand"
_PAGED = "expand created limit starting_after ending_before"


class Endpoint(NamedTuple):
    """One call of the API."""

    method: str
    path: str
    params: str
    answer: str
    operation: Callable[[Call], Body]
    played: frozenset[str]


def row(
    method: str, path: str, params: str, answer: str, operation: Callable[[Call], Body], played: str = ""
) -> Endpoint:
    """An endpoint; ``played`` are the names of its own parameters, with blanks between."""
    names = (_PAGED if params.endswith("ListParams") else _ALWAYS).split() + played.split()
    return Endpoint(method, f"/v1/{path}", params, answer, operation, frozenset(names))
