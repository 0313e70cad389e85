"""Payment methods: the one meant by a request, and those that a customer keeps."""

from __future__ import annotations

from ..call import Call, checked_metadata, merged_metadata
from ..cards import Decline, TestCard, TestDebit, instrument_by_token
from ..errors import ApiError
from ..listing import page
from ..objects.payment import billing_details, payment_method
from ..objects.setup import mandate
from ..settings import StandInSettings
from ..transaction import Body, Transaction

_KEPT = "json_extract(body, '$.customer') = ?"
USED_UP = (
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a"
    " connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use"
    " a PaymentMethod multiple times, you must attach it to a Customer first."
)


def setup_decline(instrument: TestCard | TestDebit) -> Decline | None:
    """Why the bank does not let this card be saved, if it does not."""
    if isinstance(instrument, TestDebit) or instrument.setup_only:
        return None
    return None if instrument.challenge else instrument.decline


def chosen(tx: Transaction, ref: str, customer: str | None) -> TestCard | TestDebit:
    """What a request means by ``payment_method``: a test token, or a stored one. Refuses one that may not be used
    for this customer."""
    stored = tx.find("payment_method", ref)
    if stored is None:
        return instrument_by_token(ref)
    if stored.get("_gone"):
        raise ApiError(USED_UP, param="payment_method")
    if stored["customer"] is not None and stored["customer"] != customer:
        raise ApiError(
            f"The customer does not have a payment method with the ID {ref}. The payment method must be attached to"
            " the customer."
            if customer
            else "The PaymentMethod belongs to a Customer. Please include the Customer in the `customer` parameter.",
            code="resource_missing" if customer else None,
            param="payment_method",
        )
    return instrument_by_token(stored["_token"])


def stored_or_new(tx: Transaction, ref: str | None, instrument: TestCard | TestDebit, billing: Body | None) -> Body:
    """The payment method named, or a new one of the instrument."""
    found = tx.find("payment_method", ref) if ref else None
    return found or tx.insert("payment_method", payment_method(tx.now, instrument, billing or billing_details()))


def keep(tx: Transaction, method: Body, customer: str, *, set_up: bool = False, redisplay: str | None = None) -> Body:
    """Attach the method to the customer; ``set_up``: its owner agreed to be charged while away."""
    before = method["customer"]
    method |= {"customer": customer, "_set_up": method.get("_set_up", False) or set_up}
    if redisplay is not None:
        method["allow_redisplay"] = redisplay
    tx.save(method)
    if before != customer:
        tx.emit("payment_method.attached", method)
    return method


def grant_mandate(tx: Transaction, settings: StandInSettings, method: Body, *, multi_use: bool) -> str:
    """The id of the consent to debits under which this method is charged; made when there is none that lasts."""
    if method.get("_mandate"):
        return str(method["_mandate"])
    body = tx.insert("mandate", mandate(tx.now, method, multi_use=multi_use, public_url=settings.public_url))
    if multi_use:
        tx.save(method | {"_mandate": body["id"]})
        method["_mandate"] = body["id"]
    return str(body["id"])


def use_up(tx: Transaction, method: Body) -> None:
    """A method that nobody keeps serves once."""
    if method["customer"] is None:
        method["_gone"] = True
        tx.save(method)


def attach(call: Call) -> Body:
    """Keep a method (or a test token) for a customer. Refuses one that is used up, or kept by another customer."""
    tx, ref = call.tx, call.ids["id"]
    if "customer" not in call.params:
        raise ApiError("Missing required param: customer.", code="parameter_missing", param="customer")
    customer = tx.get("customer", call.params["customer"], "customer")
    stored = tx.find("payment_method", ref)
    if stored is None and ref.startswith("pm_1"):
        tx.get("payment_method", ref)
    instrument = instrument_by_token(stored["_token"] if stored else ref)
    if stored is not None and stored.get("_gone"):
        raise ApiError(USED_UP)
    if stored is not None and stored["customer"] not in (None, customer["id"]):
        raise ApiError("The payment method you provided has already been attached to a customer.")
    decline = setup_decline(instrument)
    if decline is not None:
        raise ApiError(
            decline.text, status=402, kind="card_error", code=decline.code, decline_code=decline.decline_code
        )
    return keep(tx, stored_or_new(tx, ref, instrument, None), customer["id"])


def detach(call: Call) -> Body:
    """The customer gives the method up; it can never be used again."""
    method = call.tx.get("payment_method", call.ids["id"])
    if method["customer"] is None:
        raise ApiError("The payment method you provided is not attached to a customer so detachment is impossible.")
    return let_go(call.tx, method)


def let_go(tx: Transaction, method: Body) -> Body:
    """Detach, and tell about it."""
    before = {"customer": method["customer"]}
    method |= {"customer": None, "_gone": True}
    tx.save(method)
    tx.emit("payment_method.detached", method, before)
    return method


def modify(call: Call) -> Body:
    """Change whether it may be shown again, and metadata. Refuses a method that nobody keeps."""
    method = call.tx.get("payment_method", call.ids["id"])
    if method["customer"] is None:
        raise ApiError("You must save this PaymentMethod to a customer before you can update it.")
    method["metadata"] = checked_metadata(merged_metadata(method, call.params))
    method["allow_redisplay"] = call.params.get("allow_redisplay", method["allow_redisplay"])
    call.tx.save(method)
    call.tx.emit("payment_method.updated", method)
    return method


def retrieve(call: Call) -> Body:
    """One payment method, as it was used."""
    return call.tx.get("payment_method", call.ids["id"])


def list_methods(call: Call) -> Body:
    """What a customer keeps; Stripe lists only with a customer."""
    if "customer" not in call.params:
        raise ApiError("Missing required param: customer.", code="parameter_missing", param="customer")
    return _kept(call, call.params["customer"], "/v1/payment_methods")


def list_of_customer(call: Call) -> Body:
    """What the customer of the path keeps."""
    return _kept(call, call.ids["id"], f"/v1/customers/{call.ids['id']}/payment_methods")


def retrieve_of_customer(call: Call) -> Body:
    """One method of the customer of the path."""
    method = call.tx.get("payment_method", call.ids["method"])
    if method["customer"] != call.ids["id"]:
        raise ApiError(f"No such payment method: '{method['id']}'", status=404, code="resource_missing", param="id")
    return method


def retrieve_mandate(call: Call) -> Body:
    """One mandate."""
    return call.tx.get("mandate", call.ids["id"])


def _kept(call: Call, customer: str, url: str) -> Body:
    call.tx.get("customer", customer, "customer")
    equal = {"type": call.params.get("type"), "allow_redisplay": call.params.get("allow_redisplay")}
    return page(call.tx, "payment_method", call.params, url, equal=equal, where=_KEPT, values=(customer,))
