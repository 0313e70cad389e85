"""Checkout Sessions: create, retrieve, list, expire, and what the customer does there."""

from __future__ import annotations

from ..call import MIN_CENTS, Call, checked_metadata, wanted_amount, wanted_currency
from ..cards import TestCard, TestDebit
from ..errors import ApiError, not_played
from ..listing import page
from ..objects.payment import billing_details
from ..objects.session import line_item, session
from ..settings import StandInSettings
from ..transaction import Body, Transaction
from .attempts import attempt
from .intents import cancel_intent, method_types, new_intent
from .methods import chosen, stored_or_new
from .setups import cancel_setup, new_setup, set_up, setup_types

SHORTEST_SECONDS = 30 * 60
LONGEST_SECONDS = 24 * 3600
_INTENT_DATA = {
    "capture_method",
    "description",
    "metadata",
    "receipt_email",
    "setup_future_usage",
    "statement_descriptor_suffix",
    "transfer_group",
}


def create(call: Call) -> Body:
    """An open session of mode ``payment`` or ``setup``: 30 minutes to 24 hours long, priced in the request."""
    params, now = call.params, call.tx.now
    setup = params.get("mode", "payment") == "setup"
    _check_addresses(params)
    wanted_currency(params)
    expires_at = _end(params, now)
    if "customer" in params:
        call.tx.get("customer", params["customer"], "customer")
    params = {**params, "metadata": checked_metadata(params.get("metadata") or {})}
    total, types = (None, _setup_terms(params)) if setup else _payment_terms(params)
    body = session(now, params, total=total, expires_at=expires_at, types=types, public_url=call.settings.public_url)
    if setup:
        data = {**params.get("setup_intent_data", {}), "customer": params.get("customer")}
        intent = new_setup(call.tx, data, types)
        call.tx.save(intent | {"_session": body["id"]})
        body["setup_intent"] = intent["id"]
    call.tx.insert("checkout.session", body)
    for item in params.get("line_items", []):
        call.tx.insert("item", line_item(now, body["id"], item))
    call.tx.set_timer("session_expiry", body["id"], expires_at)
    return body


def _check_addresses(params: Body) -> None:
    if params.get("mode", "payment") not in ("payment", "setup"):
        raise not_played("mode other than payment and setup")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise not_played("ui_mode other than hosted_page")
    if not params.get("success_url"):
        raise ApiError("Missing required param: success_url.", code="parameter_missing", param="success_url")
    for name in ("success_url", "cancel_url"):
        if name in params and not params[name].startswith(("http://", "https://")):
            raise ApiError("Not a valid URL", code="url_invalid", param=name)


def _end(params: Body, now: int) -> int:
    expires_at: int = params.get("expires_at", now + LONGEST_SECONDS)
    if not now + SHORTEST_SECONDS <= expires_at <= now + LONGEST_SECONDS:
        raise ApiError(
            "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from Checkout Session"
            " creation.",
            param="expires_at",
        )
    return expires_at


def _payment_terms(params: Body) -> tuple[int, list[str]]:
    if "setup_intent_data" in params:
        raise ApiError("`setup_intent_data` can only be used in `setup` mode.", param="setup_intent_data")
    total = _total(params.get("line_items") or [])
    data = params.get("payment_intent_data", {})
    for name in data.keys() - _INTENT_DATA:
        raise not_played(f"payment_intent_data[{name}]")
    checked_metadata(data.get("metadata") or {}, "payment_intent_data[metadata]")
    saved = params.get("saved_payment_method_options", {})
    if "payment_method_remove" in saved:
        raise not_played("saved_payment_method_options[payment_method_remove]")
    if not params.get("customer") and ("setup_future_usage" in data or saved):
        raise not_played("saving a payment method without a customer")
    return total, method_types(params, data.get("capture_method", "automatic"))


def _setup_terms(params: Body) -> list[str]:
    for name in ("line_items", "payment_intent_data", "saved_payment_method_options", "submit_type"):
        if name in params:
            raise ApiError(f"You can not pass `{name}` in `setup` mode.", param=name)
    if "currency" not in params and "allowed_payment_method_types" not in params:
        raise ApiError("Missing required param: currency.", code="parameter_missing", param="currency")
    for name in params.get("setup_intent_data", {}).keys() - {"description", "metadata"}:
        raise not_played(f"setup_intent_data[{name}]")
    return setup_types(params)


