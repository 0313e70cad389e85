"""What can only be looked at: charges, balance, balance transactions, events."""

from __future__ import annotations

from ..books import balance
from ..call import Call, update
from ..errors import ApiError
from ..listing import page
from ..transaction import Body, Transaction


def retrieve_charge(call: Call) -> Body:
    """One charge."""
    return call.tx.get("charge", call.ids["id"])


def modify_charge(call: Call) -> Body:
    """Change description, group and metadata."""
    return update(call, "charge", "charge.updated", ("description", "transfer_group", "receipt_email"))


def list_charges(call: Call) -> Body:
    """Charges, by PaymentIntent, group, customer."""
    equal = {name: call.params.get(name) for name in ("payment_intent", "transfer_group", "customer")}
    return page(call.tx, "charge", call.params, "/v1/charges", equal=equal)


def retrieve_dispute(call: Call) -> Body:
    """One dispute."""
    return call.tx.get("dispute", call.ids["id"])


def retrieve_balance(call: Call) -> Body:
    """Available and pending cents of the account that asks."""
    return balance(call.tx)


def retrieve_movement(call: Call) -> Body:
    """One balance transaction."""
    return call.tx.get("balance_transaction", call.ids["id"])


def list_movements(call: Call) -> Body:
    """Balance transactions, by type, source, currency, time, or the automatic payout that settled them."""
    params = call.params
    equal = {name: params.get(name) for name in ("type", "source", "currency")}
    where, values = "", list[str]()
    if "payout" in params:
        if not call.tx.get("payout", params["payout"], "payout")["automatic"]:
            raise ApiError(
                "Balance transaction history can only be filtered on automatic transfers, not manual.", param="payout"
            )
        where = "id IN (SELECT balance_transaction FROM payout_items WHERE payout = ?)"
        values = [params["payout"]]
    return page(
        call.tx,
        "balance_transaction",
        params,
        "/v1/balance_transactions",
        equal=equal,
        where=where,
        values=tuple(values),
    )


def retrieve_event(call: Call) -> Body:
    """One event."""
    return with_pending(call.tx, call.tx.get("event", call.ids["id"]))


def list_events(call: Call) -> Body:
    """Events, by type (``charge.*`` takes a group), several types, or whether they were delivered."""
    params = call.params
    if "type" in params and "types" in params:
        raise ApiError("You may only specify one of these parameters: type, types.")
    kinds = params.get("types") or ([params["type"]] if "type" in params else [])
    conditions, values = list[str](), list[str]()
    if kinds:
        conditions.append("(" + " OR ".join("json_extract(body, '$.type') GLOB ?" for _ in kinds) + ")")
        values += kinds
    if "delivery_success" in params:
        undelivered = "SELECT event FROM deliveries WHERE state <> 'delivered'"
        conditions.append(f"id {'NOT ' if params['delivery_success'] else ''}IN ({undelivered})")
    found = page(call.tx, "event", params, "/v1/events", where=" AND ".join(conditions), values=tuple(values))
    found["data"] = [with_pending(call.tx, event) for event in found["data"]]
    return found


def with_pending(tx: Transaction, event: Body) -> Body:
    """The event with the number of deliveries that have not succeeded yet."""
    row = tx.connection.execute(
        "SELECT count(*) AS n FROM deliveries WHERE event = ? AND state IN ('waiting', 'held')", (event["id"],)
    ).fetchone()
    return {**event, "pending_webhooks": row["n"]}
