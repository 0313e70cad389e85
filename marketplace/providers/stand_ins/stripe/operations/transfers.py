"""Transfers to connected accounts and their reversals."""

from __future__ import annotations

from ..books import available, post, sums
from ..call import Call, checked_metadata, update, wanted_amount, wanted_currency
from ..errors import ApiError
from ..listing import list_of, page
from ..objects.money import destination_payment, transfer, transfer_reversal
from ..transaction import Body, Transaction, public

TOO_LITTLE = (
    "You have insufficient available funds in your Stripe account. Try adding funds directly to your available balance"
    " by creating Charges using the 4000000000000077 test card."
)


def create(call: Call) -> Body:
    """Move available money (cents) to a connected account. Refuses more than is available."""
    params, tx = call.params, call.tx
    wanted_currency(params)
    if "amount" not in params:
        raise ApiError("Missing required param: amount.", code="parameter_missing", param="amount")
    amount = wanted_amount(params["amount"])
    account = tx.find("account", params["destination"])
    if account is None or account.get("_left") or tx.account:
        raise ApiError(f"No such destination: '{params['destination']}'", code="resource_missing", param="destination")
    if account["capabilities"].get("transfers") != "active":
        raise ApiError(
            "Your destination account needs to have at least one of the following capabilities enabled: transfers",
            code="insufficient_capabilities_for_transfer",
        )
    params = {**params, "metadata": checked_metadata(params.get("metadata") or {})}
    available_on = None
    if "source_transaction" in params:
        charge = tx.get("charge", params["source_transaction"], "source_transaction")
        available_on = _from_charge(tx, charge, amount)
        params.setdefault("transfer_group", charge["transfer_group"] or f"group_{charge['payment_intent']}")
    elif amount > available(tx):
        raise ApiError(TOO_LITTLE, code="balance_insufficient")
    body = transfer(tx.now, params, amount)
    movement = post(tx, "transfer", -amount, body["id"], available_on=available_on, description=body["description"])
    body["balance_transaction"] = movement["id"]
    body["destination_payment"] = _arrive(tx, body, available_on)
    tx.insert("transfer", body)
    tx.emit("transfer.created", body)
    return body


def _from_charge(tx: Transaction, charge: Body, amount: int) -> int:
    """When the charge's money can be moved; refuses more than the charge brought."""
    if not charge["captured"] or charge["status"] != "succeeded":
        raise ApiError("The source_transaction has not been captured.", param="source_transaction")
    used = tx.select("transfer", "json_extract(body, '$.source_transaction') = ?", (charge["id"],))
    rest = charge["amount_captured"] - sum(item["amount"] - item["amount_reversed"] for item in used)
    if amount > rest:
        raise ApiError(
            f"Transfers using this transaction as a source must not exceed the source amount of €{rest / 100:.2f}.",
            param="amount",
        )
    came_in = tx.get("balance_transaction", charge["balance_transaction"])
    return max(tx.now, int(came_in["available_on"]))


def _arrive(tx: Transaction, body: Body, available_on: int | None) -> str:
    payment = destination_payment(tx.now, body)
    with tx.acting_for(body["destination"]):
        movement = post(tx, "payment", body["amount"], payment["id"], available_on=available_on)
        payment["balance_transaction"] = movement["id"]
        tx.insert("charge", payment)
        tx.emit("payment.created", payment)
    return str(payment["id"])


def create_reversal(call: Call) -> Body:
    """Take back all or part of a transfer, as far as the connected account still has it."""
    params, tx = call.params, call.tx
    body = tx.get("transfer", call.ids["id"])
    rest = body["amount"] - body["amount_reversed"]
    if rest == 0:
        raise ApiError("This transfer is already fully reversed.")
    amount = wanted_amount(params.get("amount", rest))
    if amount > rest:
        raise ApiError(
            f"Reversal amount ({amount}) is greater than unreversed amount on transfer ({rest})", param="amount"
        )
    with tx.acting_for(body["destination"]):
        if amount > sum(sums(tx).values()) and tx.fact("reversals_overdraw") != "1":
            raise ApiError("Insufficient funds in the connected account to reverse this.", code="balance_insufficient")
    reversal = transfer_reversal(tx.now, body, amount, checked_metadata(params.get("metadata") or {}))
    # Money that was sent while still pending comes back pending.
    available_on = max(tx.now, int(tx.get("balance_transaction", body["balance_transaction"])["available_on"]))
    back = post(tx, "transfer_refund", amount, reversal["id"], available_on=available_on)
    reversal["balance_transaction"] = back["id"]
    tx.insert("transfer_reversal", reversal)
    with tx.acting_for(body["destination"]):
        post(tx, "payment_refund", -amount, body["destination_payment"], available_on=available_on)
        payment = tx.get("charge", body["destination_payment"])
        payment["amount_refunded"] += amount
        payment["refunded"] = payment["amount_refunded"] == payment["amount"]
        tx.save(payment)
    body["amount_reversed"] += amount
    body["reversed"] = body["amount_reversed"] == body["amount"]
    made = tx.select("transfer_reversal", "json_extract(body, '$.transfer') = ?", (body["id"],))
    body["reversals"] = list_of([public(item) for item in reversed(made)], f"/v1/transfers/{body['id']}/reversals")
    tx.save(body)
    tx.emit("transfer.reversed", body)
    return reversal


def retrieve(call: Call) -> Body:
    """One transfer."""
    return call.tx.get("transfer", call.ids["id"])


def list_transfers(call: Call) -> Body:
    """Transfers, by destination or group."""
    equal = {name: call.params.get(name) for name in ("destination", "transfer_group")}
    return page(call.tx, "transfer", call.params, "/v1/transfers", equal=equal)


def modify(call: Call) -> Body:
    """Change description and metadata."""
    return update(call, "transfer", "transfer.updated", ("description",))


def retrieve_reversal(call: Call) -> Body:
    """One reversal of a transfer."""
    call.tx.get("transfer", call.ids["id"])
    return call.tx.get("transfer_reversal", call.ids["reversal"])


def list_reversals(call: Call) -> Body:
    """Reversals of one transfer."""
    body = call.tx.get("transfer", call.ids["id"])
    url = f"/v1/transfers/{body['id']}/reversals"
    return page(call.tx, "transfer_reversal", call.params, url, equal={"transfer": body["id"]})
