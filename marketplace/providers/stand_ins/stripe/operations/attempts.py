"""Trying to take money: hold, challenge (3-D Secure), decline, debit that settles later."""

from __future__ import annotations

from ..cards import AUTHENTICATION_NEEDED, LATE_SECONDS, Decline, TestCard, TestDebit, instrument_by_token
from ..errors import DOCS
from ..objects.payment import card_details, charge, debit_details, outcome
from ..settings import StandInSettings
from ..transaction import Body, Transaction, public
from .captures import take
from .links import session_follows
from .methods import grant_mandate, keep, stored_or_new, use_up

HOLD_SECONDS = 7 * 86400
PLAYED_TYPES = ("card", "sepa_debit")
CHALLENGE_FAILED = Decline(
    "payment_intent_authentication_failure",
    None,
    "The provided PaymentMethod has failed authentication. You can provide a new PaymentMethod to attempt to fulfill"
    " this PaymentIntent again.",
    "Die Bestätigung bei der Bank ist fehlgeschlagen oder wurde abgelehnt.",
)


def attempt(
    tx: Transaction,
    settings: StandInSettings,
    intent: Body,
    instrument: TestCard | TestDebit,
    *,
    billing: Body | None = None,
    return_url: str | None = None,
    off_session: bool = False,
    ref: str | None = None,
) -> Body:
    """Pay the intent with a card or bank account; ``ref`` names it when it was saved before. How it went is the
    intent's status and ``last_payment_error``."""
    method = stored_or_new(tx, ref, instrument, billing)
    intent |= {
        "payment_method": method["id"],
        "last_payment_error": None,
        "next_action": None,
        "_billing": method["billing_details"],
    }
    if isinstance(instrument, TestDebit):
        return _debit(tx, settings, intent, instrument, method)
    alone = instrument.alone == "passes" or (instrument.alone == "once_set_up" and method.get("_set_up", False))
    if instrument.challenge and off_session and not alone:
        return refuse(tx, intent, AUTHENTICATION_NEEDED, method)
    if instrument.challenge and not off_session:
        return _challenge(tx, settings, intent, return_url)
    return _authorise(tx, settings, intent, instrument, method, challenged=False)


def answer_challenge(tx: Transaction, settings: StandInSettings, intent: Body, confirmed: bool) -> Body:
    """The owner of the card confirmed or refused at their bank."""
    method = tx.get("payment_method", intent["payment_method"])
    intent["next_action"] = None
    if not confirmed:
        return refuse(tx, intent, CHALLENGE_FAILED, method)
    card = instrument_by_token(method["_token"])
    assert isinstance(card, TestCard)
    return _authorise(tx, settings, intent, card, method, challenged=True)


def _challenge(tx: Transaction, settings: StandInSettings, intent: Body, return_url: str | None) -> Body:
    intent["status"] = "requires_action"
    intent["next_action"] = {
        "type": "redirect_to_url",
        "redirect_to_url": {"return_url": return_url, "url": f"{settings.public_url}/c/3ds/{intent['id']}"},
    }
    tx.save(intent)
    tx.emit("payment_intent.requires_action", intent)
    return intent


def _authorise(
    tx: Transaction, settings: StandInSettings, intent: Body, card: TestCard, method: Body, *, challenged: bool
) -> Body:
    held = intent["capture_method"] == "manual"
    capture_before = tx.now + HOLD_SECONDS if held else None
    details = card_details(card, intent["amount"], capture_before, challenged)
    taken = charge(tx.now, intent, method, details) | {"outcome": outcome(card.decline)}
    if card.decline is not None:
        taken |= {
            "status": "failed",
            "failure_code": card.decline.code,
            "failure_message": card.decline.text,
        }
        tx.insert("charge", taken)
        tx.emit("charge.failed", taken)
        intent["latest_charge"] = taken["id"]
        return refuse(tx, intent, card.decline, method, taken["id"])
    taken |= {"status": "succeeded", "paid": True}
    tx.insert("charge", taken)
    _kept(tx, intent, method)
    intent["latest_charge"] = taken["id"]
    if held:
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        tx.save(intent)
        tx.set_timer("hold_expiry", intent["id"], tx.now + HOLD_SECONDS)
        tx.emit("charge.succeeded", taken)
        tx.emit("payment_intent.amount_capturable_updated", intent)
        session_follows(tx, intent)
        return intent
    take(tx, settings, intent, taken, intent["amount"], event="charge.succeeded")
    return intent


