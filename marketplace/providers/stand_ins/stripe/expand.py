"""``expand[]``: ids in an answer replaced by the objects they name, up to four levels deep."""

from __future__ import annotations

from typing import Any

from .errors import ApiError
from .listing import list_of
from .transaction import Body, Transaction, public

MAX_LEVELS = 4
# Lists that an object only shows when asked for: (kind of the object, field) -> (kind inside, its field for the object)
_LISTS = {
    ("charge", "refunds"): ("refund", "charge"),
    ("checkout.session", "line_items"): ("item", "_session"),
}


def render(tx: Transaction, answer: Body, paths: list[str]) -> Body:
    """The answer as it goes out: without the stand-in's own memory, the paths expanded."""
    if answer.get("object") == "list":
        answer = {**answer, "data": [public(item) for item in answer["data"]]}
    else:
        answer = public(answer)
    for path in paths:
        steps = path.split(".")
        if len(steps) - (steps[0] == "data") > MAX_LEVELS:
            raise ApiError(f"You cannot expand more than {MAX_LEVELS} levels of a property. Property: {path}")
        _expand(tx, answer, steps, path)
    return answer


def _expand(tx: Transaction, body: Any, steps: list[str], path: str) -> None:
    if isinstance(body, list):
        for item in body:
            _expand(tx, item, steps, path)
        return
    name, rest = steps[0], steps[1:]
    if not isinstance(body, dict) or not (name in body or (body.get("object"), name) in _LISTS):
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
    if (body.get("object"), name) in _LISTS and name not in body:
        body[name] = _list(tx, body, name)
    elif isinstance(body[name], str):
        body[name] = _object(tx, body[name], path)
    elif not (body[name] is None or isinstance(body[name], dict | list)):
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
    if rest and body[name] is not None:
        _expand(tx, body[name], rest, path)


def _object(tx: Transaction, object_id: str, path: str) -> Body:
    found = tx.find_any(object_id)
    if found is None and not tx.account and object_id.startswith("py_"):
        # The platform may look at the payment that a transfer of its own made in the connected account.
        row = tx.connection.execute("SELECT account FROM objects WHERE id = ?", (object_id,)).fetchone()
        if row is not None:
            with tx.acting_for(row["account"]):
                found = tx.find_any(object_id)
    if found is None:
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
    return public(found)


def _list(tx: Transaction, body: Body, name: str) -> Body:
    kind, field = _LISTS[(body["object"], name)]
    found = tx.select(kind, f"json_extract(body, '$.{field}') = ?", (body["id"],))
    if kind == "refund":
        found.reverse()
    base = {"charge": "charges", "checkout.session": "checkout/sessions"}[body["object"]]
    return list_of([public(item) for item in found], f"/v1/{base}/{body['id']}/{name}")
