"""Lists with cursors: newest first, ``limit``, ``starting_after``, ``ending_before``, ``created``, filters."""

from __future__ import annotations

import json
from typing import Any

from .errors import ApiError, missing
from .transaction import Body, Transaction

DEFAULT_LIMIT = 10
MAX_LIMIT = 100
_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def page(
    tx: Transaction,
    kind: str,
    params: Body,
    url: str,
    *,
    equal: dict[str, Any] | None = None,
    where: str = "",
    values: tuple[Any, ...] = (),
) -> Body:
    """One page of the current account's objects.

    ``equal`` maps JSON paths to the value wanted (None: not filtered), ``where``
    is further SQL over ``id`` and ``body``. Refuses a limit beyond 1 to 100 and an unknown cursor.
    """
    limit = params.get("limit", DEFAULT_LIMIT)
    if not 1 <= limit <= MAX_LIMIT:
        raise ApiError(f"Invalid limit: must be between 1 and {MAX_LIMIT}", param="limit")
    conditions, arguments = _filters(params, equal or {})
    if where:
        conditions.append(where)
        arguments += values
    order = "DESC"
    if "starting_after" in params and "ending_before" in params:
        raise ApiError("You may only specify one of these parameters: starting_after, ending_before.")
    if "starting_after" in params:
        conditions.append("seq < ?")
        arguments.append(_place(tx, kind, params["starting_after"], "starting_after"))
    elif "ending_before" in params:
        conditions.append("seq > ?")
        arguments.append(_place(tx, kind, params["ending_before"], "ending_before"))
        order = "ASC"
    # The conditions are texts of this package; what the caller sent is bound.
    query = " AND ".join(["SELECT body FROM objects WHERE kind = ? AND account = ?", *conditions])
    rows = tx.connection.execute(
        f"{query} ORDER BY seq {order} LIMIT ?", (kind, tx.account, *arguments, limit + 1)
    ).fetchall()
    data = [json.loads(row["body"]) for row in rows[:limit]]
    if order == "ASC":
        data.reverse()
    return list_of(data, url, has_more=len(rows) > limit)


def list_of(data: list[Body], url: str, has_more: bool = False) -> Body:
    """The provider's list object."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def _filters(params: Body, equal: dict[str, Any]) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    arguments: list[Any] = []
    for path, wanted in equal.items():
        if wanted is not None:
            conditions.append(f"json_extract(body, '$.{path}') = ?")
            arguments.append(wanted)
    created = params.get("created")
    if isinstance(created, int):
        created = {"gte": created, "lte": created}
    for name, value in (created or {}).items():
        conditions.append(f"created {_COMPARISONS[name]} ?")
        arguments.append(value)
    return conditions, arguments


def _place(tx: Transaction, kind: str, object_id: str, param: str) -> int:
    row = tx.connection.execute(
        "SELECT seq FROM objects WHERE id = ? AND kind = ? AND account = ?", (object_id, kind, tx.account)
    ).fetchone()
    if row is None:
        raise missing(kind, object_id, param, status=400)
    return int(row["seq"])
