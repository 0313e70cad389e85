"""PaymentIntents: create, confirm, capture, cancel."""

from __future__ import annotations

from typing import Any

from ..call import MIN_CENTS, Call, checked_metadata, update, wanted_amount, wanted_currency
from ..cards import TestDebit
from ..errors import ApiError, unexpected_state
from ..listing import page
from ..objects.payment import billing_details, payment_intent
from ..transaction import Body, Transaction, public
from .attempts import PLAYED_TYPES, attempt
from .captures import capture as capture_hold
from .captures import release
from .methods import chosen

_CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_CANCELABLE = ("requires_payment_method", "requires_confirmation", "requires_action", "requires_capture")


def method_types(params: Body, capture_method: str) -> list[str]:
    """Kinds of payment offered: those asked for that the stand-in plays; a debit cannot be held."""
    wanted = params.get("allowed_payment_method_types") or ["card"]
    barred = params.get("excluded_payment_method_types") or []
    found = [t for t in wanted if t in PLAYED_TYPES and t not in barred]
    if capture_method == "manual":
        found = [t for t in found if t != "sepa_debit"]
    if not found:
        raise ApiError(
            "No valid payment method types for this request (the stand-in plays card and sepa_debit; a debit cannot be"
            " captured later)",
            param="allowed_payment_method_types",
        )
    return found


def new_intent(tx: Transaction, amount: int, data: Body, types: list[str]) -> Body:
    """An intent with the given data (description, metadata, transfer_group …), stored and told about."""
    intent = payment_intent(tx.now, amount, capture_method=data.get("capture_method", "automatic"), types=types)
    intent["metadata"] = checked_metadata(data.get("metadata") or {})
    for name in (
        "description",
        "receipt_email",
        "transfer_group",
        "customer",
        "statement_descriptor_suffix",
        "setup_future_usage",
    ):
        intent[name] = data.get(name)
    tx.insert("payment_intent", intent)
    tx.emit("payment_intent.created", intent)
    return intent


def create(call: Call) -> Body:
    """A new intent, confirmed at once if asked for."""
    params = call.params
    wanted_currency(params)
    wanted_amount(params["amount"], least=MIN_CENTS)
    if "customer" in params:
        call.tx.get("customer", params["customer"], "customer")
    capture_method = params.get("capture_method", "automatic")
    types = method_types(params, capture_method)
    if "payment_method" in params:
        chosen(call.tx, params["payment_method"], params.get("customer"))
    if "off_session" in params and not params.get("confirm"):
        raise ApiError("You can only pass off_session when confirm is true.", param="off_session")
    if params.get("off_session") is True and "setup_future_usage" in params:
        raise ApiError("You cannot set up a payment method for the future in a payment off-session.")
    intent = new_intent(call.tx, params["amount"], params, types)
    if params.get("payment_method"):
        intent |= {"status": "requires_confirmation", "_ref": params["payment_method"]}
        call.tx.save(intent)
    if params.get("confirm"):
        return _confirmed(call, intent)
    return intent


def confirm(call: Call) -> Body:
    """Pay the intent with the payment method given now or before."""
    intent = call.tx.get("payment_intent", call.ids["id"])
    if intent["status"] not in _CONFIRMABLE:
        raise unexpected_state(
            f"This PaymentIntent's status is {intent['status']}; it cannot be confirmed.",
            "payment_intent_unexpected_state",
            public(intent),
        )
    return _confirmed(call, intent)


def _confirmed(call: Call, intent: Body) -> Body:
    ref = call.params.get("payment_method") or intent.pop("_ref", None)
    if not ref:
        raise ApiError("You cannot confirm this PaymentIntent because it's missing a payment method.")
    instrument = chosen(call.tx, ref, intent["customer"])
    wanted = "sepa_debit" if isinstance(instrument, TestDebit) else "card"
    if wanted not in intent["payment_method_types"]:
        raise ApiError(f"The PaymentMethod type {wanted} is not allowed here", param="payment_method")
    attempt(
        call.tx,
        call.settings,
        intent,
        instrument,
        billing=billing_details(email=intent["receipt_email"]),
        return_url=call.params.get("return_url"),
        off_session=bool(call.params.get("off_session")) or bool(call.params.get("error_on_requires_action")),
        ref=ref,
    )
    if intent["last_payment_error"]:
        raise declined(intent)
    return intent


