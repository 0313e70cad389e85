"""SetupIntents: a means of payment is kept for later, with its owner's consent, without money."""

from __future__ import annotations

from typing import Any

from ..call import Call, checked_metadata, update
from ..cards import Decline, TestCard, TestDebit, instrument_by_token
from ..errors import ApiError, unexpected_state
from ..listing import page
from ..objects.session import customer_details
from ..objects.setup import setup_intent
from ..settings import StandInSettings
from ..transaction import Body, Transaction, public
from .attempts import PLAYED_TYPES, answer_challenge, attempt_error
from .methods import chosen, grant_mandate, keep, setup_decline, stored_or_new

_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
_CHALLENGE_FAILED = Decline(
    "setup_intent_authentication_failure",
    None,
    "The latest attempt to set up the payment method has failed because authentication failed.",
    "Die Bestätigung bei der Bank ist fehlgeschlagen oder wurde abgelehnt.",
)


def setup_types(params: Body) -> list[str]:
    """Kinds of payment that can be saved here."""
    wanted = params.get("allowed_payment_method_types") or ["card"]
    barred = params.get("excluded_payment_method_types") or []
    found = [name for name in wanted if name in PLAYED_TYPES and name not in barred]
    if not found:
        raise ApiError("No valid payment method types for this request.", param="allowed_payment_method_types")
    return found


def new_setup(tx: Transaction, params: Body, types: list[str]) -> Body:
    """A SetupIntent, stored and told about."""
    metadata = checked_metadata(params.get("metadata") or {})
    body = tx.insert("setup_intent", setup_intent(tx.now, {**params, "metadata": metadata}, types))
    tx.emit("setup_intent.created", body)
    return body


def create(call: Call) -> Body:
    """A new SetupIntent, confirmed at once if asked for."""
    params = call.params
    if "customer" in params:
        call.tx.get("customer", params["customer"], "customer")
    types = setup_types(params)
    if "payment_method" in params:
        chosen(call.tx, params["payment_method"], params.get("customer"))
    body = new_setup(call.tx, params, types)
    if "payment_method" in params:
        body |= {"status": "requires_confirmation", "_ref": params["payment_method"]}
        call.tx.save(body)
    return _confirmed(call, body) if params.get("confirm") else body


def confirm(call: Call) -> Body:
    """Save the payment method given now or before."""
    body = call.tx.get("setup_intent", call.ids["id"])
    if body["status"] not in _OPEN:
        raise unexpected_state(
            f"You cannot confirm this SetupIntent because it has a status of {body['status']}.",
            "setup_intent_unexpected_state",
        )
    return _confirmed(call, body)


def _confirmed(call: Call, body: Body) -> Body:
    ref = call.params.get("payment_method") or body.pop("_ref", None)
    if not ref:
        raise ApiError("You cannot confirm this SetupIntent because it's missing a payment method.")
    instrument = chosen(call.tx, ref, body["customer"])
    kind = "sepa_debit" if isinstance(instrument, TestDebit) else "card"
    if kind not in body["payment_method_types"]:
        raise ApiError(f"The PaymentMethod type {kind} is not allowed here", param="payment_method")
    method = stored_or_new(call.tx, ref, instrument, None)
    set_up(call.tx, call.settings, body, instrument, method, return_url=call.params.get("return_url"))
    if body["last_setup_error"]:
        error: dict[str, Any] = dict(body["last_setup_error"])
        raise ApiError(
            error["message"],
            status=402,
            kind="card_error",
            code=error["code"],
            keep=True,
            decline_code=error.get("decline_code"),
            setup_intent=public(body),
            payment_method=error["payment_method"],
        )
    return body


def set_up(
    tx: Transaction,
    settings: StandInSettings,
    body: Body,
    instrument: TestCard | TestDebit,
    method: Body,
    *,
    return_url: str | None = None,
) -> Body:
    """Try to save the method. How it went is the SetupIntent's status and ``last_setup_error``."""
    body |= {"payment_method": method["id"], "last_setup_error": None, "next_action": None}
    decline = setup_decline(instrument)
    if decline is not None:
        return _refuse(tx, body, decline, method)
    if isinstance(instrument, TestCard) and instrument.challenge:
        body["status"] = "requires_action"
        body["next_action"] = {
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": return_url, "url": f"{settings.public_url}/c/3ds/{body['id']}"},
        }
        tx.save(body)
        tx.emit("setup_intent.requires_action", body)
        return body
    return _succeed(tx, settings, body, method)


