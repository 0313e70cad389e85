"""Capturing and releasing held money, and booking what came in."""

from __future__ import annotations

from ..books import post
from ..cards import TestCard, instrument_by_token
from ..fees import DEBIT_FEE_CENTS, card_fee
from ..objects.money import refund
from ..settings import StandInSettings
from ..transaction import Body, Transaction
from .disputes import open_dispute
from .links import session_follows


def take(tx: Transaction, settings: StandInSettings, intent: Body, charge: Body, amount: int, *, event: str) -> None:
    """The charge's money (cents) comes in: book it with its fee, close the intent, tell about it."""
    instrument = instrument_by_token(charge["_token"])
    card = instrument if isinstance(instrument, TestCard) else None
    fee = card_fee(amount, card.country) if card else DEBIT_FEE_CENTS
    delay = 0 if card and card.funds_at_once else settings.funds_delay_seconds
    movement = post(
        tx,
        "charge" if card else "payment",
        amount,
        charge["id"],
        fee=fee,
        available_on=tx.now + delay,
        description=intent["description"],
    )
    charge |= {"captured": True, "amount_captured": amount, "balance_transaction": movement["id"]}
    tx.save(charge)
    intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    tx.save(intent)
    tx.drop_timer("hold_expiry", intent["id"])
    tx.emit(event, charge)
    tx.emit("payment_intent.succeeded", intent)
    session_follows(tx, intent)
    if instrument.dispute == "inquiry":
        open_dispute(tx, charge, "general", inquiry=True)
    elif instrument.dispute:
        open_dispute(tx, charge, instrument.dispute)


def capture(tx: Transaction, settings: StandInSettings, intent: Body, amount: int) -> Body:
    """Capture ``amount`` cents of a held payment; the rest of the hold is released."""
    charge = tx.get("charge", intent["latest_charge"])
    rest = charge["amount"] - amount
    take(tx, settings, intent, charge, amount, event="charge.captured")
    if rest and tx.fact("releases_as_refunds") == "1":
        _released(tx, charge, rest)
    return intent


def release(tx: Transaction, intent: Body, *, expired: bool) -> None:
    """Let go of a held payment that is not captured at all."""
    charge = tx.get("charge", intent["latest_charge"])
    charge |= {"amount_refunded": charge["amount"], "refunded": True}
    tx.save(charge)
    tx.drop_timer("hold_expiry", intent["id"])
    if tx.fact("releases_as_refunds") == "1":
        charge["amount_refunded"] = 0
        _released(tx, charge, charge["amount"])
    else:
        tx.emit("charge.expired" if expired else "charge.refunded", charge)


def _released(tx: Transaction, charge: Body, amount: int) -> None:
    # Older versions of the API show a release as a refund that moves no money; whoever counts refunds must not
    # count these. The switch lets a test meet both.
    made = tx.insert("refund", refund(tx.now, charge, amount, reason=None, metadata={}))
    charge |= {"amount_refunded": charge["amount_refunded"] + amount, "_released": amount}
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    tx.save(charge)
    tx.emit("refund.created", made)
    tx.emit("charge.refunded", charge)
