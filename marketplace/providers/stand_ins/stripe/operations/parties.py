"""Connected accounts and customers."""

from __future__ import annotations

from ..call import Call, checked_metadata, merged_metadata, update
from ..errors import ApiError
from ..ids import new_id
from ..listing import page
from ..objects.parties import account, customer
from ..transaction import Body
from .methods import let_go


def create_account(call: Call) -> Body:
    """A connected account; the capabilities asked for are active at once. Nobody checks papers in a sandbox."""
    params = call.params
    if call.tx.account:
        raise ApiError("A connected account cannot have connected accounts of its own.", status=403)
    if params.get("type") == "standard":
        raise ApiError("The stand-in plays custom and express accounts only", param="type")
    metadata = checked_metadata(params.get("metadata") or {})
    papers = call.tx.fact("accounts_want_papers") == "1"
    body = account(call.tx.now, new_id("account"), {**params, "metadata": metadata}, papers_wanted=papers)
    call.tx.insert("account", body)
    return body


def own_account(call: Call) -> Body:
    """The account that asks: the platform's, or the connected one that the platform acts for."""
    tx = call.tx
    if tx.account:
        return _connected(call, tx.account)
    params = {"type": "standard", "capabilities": {"card_payments": {"requested": True}}, "country": "DE"}
    return account(0, tx.platform, params)


def retrieve_account(call: Call) -> Body:
    """One account."""
    if call.ids["id"] == call.tx.platform and not call.tx.account:
        return own_account(call)
    return _connected(call, call.ids["id"])


def _connected(call: Call, account_id: str) -> Body:
    with call.tx.acting_for(""):
        body = call.tx.find("account", account_id)
    if body is None or body.get("_left") or call.tx.account not in ("", account_id):
        raise ApiError(
            f"The provided key does not have access to account '{account_id}' (or that account does not exist).",
            status=403,
            code="account_invalid",
        )
    return body


def list_accounts(call: Call) -> Body:
    """Connected accounts of the platform."""
    return page(call.tx, "account", call.params, "/v1/accounts")


def modify_account(call: Call) -> Body:
    """Change simple fields, metadata and capabilities."""
    body = _connected(call, call.ids["id"])
    for name, ask in call.params.get("capabilities", {}).items():
        if ask.get("requested"):
            body["capabilities"][name] = "inactive" if body["requirements"]["disabled_reason"] else "active"
        else:
            body["capabilities"].pop(name, None)
    body["charges_enabled"] = body["capabilities"].get("card_payments") == "active"
    body["business_profile"] |= call.params.get("business_profile") or {}
    for name in ("email", "business_type"):
        body[name] = call.params.get(name, body[name])
    body["metadata"] = merged_metadata(body, call.params)
    with call.tx.acting_for(body["id"]):
        call.tx.save(body)
        call.tx.emit("account.updated", body, {})
    return body


def create_customer(call: Call) -> Body:
    """A customer record."""
    metadata = checked_metadata(call.params.get("metadata") or {})
    body = customer(call.tx.now, {**call.params, "metadata": metadata})
    call.tx.insert("customer", body)
    call.tx.emit("customer.created", body)
    return body


def retrieve_customer(call: Call) -> Body:
    """One customer."""
    return call.tx.get("customer", call.ids["id"])


def list_customers(call: Call) -> Body:
    """Customers, by e-mail."""
    return page(call.tx, "customer", call.params, "/v1/customers", equal={"email": call.params.get("email")})


def modify_customer(call: Call) -> Body:
    """Change simple fields and metadata."""
    return update(call, "customer", "customer.updated", ("email", "name", "phone", "description"))


def delete_customer(call: Call) -> Body:
    """Forget the customer; what was kept to pay with is let go."""
    tx = call.tx
    body = tx.get("customer", call.ids["id"])
    for method in tx.select("payment_method", "json_extract(body, '$.customer') = ?", (body["id"],)):
        let_go(tx, method)
    tx.emit("customer.deleted", body)
    tx.delete(body)
    return {"id": body["id"], "object": "customer", "deleted": True}