def answer_setup(tx: Transaction, settings: StandInSettings, body: Body, confirmed: bool) -> Body:
    """The owner of the card confirmed or refused at their bank."""
    method = tx.get("payment_method", body["payment_method"])
    body["next_action"] = None
    return _succeed(tx, settings, body, method) if confirmed else _refuse(tx, body, _CHALLENGE_FAILED, method)


def find_waiting(tx: Transaction, intent_id: str) -> Body | None:
    """The PaymentIntent or SetupIntent that waits for its owner's confirmation at the bank."""
    intent = tx.find("payment_intent", intent_id) or tx.find("setup_intent", intent_id)
    return intent if intent is not None and intent["status"] == "requires_action" else None


def answer_bank(tx: Transaction, settings: StandInSettings, intent: Body, confirmed: bool) -> Body:
    """The owner answers their bank, for a payment or for a saved card."""
    answer = answer_setup if intent["object"] == "setup_intent" else answer_challenge
    return answer(tx, settings, intent, confirmed)


def failed(intent: Body) -> bool:
    """Whether the last attempt of a PaymentIntent or SetupIntent failed."""
    return bool(intent.get("last_payment_error") or intent.get("last_setup_error"))


def _succeed(tx: Transaction, settings: StandInSettings, body: Body, method: Body) -> Body:
    if isinstance(instrument_by_token(method["_token"]), TestDebit):
        body["mandate"] = grant_mandate(tx, settings, method, multi_use=True)
    if body["customer"]:
        # In a hosted page the customer saves on purpose, so it may be shown again.
        redisplay = "always" if body.get("_session") else None
        keep(tx, method, body["customer"], set_up=body["usage"] == "off_session", redisplay=redisplay)
    body["status"] = "succeeded"
    tx.save(body)
    tx.emit("setup_intent.succeeded", body)
    if body.get("_session"):
        _complete(tx, body, method)
    return body


def _complete(tx: Transaction, body: Body, method: Body) -> None:
    session = tx.get("checkout.session", body["_session"])
    billing = method["billing_details"]
    session |= {
        "status": "complete",
        "customer_details": customer_details(billing["email"], billing["name"]),
        "url": None,
    }
    tx.save(session)
    tx.drop_timer("session_expiry", session["id"])
    tx.emit("checkout.session.completed", session)


def _refuse(tx: Transaction, body: Body, decline: Decline, method: Body) -> Body:
    body |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "last_setup_error": attempt_error(decline, method),
        "next_action": None,
        "_german": decline.german,
    }
    tx.save(body)
    tx.emit("setup_intent.setup_failed", body)
    return body


def retrieve(call: Call) -> Body:
    """One SetupIntent."""
    return call.tx.get("setup_intent", call.ids["id"])


def list_setups(call: Call) -> Body:
    """SetupIntents, by customer or payment method."""
    equal = {name: call.params.get(name) for name in ("customer", "payment_method")}
    return page(call.tx, "setup_intent", call.params, "/v1/setup_intents", equal=equal)


def modify(call: Call) -> Body:
    """Change description and metadata."""
    return update(call, "setup_intent", None, ("description",))


def cancel(call: Call) -> Body:
    """Give it up before anything was saved."""
    body = call.tx.get("setup_intent", call.ids["id"])
    if body["status"] not in _OPEN:
        raise unexpected_state(
            f"You cannot cancel this SetupIntent because it has a status of {body['status']}.",
            "setup_intent_unexpected_state",
        )
    session = call.tx.find("checkout.session", body.get("_session"))
    if session is not None and session["status"] == "open":
        raise ApiError("You cannot cancel the SetupIntent of an open Checkout Session. Expire the session instead.")
    return cancel_setup(call.tx, body, call.params.get("cancellation_reason"))


def cancel_setup(tx: Transaction, body: Body, reason: str | None) -> Body:
    """Close it without a saved method."""
    body |= {"status": "canceled", "cancellation_reason": reason, "next_action": None}
    tx.save(body)
    tx.emit("setup_intent.canceled", body)
    return body
