"""A farm's statements over the API: read, and objected to."""

from __future__ import annotations

from typing import Any

from marketplace.kernel.ids import id_from_text
from marketplace.kernel.plain_text import paragraphs
from marketplace.payouts.object import object_to_statement
from marketplace.payouts.read import find_statement, orders_of_statement, statements_of_farms
from marketplace.web.access import allow, current_actor, farm_member
from marketplace.web.api.frame import api, described, taken
from marketplace.web.api.office_asked import Objection
from marketplace.web.api.paging import PAGE_ARGUMENTS, page_asked
from marketplace.web.api.statement_json import statement_json


@api.get("/farm/statements")
@allow(farm_member)
@described(is_list=True, arguments=PAGE_ARGUMENTS)
def farm_statements() -> Any:
    """The statements of one's farms that were submitted, the newest first."""
    page = page_asked(id=int)
    before = page.after[0] if page.after else None
    found = statements_of_farms(current_actor().farm_ids, page.limit + 1, before)
    return page.answer(found, statement_json, lambda row: (row.statement.id,))


@api.get("/farm/statements/<statement>")
@allow(farm_member)
def farm_statement(statement: str) -> Any:
    """One of them, with the orders behind it."""
    found = find_statement(id_from_text(statement) or 0, current_actor().farm_ids)
    return statement_json(found) | {
        "orders": [
            {
                "number": row.number,
                "date": row.date.isoformat() if row.date else None,
                "goods_cents": row.goods_cents,
                "deposit_cents": row.deposit_cents,
                "refund_cents": row.refund_cents,
                "other_cents": row.other_cents,
            }
            for row in orders_of_statement(found.statement.id)
        ]
    }


@api.post("/farm/statements/<statement>/object")
@allow(farm_member)
@described(takes=Objection, refuses=("validation", "conflict", "not-found"))
def object_to_farm_statement(statement: str) -> Any:
    """`{reason}`: holds the farm's money in this run, until the run is approved; after that 409."""
    reason = paragraphs(taken(Objection).reason)
    farms = current_actor().farm_ids
    objected = object_to_statement(id_from_text(statement) or 0, farms, reason)
    return statement_json(find_statement(objected.id, farms))