def declined(intent: Body) -> ApiError:
    """The answer to a confirmation that the bank refused. The attempt stays in the books."""
    error: dict[str, Any] = dict(intent["last_payment_error"])
    return ApiError(
        error["message"],
        status=402,
        kind="card_error",
        code=error["code"],
        keep=True,
        decline_code=error.get("decline_code"),
        charge=error.get("charge"),
        payment_intent=public(intent),
        payment_method=error["payment_method"],
    )


def retrieve(call: Call) -> Body:
    """One intent."""
    return call.tx.get("payment_intent", call.ids["id"])


def list_intents(call: Call) -> Body:
    """Intents, by customer."""
    equal = {"customer": call.params.get("customer")}
    return page(call.tx, "payment_intent", call.params, "/v1/payment_intents", equal=equal)


def modify(call: Call) -> Body:
    """Change what may be changed later."""
    return update(call, "payment_intent", None, ("description", "receipt_email", "transfer_group"))


def capture(call: Call) -> Body:
    """Capture the held amount or less; what is not captured is released."""
    intent = call.tx.get("payment_intent", call.ids["id"])
    if call.params.get("final_capture") is False:
        raise ApiError("The stand-in does not play multicapture: final_capture must be true", param="final_capture")
    if intent["status"] != "requires_capture":
        raise unexpected_state(
            "This PaymentIntent could not be captured because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be captured:"
            " requires_capture.",
            "payment_intent_unexpected_state",
            public(intent),
        )
    asked: int = call.params["amount_to_capture"] if "amount_to_capture" in call.params else intent["amount_capturable"]
    amount = wanted_amount(asked, "amount_to_capture")
    if amount > intent["amount_capturable"]:
        raise ApiError(
            f"The requested capture amount ({amount}) is greater than the amount that can be captured"
            f" ({intent['amount_capturable']}).",
            code="amount_too_large",
            param="amount_to_capture",
        )
    if "metadata" in call.params:
        update(call, "payment_intent", None)
        intent = call.tx.get("payment_intent", call.ids["id"])
    return capture_hold(call.tx, call.settings, intent, amount)


def cancel(call: Call) -> Body:
    """Cancel before anything was captured; a hold is released."""
    intent = call.tx.get("payment_intent", call.ids["id"])
    if intent["status"] not in _CANCELABLE:
        raise unexpected_state(
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}. Only a PaymentIntent"
            f" with one of the following statuses may be canceled: {', '.join(_CANCELABLE)}.",
            "payment_intent_unexpected_state",
            public(intent),
        )
    session = call.tx.find("checkout.session", intent.get("_session"))
    if session is not None and session["status"] == "open":
        raise ApiError("You cannot cancel the PaymentIntent of an open Checkout Session. Expire the session instead.")
    return cancel_intent(call.tx, intent, call.params.get("cancellation_reason"))


def cancel_intent(tx: Transaction, intent: Body, reason: str | None) -> Body:
    """Close the intent without money."""
    if intent["status"] == "requires_capture":
        release(tx, intent, expired=reason == "automatic")
    intent |= {
        "status": "canceled",
        "canceled_at": tx.now,
        "cancellation_reason": reason,
        "amount_capturable": 0,
        "next_action": None,
    }
    tx.save(intent)
    tx.emit("payment_intent.canceled", intent)
    return intent


def expire_hold(tx: Transaction, intent_id: str) -> None:
    """Timer: seven days are over, the hold is gone."""
    intent = tx.get("payment_intent", intent_id)
    if intent["status"] == "requires_capture":
        cancel_intent(tx, intent, "automatic")