def _total(items: list[Body]) -> int:
    if not items:
        raise ApiError("Missing required param: line_items.", code="parameter_missing", param="line_items")
    total = 0
    for index, item in enumerate(items):
        place = f"line_items[{index}]"
        for name in item.keys() - {"price_data", "quantity", "metadata"}:
            raise not_played(f"{place}[{name}]")
        data = item.get("price_data")
        if not data or "unit_amount" not in data or "product_data" not in data:
            raise not_played(f"{place} without price_data[unit_amount] and price_data[product_data]")
        wanted_currency(data)
        if data["unit_amount"] < 0:
            raise ApiError("Invalid non-negative integer", param=f"{place}[price_data][unit_amount]")
        if item.get("quantity", 1) < 1:
            raise ApiError("Invalid positive integer", param=f"{place}[quantity]")
        total += data["unit_amount"] * item.get("quantity", 1)
    return wanted_amount(total, "line_items", least=MIN_CENTS)


def retrieve(call: Call) -> Body:
    """One session."""
    return call.tx.get("checkout.session", call.ids["id"])


def list_sessions(call: Call) -> Body:
    """Sessions, by PaymentIntent, status, customer."""
    equal = {name: call.params.get(name) for name in ("payment_intent", "status", "customer")}
    return page(call.tx, "checkout.session", call.params, "/v1/checkout/sessions", equal=equal)


def list_line_items(call: Call) -> Body:
    """What the session is for."""
    body = call.tx.get("checkout.session", call.ids["id"])
    url = f"/v1/checkout/sessions/{body['id']}/line_items"
    return page(call.tx, "item", call.params, url, equal={"_session": body["id"]})


def expire(call: Call) -> Body:
    """Close an open session by hand."""
    body = call.tx.get("checkout.session", call.ids["id"])
    if body["status"] != "open":
        raise ApiError(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of'
            f" {body['status']}."
        )
    return close(call.tx, body)


def expire_on_time(tx: Transaction, session_id: str) -> None:
    """Timer: nobody paid in time."""
    body = tx.get("checkout.session", session_id)
    if body["status"] == "open":
        close(tx, body)


def close(tx: Transaction, body: Body) -> Body:
    """Expire the session, and its unfinished PaymentIntent with it."""
    body |= {"status": "expired", "url": None}
    tx.save(body)
    tx.drop_timer("session_expiry", body["id"])
    intent = tx.find("payment_intent", body["payment_intent"])
    if intent is not None and intent["status"] in ("requires_payment_method", "requires_action"):
        cancel_intent(tx, intent, "automatic")
    setup = tx.find("setup_intent", body["setup_intent"])
    if setup is not None and setup["status"] != "canceled":
        cancel_setup(tx, setup, "abandoned")
    tx.emit("checkout.session.expired", body)
    return body


def pay(
    tx: Transaction,
    settings: StandInSettings,
    body: Body,
    instrument: TestCard | TestDebit | None,
    *,
    email: str,
    name: str,
    save: bool = False,
    saved: str | None = None,
) -> Body:
    """The customer submits the hosted page: now there is a PaymentIntent. Gives it after the attempt.

    ``save``: the customer wants the method kept; ``saved``: the kept one to pay with, instead of ``instrument``.
    """
    intent = tx.find("payment_intent", body["payment_intent"])
    if intent is None:
        data = {**body["_intent_data"], "customer": body["customer"]}
        intent = new_intent(tx, body["amount_total"], data, body["payment_method_types"])
        intent["_session"] = body["id"]
        body["payment_intent"] = intent["id"]
        tx.save(body)
    intent["_redisplay"] = "always" if save and offers_saving(body) else None
    tx.save(intent)
    if saved is not None:
        instrument = chosen(tx, saved, body["customer"])
    if instrument is None:
        raise ApiError("No payment method", param="payment_method")
    return attempt(
        tx,
        settings,
        intent,
        instrument,
        billing=billing_details(email, name),
        return_url=f"{settings.public_url}/c/pay/{body['id']}",
        ref=saved,
    )


def save_method(
    tx: Transaction, settings: StandInSettings, body: Body, instrument: TestCard | TestDebit, *, email: str, name: str
) -> Body:
    """The customer submits the hosted page of a session of mode ``setup``. Gives the SetupIntent after the attempt."""
    intent = tx.get("setup_intent", body["setup_intent"])
    method = stored_or_new(tx, None, instrument, billing_details(email, name))
    return set_up(tx, settings, intent, instrument, method, return_url=f"{settings.public_url}/c/pay/{body['id']}")


def offers_saving(body: Body) -> bool:
    """Whether the page has a box "save for later"."""
    return (body["saved_payment_method_options"] or {}).get("payment_method_save") == "enabled"


def kept_methods(tx: Transaction, body: Body) -> list[Body]:
    """What the page offers of the customer's saved methods."""
    options = body["saved_payment_method_options"]
    if not body["customer"] or not options:
        return []
    found = tx.select("payment_method", "json_extract(body, '$.customer') = ?", (body["customer"],))
    return [
        method
        for method in found
        if method["type"] in body["payment_method_types"]
        and method["allow_redisplay"] in options["allow_redisplay_filters"]
    ]
