"""Account links: a farm fills in the provider's page, and its account becomes active."""

from __future__ import annotations

from ..call import Call
from ..errors import ApiError
from ..ids import letters
from ..objects.parties import disable, enable
from ..transaction import Body, Transaction

LINK_SECONDS = 5 * 60


def create_link(call: Call) -> Body:
    """An address where the farm fills in its papers: it works once and for five minutes."""
    params, tx = call.params, call.tx
    account = tx.find("account", params["account"])
    if account is None or account.get("_left"):
        raise ApiError(f"No such account: '{params['account']}'", code="resource_missing", param="account")
    if params["type"] != "account_onboarding":
        raise ApiError("You cannot create `account_update` type Account Links for this account.", param="type")
    for name in ("return_url", "refresh_url"):
        if not params.get(name):
            raise ApiError(f"Missing required param: {name}.", code="parameter_missing", param=name)
        if not params[name].startswith(("http://", "https://")):
            raise ApiError("Not a valid URL", code="url_invalid", param=name)
    body: Body = {
        "id": letters(24),
        "created": tx.now,
        "expires_at": tx.now + LINK_SECONDS,
        "account": account["id"],
        "return_url": params["return_url"],
        "refresh_url": params["refresh_url"],
        "state": "fresh",
    }
    tx.insert("account_link", body)
    return {
        "object": "account_link",
        "created": body["created"],
        "expires_at": body["expires_at"],
        "url": f"{call.settings.public_url}/c/onboarding/{body['id']}",
    }


def usable(tx: Transaction, link: Body, state: str) -> bool:
    """Whether the link is in this state (``fresh``, ``opened``) and not too old."""
    return bool(link["state"] == state and tx.now < link["expires_at"])


def submit_papers(tx: Transaction, account: Body) -> Body:
    """The farm filled in everything: the account is active."""
    account["details_submitted"] = True
    account["tos_acceptance"] = {"date": tx.now, "ip": "127.0.0.1", "user_agent": None}
    enable(account)
    return _changed(tx, account)


def stop(tx: Transaction, account: Body, reason: str, due: list[str]) -> Body:
    """The provider disables the account."""
    disable(account, reason, due)
    return _changed(tx, account)


def leave(tx: Transaction, account: Body) -> Body:
    """The farm takes the platform's access back: the account is unknown to the platform from now on."""
    account["_left"] = True
    tx.save(account)
    with tx.acting_for(account["id"]):
        application = {"id": "ca_StandIn", "object": "application", "name": "Stand-in"}
        tx.emit("account.application.deauthorized", application)
    return account


def _changed(tx: Transaction, account: Body) -> Body:
    tx.save(account)
    with tx.acting_for(account["id"]):
        tx.emit("account.updated", account, {})
    return account