def _debit(tx: Transaction, settings: StandInSettings, intent: Body, debit: TestDebit, method: Body) -> Body:
    granted = grant_mandate(tx, settings, method, multi_use=bool(intent["setup_future_usage"] or method["customer"]))
    details = debit_details(debit, granted)
    pending = charge(tx.now, intent, method, details) | {"outcome": outcome(None), "captured": True}
    tx.insert("charge", pending)
    intent |= {"status": "processing", "latest_charge": pending["id"], "_delayed": True}
    tx.save(intent)
    _kept(tx, intent, method)
    delay = settings.debit_delay_seconds + (LATE_SECONDS if debit.late else 0)
    tx.set_timer("debit_outcome", intent["id"], tx.now + delay)
    tx.emit("charge.pending", pending)
    tx.emit("payment_intent.processing", intent)
    session_follows(tx, intent)
    return intent


def settle_debit(tx: Transaction, settings: StandInSettings, intent_id: str, succeeds: bool | None = None) -> None:
    """Timer: the bank paid the debit or gave it back; ``succeeds`` overrules what the test account stands for."""
    intent = tx.get("payment_intent", intent_id)
    if intent["status"] != "processing":
        return
    pending = tx.get("charge", intent["latest_charge"])
    method = tx.get("payment_method", intent["payment_method"])
    debit = instrument_by_token(method["_token"])
    if succeeds is None:
        succeeds = not (isinstance(debit, TestDebit) and debit.fails)
    if not succeeds:
        text = "The customer's account has insufficient funds to cover this payment."
        decline = Decline("payment_intent_payment_attempt_failed", "insufficient_funds", text, "")
        pending |= {"status": "failed", "failure_code": "insufficient_funds", "failure_message": text}
        tx.save(pending)
        tx.emit("charge.failed", pending)
        refuse(tx, intent, decline, method, pending["id"])
        session_follows(tx, intent)
        return
    pending |= {"status": "succeeded", "paid": True}
    take(tx, settings, intent, pending, intent["amount"], event="charge.succeeded")


def refuse(tx: Transaction, intent: Body, decline: Decline, method: Body, charge_id: str | None = None) -> Body:
    """The attempt failed: the intent waits for another payment method and says why."""
    error = attempt_error(decline, method)
    if charge_id:
        error["charge"] = charge_id
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "last_payment_error": error,
        "next_action": None,
        "_german": decline.german,
    }
    tx.save(intent)
    tx.emit("payment_intent.payment_failed", intent)
    return intent


def attempt_error(decline: Decline, method: Body) -> Body:
    """What the intent remembers of an attempt that failed."""
    error: Body = {
        "type": "card_error" if decline.decline_code else "invalid_request_error",
        "code": decline.code,
        "message": decline.text,
        "doc_url": DOCS + decline.code.replace("_", "-"),
        "payment_method": public(method),
    }
    if decline.decline_code:
        error["decline_code"] = decline.decline_code
    return error


def _kept(tx: Transaction, intent: Body, method: Body) -> None:
    # The payment went through: now the method is saved as the customer agreed, or it has served.
    usage = intent["setup_future_usage"]
    if usage and intent["customer"]:
        redisplay = intent.get("_redisplay") or ("limited" if method["customer"] is None else None)
        keep(tx, method, intent["customer"], set_up=usage == "off_session", redisplay=redisplay)
    elif intent.get("_redisplay") and intent["customer"]:
        keep(tx, method, intent["customer"], redisplay=intent["_redisplay"])
    else:
        use_up(tx, method)
